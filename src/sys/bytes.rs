//! An amount of memory, and how people like to read it.

use std::fmt::{self, Write};
use std::iter::Sum;
use std::ops::{Add, Mul};

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

/// An amount of memory in bytes; arithmetic saturates, since amounts may come from hostile files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

impl Bytes {
    /// Converts from the unit of /proc/meminfo, 1024 bytes.
    pub fn from_kib(kib: u64) -> Self {
        Self(kib.saturating_mul(1 << 10))
    }

    /// Converts from units of 1024 × 1024 bytes.
    pub fn from_mib(mib: u64) -> Self {
        Self(mib.saturating_mul(1 << 20))
    }

    /// Converts from units of 1024 × 1024 × 1024 bytes.
    pub fn from_gib(gib: u64) -> Self {
        Self(gib.saturating_mul(1 << 30))
    }

    /// Whole units of 1024 bytes, rounded down.
    pub fn kib(self) -> u64 {
        self.0 >> 10
    }

    /// What is left after taking `other` away, never less than nothing.
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This amount as a percentage of `whole`; 0 of nothing is 0.
    pub fn percent_of(self, whole: Self) -> f64 {
        if whole.0 == 0 { 0.0 } else { self.0 as f64 * 100.0 / whole.0 as f64 }
    }

    /// `percent` per cent of this amount, rounded down.
    pub fn percent(self, percent: f64) -> Self {
        Self((self.0 as f64 * percent / 100.0) as u64)
    }
}

impl fmt::Display for Bytes {
    /// Three significant digits or so, in the largest unit of base 1024 that gives at least 1.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let exponent = if self.0 == 0 { 0 } else { (self.0.ilog2() / 10) as usize };
        let in_unit = |exponent: usize| self.0 as f64 / (1u64 << (10 * exponent)) as f64;
        // 1023.9 MiB would be shown as 1024 of them.
        let is_rounded_up = in_unit(exponent) >= 1023.5 && exponent + 1 < UNITS.len();
        let exponent = if is_rounded_up { exponent + 1 } else { exponent };
        let value = in_unit(exponent);
        // A tenth tells something only below 100, and only if it is not 0.
        let precision = usize::from(value < 99.95);
        // No more than four digits, a point, one more and the unit: it allocates nothing, for the watchdog says amounts when there is
        // no memory left.
        let mut text = ArrayString::<16>::new();
        write!(text, "{value:.precision$}")?;
        if text.ends_with(".0") {
            text.truncate(text.len() - 2);
        }
        write!(text, " {}", UNITS[exponent])?;
        formatter.pad(&text)
    }
}

impl Add for Bytes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Mul<u64> for Bytes {
    type Output = Self;

    fn mul(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl Sum for Bytes {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shows_amounts_as_people_say_them() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (67584 << 10, "66 MiB"),
            (24_684_092 << 10, "23.5 GiB"),
            (16 << 30, "16 GiB"),
            ((16 << 30) - 4096, "16 GiB"),
            ((1 << 30) - 4096, "1 GiB"),
            (1023 << 20, "1023 MiB"),
            (u64::MAX, "16 EiB"),
        ];
        for (amount, shown) in cases {
            assert_eq!(Bytes(amount).to_string(), shown);
        }
    }

    #[test]
    fn nothing_is_no_share_of_nothing() {
        assert_eq!(Bytes(0).percent_of(Bytes(0)), 0.0);
        assert_eq!(Bytes(1).percent_of(Bytes(4)), 25.0);
    }

    proptest! {
        #[test]
        fn arithmetic_never_overflows(left: u64, right: u64, percent in 0.0..1e9f64) {
            let (left, right) = (Bytes(left), Bytes(right));
            prop_assert!(left + right >= left.max(right));
            prop_assert!(left.less(right) <= left);
            prop_assert!(!(left * right.0).to_string().is_empty());
            left.percent(percent);
        }
    }
}
