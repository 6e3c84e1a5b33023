//! What systemd says of one unit: `systemctl show`.

use std::collections::BTreeMap;

use crate::host::{Host, Lacking};

use super::malformed::MOST_ENTRIES;

/// The properties of one unit by name, as systemd prints them.
pub type Properties = BTreeMap<String, String>;

/// Reads `NAME=VALUE` a line; a value of several lines keeps its first.
pub fn parse(text: &str) -> Properties {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    pairs
        .filter(|(name, _)| is_name(name))
        .take(MOST_ENTRIES)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Asks systemd for the properties `names` of `unit`. A unit that is not there has properties, too: its LoadState is `not-found`.
///
/// # Errors
/// Says why systemd cannot be asked.
pub fn read(host: &Host, unit: &str, names: &[&str]) -> Result<Properties, Lacking> {
    let names = format!("--property={}", names.join(","));
    let properties = parse(&host.output("systemctl", &["show", &names, "--", unit])?);
    // Without systemd as the first process the program is there, and complains where nobody listens.
    if properties.is_empty() { Err(Lacking::absent("systemctl show")) } else { Ok(properties) }
}

/// A span of time as systemd prints it, such as `1min 2.500s`, in microseconds; `None` for `infinity` and what is no span.
pub fn microseconds(text: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 9] = [
        ("us", 1.0),
        ("ms", 1e3),
        ("s", 1e6),
        ("min", 6e7),
        ("h", 3.6e9),
        ("d", 8.64e10),
        ("w", 6.048e11),
        ("month", 2.629_800e12),
        ("y", 3.155_760e13),
    ];
    let part = |word: &str| {
        let digits = word.find(|letter: char| letter.is_ascii_alphabetic())?;
        let (number, unit) = word.split_at_checked(digits)?;
        let scale = UNITS.iter().find(|(name, _)| *name == unit)?.1;
        Some(number.parse::<f64>().ok()? * scale)
    };
    let parts: Option<Vec<f64>> = text.split_whitespace().map(part).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.iter().sum::<f64>().round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_systemd_prints() {
        let properties =
            parse("LoadState=loaded\nExecStart={ path=/bin/x ; argv[]=/bin/x --a=b }\nMemoryMax=infinity\n");
        assert_eq!(properties["LoadState"], "loaded");
        assert_eq!(properties["MemoryMax"], "infinity");
        assert_eq!(properties.len(), 3);
    }

    #[test]
    fn reads_spans_of_time() {
        let cases = [
            ("6s", 6_000_000),
            ("500ms", 500_000),
            ("1.500s", 1_500_000),
            ("1min 2.500s", 62_500_000),
            ("10min", 600_000_000),
            ("1us", 1),
        ];
        for (text, wanted) in cases {
            assert_eq!(microseconds(text), Some(wanted), "{text}");
        }
        for text in ["infinity", "", "5", "s", "5 s", "5x"] {
            assert_eq!(microseconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|[A-Z][a-z]+=|[0-9.]+(s|ms|min))*") {
            parse(&text);
            microseconds(&text);
        }
    }
}
