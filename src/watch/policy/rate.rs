//! Bytes over time, for numbers that may be anything.

use crate::sys::bytes::Bytes;

/// Bytes in a second, where `bytes` took `millis`; as much as there can be where they took no time.
pub(super) fn per_second(bytes: Bytes, millis: u64) -> Bytes {
    let rate = u128::from(bytes.0) * 1000 / u128::from(millis.max(1));
    Bytes(u64::try_from(rate).unwrap_or(u64::MAX))
}

/// The milliseconds that `bytes` take at `rate` bytes a second, rounded down; `None` where there is no rate.
pub(super) fn millis(bytes: Bytes, rate: Bytes) -> Option<u64> {
    let millis = (u128::from(bytes.0) * 1000).checked_div(u128::from(rate.0))?;
    Some(u64::try_from(millis).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_times_belong_together() {
        assert_eq!(per_second(Bytes(500), 250), Bytes(2000));
        assert_eq!(per_second(Bytes(u64::MAX), 0), Bytes(u64::MAX));
        assert_eq!(millis(Bytes(500), Bytes(2000)), Some(250));
        assert_eq!(millis(Bytes(u64::MAX), Bytes(1)), Some(u64::MAX));
        assert_eq!(millis(Bytes(1), Bytes(0)), None);
    }
}
