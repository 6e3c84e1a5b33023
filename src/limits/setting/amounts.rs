//! What the memory limits of a unit come to.

use crate::sys::bytes::Bytes;

use super::settings::Settings;
use super::shown_value::amount;

/// The limits and protections of one unit; `None` where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    /// What is never taken from it.
    pub(super) min: Option<Bytes>,
    /// What is taken only in need.
    pub(super) low: Option<Bytes>,
    /// Above this it is slowed down.
    pub(super) high: Option<Bytes>,
    /// Above this it is killed.
    pub(super) max: Option<Bytes>,
    /// What it may have in swap.
    pub(super) swap_max: Option<Bytes>,
}

impl Amounts {
    /// What the files of a unit say; shares are taken of `memory`.
    pub(super) fn of(settings: &Settings, memory: Option<Bytes>) -> Self {
        let of = |property| amount(&settings.deciding(property)?.value, memory);
        Self {
            min: of("MemoryMin"),
            low: of("MemoryLow"),
            high: of("MemoryHigh"),
            max: of("MemoryMax"),
            swap_max: of("MemorySwapMax"),
        }
    }
}
