//! What is said of one property: a value with its reason, or why there is none.

use serde::Serialize;

use crate::sys::bytes::Bytes;
use crate::sys::size;

/// A value that a property should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggested {
    /// The property, as systemd names it.
    pub property: &'static str,
    /// Its value, as systemd reads it.
    pub value: String,
    /// The same where it is an amount.
    pub bytes: Option<Bytes>,
    /// Why, with the numbers of this unit and machine.
    pub reason: String,
}

/// A property that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Omitted {
    /// The property, as systemd names it.
    pub property: &'static str,
    /// Why nothing is suggested for it.
    pub reason: String,
}

/// Either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Advice {
    Set(Suggested),
    Leave(Omitted),
}

impl Advice {
    pub(super) fn amount(property: &'static str, bytes: Bytes, reason: impl Into<String>) -> Self {
        let value = size::exact(bytes);
        Self::Set(Suggested { property, value, bytes: Some(bytes), reason: reason.into() })
    }

    pub(super) fn word(property: &'static str, value: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Set(Suggested { property, value: value.into(), bytes: None, reason: reason.into() })
    }

    pub(super) fn leave(property: &'static str, reason: impl Into<String>) -> Self {
        Self::Leave(Omitted { property, reason: reason.into() })
    }

    /// The amount that is suggested.
    pub(super) fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::Set(suggested) => suggested.bytes,
            Self::Leave(_) => None,
        }
    }
}

/// Up to a number that is easily read: steps of about a sixteenth.
pub(super) fn rounded_up(bytes: Bytes) -> Bytes {
    let step = Bytes::from_mib(match bytes.0 >> 20 {
        0..64 => 1,
        64..1024 => 8,
        1024..16384 => 64,
        _ => 512,
    });
    Bytes(bytes.0.div_ceil(step.0).max(1).saturating_mul(step.0))
}

/// Down to whole MiB.
pub(super) fn rounded_down(bytes: Bytes) -> Bytes {
    Bytes(bytes.0 >> 20 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_easily_read() {
        let up = |mib: u64| rounded_up(Bytes(Bytes::from_mib(mib).0 - 1)).0 >> 20;
        assert_eq!((up(1), up(64), up(65), up(1024), up(1025), up(16385)), (1, 64, 72, 1024, 1088, 16896));
        assert_eq!(rounded_up(Bytes(0)), Bytes::from_mib(1));
        assert_eq!(rounded_down(Bytes((5 << 20) + 7)), Bytes::from_mib(5));
    }

    proptest! {
        #[test]
        fn rounding_never_goes_the_wrong_way(bytes in 0..u64::MAX / 2) {
            prop_assert!(rounded_up(Bytes(bytes)) >= Bytes(bytes));
            prop_assert!(rounded_down(Bytes(bytes)) <= Bytes(bytes));
            prop_assert!(rounded_up(Bytes(bytes)).0 - bytes <= (512 << 20) + bytes / 8);
        }
    }
}
