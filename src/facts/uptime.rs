//! How long the machine has been running: /proc/uptime, which counts the time that it was suspended, and systemd's clock, which does not.

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

/// Seconds on the clock by which systemd stamps what happens to units (`...TimestampMonotonic`): it stands still while the machine is
/// suspended. Of a tree only the time since boot is known.
///
/// # Errors
/// Says why it cannot be read.
pub fn awake(host: &Host) -> Result<f64, Lacking> {
    host.monotonic().map_or_else(|| read(host), |time| Ok(time.as_secs_f64()))
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

    #[test]
    fn the_clock_of_systemd_is_never_ahead() {
        let host = Host::live();
        let awake = awake(&host).unwrap();
        assert!(awake > 0.0 && awake <= read(&host).unwrap() + 0.01);
        let (_folder, tree) = crate::host::made_tree::made_tree(&[(PATH, "5.00 1.00\n")]);
        assert_eq!(super::awake(&tree).unwrap(), 5.0);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[0-9. ])*") {
            let _ = parse(&text);
        }
    }
}
