//! Sizes as people type them and as configuration files take them: `16G`, `512MiB`, `1.5g`, `50%`.

use std::fmt;
use std::str::FromStr;

use super::bytes::Bytes;

/// A size, or a share of something that only the caller knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// This much.
    Exact(Bytes),
    /// This many per cent.
    Percent(f64),
}

impl Size {
    /// The size, where shares are taken of `whole`.
    pub fn of(self, whole: Bytes) -> Bytes {
        match self {
            Self::Exact(size) => size,
            Self::Percent(percent) => whole.percent(percent),
        }
    }

    /// The size; `None` of a share.
    pub fn bytes(self) -> Option<Bytes> {
        match self {
            Self::Exact(size) => Some(size),
            Self::Percent(_) => None,
        }
    }
}

/// A text that is no size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    found: String,
    allows_share: bool,
}

impl fmt::Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.allows_share && is_more_than_all(&self.found) {
            return write!(
                formatter,
                "`{}` is more than all of it: a share goes from 0% to 100%",
                self.found
            );
        }
        let share = if self.allows_share { ", or a share such as `50%`" } else { "" };
        write!(
            formatter,
            "`{}` is no size: allowed are `16G`, `512MiB`, `1.5g` (base 1024){share}",
            self.found
        )
    }
}

impl std::error::Error for Wrong {}

/// Reads a size: a number with K, M, G or T behind it, in either case and with iB or B or nothing behind that; base 1024. A plain
/// number is bytes.
///
/// # Errors
/// Says what is allowed.
pub fn parse(text: &str) -> Result<Bytes, Wrong> {
    amount(text).ok_or_else(|| wrong(text, false))
}

impl FromStr for Size {
    type Err = Wrong;

    /// Reads a size as [`parse`] does, or a share from 0 to 100 % such as `50%`.
    fn from_str(text: &str) -> Result<Self, Wrong> {
        let read = match text.trim().strip_suffix('%') {
            Some(number) => share(number).map(Self::Percent),
            None => amount(text).map(Self::Exact),
        };
        read.ok_or_else(|| wrong(text, true))
    }
}

fn wrong(text: &str, allows_share: bool) -> Wrong {
    let plain = text.chars().map(|letter| if letter.is_control() { '?' } else { letter });
    Wrong { found: plain.take(40).collect(), allows_share }
}

fn is_more_than_all(text: &str) -> bool {
    let number = text.trim().strip_suffix('%').and_then(|number| decimal(number.trim()));
    number.and_then(|number| number.parse::<f64>().ok()).is_some_and(|percent| percent > 100.0)
}

fn share(number: &str) -> Option<f64> {
    decimal(number.trim())?.parse().ok().filter(|percent| (0.0..=100.0).contains(percent))
}

fn amount(text: &str) -> Option<Bytes> {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let shift = shift_of(unit.trim_start())?;
    match number.contains('.') {
        false => number.parse::<u64>().ok()?.checked_mul(1 << shift).map(Bytes),
        true => fraction(decimal(number)?, shift),
    }
}

/// The powers of two: B 0, K 10, M 20, G 30, T 40.
fn shift_of(unit: &str) -> Option<u32> {
    let unit = unit.to_ascii_lowercase();
    let letter = unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(&unit);
    match letter {
        // `ib` alone is no unit.
        "" if unit != "ib" => Some(0),
        "k" => Some(10),
        "m" => Some(20),
        "g" => Some(30),
        "t" => Some(40),
        _ => None,
    }
}

/// Digits on both sides of the point, where there is one: no sign, no exponent, no `inf`.
fn decimal(number: &str) -> Option<&str> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, rest) = number.split_once('.').unwrap_or((number, "0"));
    (is_digits(whole) && is_digits(rest)).then_some(number)
}

/// 1.5 bytes is no size; whatever is smaller than a byte beyond that is cut off.
fn fraction(number: &str, shift: u32) -> Option<Bytes> {
    let bytes = number.parse::<f64>().ok()? * (1u64 << shift) as f64;
    (shift > 0 && bytes < u64::MAX as f64).then_some(Bytes(bytes as u64))
}

/// The size with no digit lost, in the largest unit that divides it, as systemd reads it: `24G`, `1126M`, `4097`.
pub fn exact(size: Bytes) -> String {
    const UNITS: [(u32, &str); 4] = [(40, "T"), (30, "G"), (20, "M"), (10, "K")];
    let fits = |&&(shift, _): &&(u32, &str)| size.0 > 0 && size.0.trailing_zeros() >= shift;
    match UNITS.iter().find(fits) {
        Some((shift, unit)) => format!("{}{unit}", size.0 >> shift),
        None => size.0.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_type() {
        let cases = [
            ("16G", 16u64 << 30),
            ("512MiB", 512 << 20),
            ("1.5g", 3 << 29),
            ("1153434KiB", 1_153_434 << 10),
            ("64 MB", 64 << 20),
            ("2t", 2 << 40),
            ("4096", 4096),
            ("10B", 10),
            ("0", 0),
            ("0.5k", 512),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, size) in cases {
            assert_eq!(parse(text), Ok(Bytes(size)), "{text}");
        }
    }

    #[test]
    fn says_what_is_allowed() {
        for text in [
            "",
            "G",
            "16X",
            "-1G",
            "1e3",
            "1.",
            ".5G",
            "1.5",
            "16GG",
            "16iB",
            "1,5G",
            "inf",
            "NaN",
            "16777216T",
            "18446744073709551616",
            "1.2.3G",
            "50%",
            "16G\n1",
        ] {
            let wrong = parse(text).unwrap_err().to_string();
            assert!(wrong.contains("`16G`, `512MiB`, `1.5g`"), "{text}: {wrong}");
            assert!(!wrong.contains('\n') && !wrong.contains("50%`:"), "{wrong}");
        }
    }

    #[test]
    fn shares_go_up_to_the_whole() {
        let parse_or_share = str::parse::<Size>;
        assert_eq!(parse_or_share("50%").unwrap().of(Bytes(8)), Bytes(4));
        assert_eq!(parse_or_share("12.5 %").unwrap().of(Bytes(8)), Bytes(1));
        assert_eq!(parse_or_share("100%"), Ok(Size::Percent(100.0)));
        assert_eq!(parse_or_share("1G").unwrap().of(Bytes(8)), Bytes::from_gib(1));
        for text in ["101%", "200 %", "100.1%"] {
            let wrong = parse_or_share(text).unwrap_err().to_string();
            assert!(wrong.contains("from 0% to 100%"), "{wrong}");
        }
        for text in ["-1%", "%", "50%%", "1e1%", "nan%"] {
            assert!(parse_or_share(text).unwrap_err().to_string().contains("`50%`"), "{text}");
        }
    }

    #[test]
    fn shows_every_digit() {
        let cases =
            [(0, "0"), (1023, "1023"), (1024, "1K"), (24 << 30, "24G"), ((1 << 30) + 1024, "1048577K")];
        for (size, shown) in cases {
            assert_eq!(exact(Bytes(size)), shown);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[0-9.]{0,25}|[kKmMgGtT]i?[bB]?|%| )*") {
            let _ = (parse(&text), text.parse::<Size>());
        }

        #[test]
        fn what_is_shown_is_read_back(size: u64) {
            prop_assert_eq!(parse(&exact(Bytes(size))), Ok(Bytes(size)));
        }
    }
}
