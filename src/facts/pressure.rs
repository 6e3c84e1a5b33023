//! /proc/pressure/memory: the share of time in which work waited for memory (PSI).

use std::time::Duration;

use crate::host::{Host, Lacking, Reason};

use super::malformed::{InFile, Malformed, numbered_lines};

/// The file; kernels before 4.20, and those booted with `psi=0`, have none.
pub const PATH: &str = "/proc/pressure/memory";

/// Shares of time in per cent, over the last seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// Over 10 s.
    pub last_10: f64,
    /// Over 60 s.
    pub last_60: f64,
    /// Over 300 s.
    pub last_300: f64,
}

/// The pressure on memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pressure {
    /// At least one task waited.
    pub some: Shares,
    /// All tasks that were not idle waited.
    pub full: Shares,
}

/// Reads the two lines `some avg10=.. avg60=.. avg300=.. total=..` and `full ..`.
///
/// # Errors
/// Names the line that is not of this shape.
pub fn parse(text: &str) -> Result<Pressure, Malformed> {
    let (mut some, mut full) = (None, None);
    for (number, line) in numbered_lines(text) {
        match line.split_once(' ') {
            Some(("some", shares)) => some = Some(parse_shares(number, shares)?),
            Some(("full", shares)) => full = Some(parse_shares(number, shares)?),
            _ => {
                return Err(Malformed::new(number, "expected a line that begins with `some` or `full`"));
            }
        }
    }
    let some = some.ok_or_else(|| Malformed::new(text.lines().count(), "the file ends without `some`"))?;
    // The processors' file has no `full` on older kernels; memory's always has, but nothing hangs on it.
    Ok(Pressure { some, full: full.unwrap_or_default() })
}

/// For how long tasks have waited since the machine, or the group, came to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// At least one task waited.
    pub some: Duration,
    /// All tasks that were not idle waited.
    pub full: Duration,
}

/// Reads `total=`, in microseconds, of both lines; `None` where there is none.
pub fn totals(text: &str) -> Option<Totals> {
    let total = |kind: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(kind))?;
        let number = line.split_ascii_whitespace().find_map(|word| word.strip_prefix("total="))?;
        number.parse().ok().map(Duration::from_micros)
    };
    Some(Totals { some: total("some ")?, full: total("full ").unwrap_or_default() })
}

fn parse_shares(number: usize, text: &str) -> Result<Shares, Malformed> {
    let mut shares = Shares::default();
    let mut found = 0;
    for word in text.split_whitespace() {
        let (name, value) =
            word.split_once('=').ok_or_else(|| Malformed::new(number, "expected `NAME=VALUE`"))?;
        let slot = match name {
            "avg10" => &mut shares.last_10,
            "avg60" => &mut shares.last_60,
            "avg300" => &mut shares.last_300,
            _ => continue,
        };
        let share = value.parse().ok().filter(|share| (0.0..=100.0).contains(share));
        *slot = share.ok_or_else(|| Malformed::not_a_number(number, value))?;
        found += 1;
    }
    if found == 3 { Ok(shares) } else { Err(Malformed::new(number, "expected avg10, avg60 and avg300")) }
}

/// Reads it from a machine.
///
/// # Errors
/// Says why there is none. With `psi=0` the file exists, but cannot be opened: that counts as absent.
pub fn read(host: &Host) -> Result<Pressure, Lacking> {
    let text = host.read(PATH).map_err(|lacking| match &lacking.reason {
        Reason::Failed(why) if why.contains("not supported") => Lacking::absent(PATH),
        _ => lacking,
    })?;
    parse(&text).in_file(PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn totals_are_read() {
        let text = "some avg10=1.00 avg60=0.00 avg300=0.00 total=12\nfull avg10=0.00 total=3\n";
        let micros = Duration::from_micros;
        assert_eq!(totals(text), Some(Totals { some: micros(12), full: micros(3) }));
        assert_eq!(totals("some total=9"), Some(Totals { some: micros(9), full: micros(0) }));
        assert_eq!(totals("some avg10=1.00\n"), None);
    }

    #[test]
    fn reads_shares() {
        let text = "some avg10=1.50 avg60=2.00 avg300=0.25 total=123\nfull avg10=0.50 avg60=1.00 avg300=0.00 total=45\n";
        let pressure = parse(text).unwrap();
        assert_eq!(pressure.some.last_10, 1.5);
        assert_eq!(pressure.full.last_60, 1.0);
        assert_eq!(parse("some avg10=1 avg60=1 avg300=1\nfull \n").unwrap_err().line, 2);
        assert!(parse("some avg10=NaN avg60=1 avg300=1\n").is_err());
        assert_eq!(parse("").unwrap_err().what, "the file ends without `some`");
        assert_eq!(parse("some avg10=x").unwrap_err(), Malformed::not_a_number(1, "x"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|(some|full)( avg[136]0{0,2}=[0-9.]*)* ?(total=[0-9]*)?\n?){0,8}") {
            let _ = parse(&text);
        }
    }
}
