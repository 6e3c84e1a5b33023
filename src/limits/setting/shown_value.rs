//! Values of properties: whether two say the same, and how `systemctl show` prints one.

use crate::facts::unit_properties::microseconds;
use crate::sys::bytes::Bytes;
use crate::sys::size::{self, Size};

/// What a processor's whole time is, in each second.
const SECOND: u64 = 1_000_000;

/// The units of time in which systemd prints a span, in microseconds.
const SPANS: [(&str, u64); 9] = [
    ("y", 31_557_600 * SECOND),
    ("month", 2_629_800 * SECOND),
    ("w", 604_800 * SECOND),
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("min", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000),
    ("us", 1),
];

/// The name under which systemd shows a property: times have one of their own.
pub fn shown_name(property: &str) -> &str {
    match property {
        "CPUQuota" => "CPUQuotaPerSecUSec",
        "RestartSec" => "RestartUSec",
        "StartLimitIntervalSec" => "StartLimitIntervalUSec",
        other => other,
    }
}

/// What systemd shows, as it would be typed.
pub fn as_typed(property: &str, shown: &str) -> String {
    match (property, microseconds(shown)) {
        ("CPUQuota", Some(time)) => format!("{}%", time / (SECOND / 100)),
        _ => shown.to_owned(),
    }
}

/// Whether both texts say the same: `24G` and `25769803776`, or `5` and `5s`.
pub fn same(property: &str, one: &str, other: &str) -> bool {
    number(property, one) == number(property, other)
}

/// A value as a number where it is one.
fn number(property: &str, value: &str) -> Result<u64, String> {
    let value = value.trim();
    let plain = || value.parse::<u64>().ok();
    let known = match property {
        _ if property.ends_with("Sec") => span(value),
        _ if property.starts_with("Memory") || property == "LimitMEMLOCK" => {
            value.parse::<Size>().ok().and_then(Size::bytes).map(|bytes| bytes.0)
        }
        "CPUQuota" => quota(value),
        _ => plain(),
    };
    known.ok_or_else(|| value.to_owned())
}

/// An amount of memory in the way that systemd reckons it; `None` for `infinity` and for what is no amount.
pub fn amount(value: &str, memory: Option<Bytes>) -> Option<Bytes> {
    match value.parse::<Size>().ok()? {
        Size::Exact(size) => Some(size),
        share @ Size::Percent(_) => memory.map(|memory| share.of(memory)),
    }
}

/// How `systemctl show` may print the value, whichever its version; empty where that depends on more than the value.
pub fn shown(property: &str, value: &str, memory: Option<Bytes>) -> Vec<String> {
    let owned = |text: &str| vec![text.to_owned()];
    match property {
        _ if value == "infinity" => owned("infinity"),
        _ if property.starts_with("Memory") => bytes(value, memory),
        "CPUQuota" => quota(value).map(spans).unwrap_or_default(),
        _ if property.ends_with("Sec") => span(value).map(spans).unwrap_or_default(),
        "CPUWeight" if value == "idle" => ["idle", "0"].map(str::to_owned).to_vec(),
        _ if property.starts_with("Limit") => {
            let hard = value.rsplit(':').next().unwrap_or(value);
            if hard == "infinity" { owned(hard) } else { bytes(hard, None) }
        }
        _ if value.ends_with('%') => Vec::new(),
        "OOMScoreAdjust" => value.parse::<i64>().map(|number| vec![number.to_string()]).unwrap_or_default(),
        _ => value.parse::<u64>().map_or_else(|_| owned(value), |number| vec![number.to_string()]),
    }
}

/// Shares and fractions may come out a page or a byte beside what we reckon.
fn bytes(value: &str, memory: Option<Bytes>) -> Vec<String> {
    const PAGES: [u64; 3] = [4 << 10, 16 << 10, 64 << 10];
    let Some(Bytes(amount)) = amount(value, memory) else { return Vec::new() };
    if value.ends_with('%') {
        let beside = |page: u64| {
            let down = amount / page * page;
            [down.saturating_sub(page), down, down.saturating_add(page)]
        };
        return PAGES.into_iter().flat_map(beside).map(|one| one.to_string()).collect();
    }
    if value.contains('.') {
        return [amount.saturating_sub(1), amount, amount.saturating_add(1)]
            .map(|one| one.to_string())
            .to_vec();
    }
    size::parse(value).map(|Bytes(exact)| vec![exact.to_string()]).unwrap_or_default()
}

/// Per cents of one processor as microseconds in each second.
fn quota(value: &str) -> Option<u64> {
    let percent = value.strip_suffix('%')?.parse::<f64>().ok().filter(|percent| percent.is_finite())?;
    Some((percent * (SECOND / 100) as f64).round() as u64)
}

/// A span as it is typed: a number alone is seconds, and blanks between number and unit do not matter.
fn span(value: &str) -> Option<u64> {
    let part = |part: &str| match part.strip_suffix("sec") {
        Some(seconds) => microseconds(&format!("{seconds}s")),
        None if part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
            microseconds(&format!("{part}s"))
        }
        None if part.ends_with('m') => microseconds(&format!("{part}in")),
        None => microseconds(part),
    };
    let parts: Option<Vec<u64>> = value.split_whitespace().map(part).collect();
    parts
        .filter(|parts| !parts.is_empty())
        .map(|parts| parts.iter().fold(0, |sum: u64, one| sum.saturating_add(*one)))
}

/// A span as systemd prints it, with as many digits behind the point as a version may show.
fn spans(time: u64) -> Vec<String> {
    if time == 0 {
        return vec!["0".to_owned()];
    }
    let (mut left, mut words) = (time, Vec::new());
    for (unit, length) in SPANS {
        let (count, rest) = (left / length, left % length);
        if count == 0 {
            continue;
        }
        if rest > 0 && left < 60 * SECOND && length > 1 {
            let places = if length == SECOND { 6 } else { 3 };
            let digits = format!("{rest:0places$}");
            let shortest = digits.trim_end_matches('0').len();
            let said = (shortest..=places).filter_map(|places| digits.get(..places));
            return said.map(|digits| joined(&words, &format!("{count}.{digits}{unit}"))).collect();
        }
        words.push(format!("{count}{unit}"));
        left = rest;
    }
    vec![words.join(" ")]
}

fn joined(words: &[String], last: &str) -> String {
    words.iter().map(String::as_str).chain([last]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MEMORY: Option<Bytes> = Some(Bytes(8 << 30));

    #[test]
    fn values_are_known_in_the_form_that_systemd_shows() {
        for (property, value, wanted) in [
            ("MemoryMax", "24G", "25769803776"),
            ("MemoryMax", "50%", "4294967296"),
            ("MemoryMax", "1.5G", "1610612736"),
            ("MemoryMax", "infinity", "infinity"),
            ("MemorySwapMax", "0", "0"),
            ("CPUQuota", "600%", "6s"),
            ("CPUQuota", "150%", "1.500000s"),
            ("CPUQuota", "150%", "1.500s"),
            ("CPUQuota", "50%", "500ms"),
            ("CPUQuota", "33.33%", "333.300ms"),
            ("CPUQuota", "6000%", "1min"),
            ("CPUQuota", "6150%", "1min 1.500s"),
            ("CPUWeight", "idle", "idle"),
            ("OOMPolicy", "kill", "kill"),
            ("OOMScoreAdjust", "-500", "-500"),
            ("LimitNOFILE", "1024:524288", "524288"),
            ("LimitMEMLOCK", "8M:infinity", "infinity"),
            ("TasksMax", "010", "10"),
            ("RestartSec", "90", "1min 30s"),
            ("StartLimitIntervalSec", "10min 30s", "10min 30s"),
            ("RestartSec", "2m", "2min"),
        ] {
            let all = shown(property, value, MEMORY);
            assert!(all.contains(&wanted.to_owned()), "{property}={value}: {all:?}");
        }
        assert!(shown("TasksMax", "15%", MEMORY).is_empty());
        assert!(shown("MemoryMax", "15%", None).is_empty());
    }

    #[test]
    fn equal_values_have_many_spellings() {
        for (property, one, other) in [
            ("MemoryMax", "24G", "25769803776"),
            ("RestartSec", "5", "5s"),
            ("StartLimitIntervalSec", "90", "1min 30s"),
            ("CPUQuota", "600%", "600.0%"),
            ("OOMPolicy", "kill", " kill "),
        ] {
            assert!(same(property, one, other), "{property}");
        }
        assert!(!same("MemoryMax", "24G", "infinity") && !same("MemoryMax", "", "24G"));
        assert_eq!(
            (as_typed("CPUQuota", "6s"), shown_name("CPUQuota")),
            ("600%".to_owned(), "CPUQuotaPerSecUSec")
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_says_the_same(time in 0u64..10_000_000_000_000) {
            for text in spans(time).into_iter().filter(|_| time > 0) {
                let read = microseconds(&text).unwrap();
                prop_assert!(read.abs_diff(time) <= time / 1_000_000, "{} {}", time, text);
            }
        }

        #[test]
        fn any_text_is_compared(one in "(\\PC|[0-9]{1,20}[%GKs. ]?){0,4}", other in "\\PC*") {
            for property in ["MemoryMax", "CPUQuota", "RestartSec", "LimitNOFILE", "TasksMax"] {
                prop_assert_eq!(same(property, &one, &other), same(property, &other, &one));
                let _ = (shown(property, &one, MEMORY), as_typed(property, &other));
            }
        }
    }
}
