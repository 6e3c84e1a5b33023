//! What the memory limits of a unit come to.

use crate::sys::bytes::Bytes;

use super::settings::Settings;
use super::shown_value::amount;

/// The limits and protections of one unit; `None` where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// What is never taken from it.
    pub min: Option<Bytes>,
    /// What is taken only in need.
    pub low: Option<Bytes>,
    /// Above this it is slowed down.
    pub high: Option<Bytes>,
    /// Above this it is killed.
    pub max: Option<Bytes>,
    /// What it may have in swap.
    pub swap_max: Option<Bytes>,
}

impl Amounts {
    /// What the files of a unit say; shares are taken of `memory`.
    pub fn of(settings: &Settings, memory: Option<Bytes>) -> Self {
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
