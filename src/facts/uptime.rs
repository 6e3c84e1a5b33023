//! /proc/uptime: how long the machine has been running.

use crate::host::{Host, Lacking};

use super::malformed::{InFile, Malformed, shortened};

const PATH: &str = "/proc/uptime";

/// Reads the first of the two numbers: seconds since boot.
///
/// # Errors
/// Says that there is none.
pub fn parse(text: &str) -> Result<f64, Malformed> {
    let word = text.split_whitespace().next().unwrap_or_default();
    let seconds = word.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0);
    seconds.ok_or_else(|| Malformed::not_a_number(1, &shortened(word)))
}

/// Reads it from a machine.
///
/// # Errors
/// Says why it cannot be read.
pub fn read(host: &Host) -> Result<f64, Lacking> {
    parse(&host.read(PATH)?).in_file(PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_seconds() {
        assert_eq!(parse("350735.47 234388.90\n"), Ok(350735.47));
        assert!(parse("NaN").is_err() && parse("-1 0").is_err() && parse("").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[0-9. ])*") {
            let _ = parse(&text);
        }
    }
}
