//! What one look at the machine's memory showed.

use serde::{Deserialize, Serialize};

use crate::sys::bytes::Bytes;

/// The memory of the machine, or of the container that the watchdog runs in, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Milliseconds on the monotonic clock, which no suspend and no change of the date moves.
    pub at: u64,
    /// What there is.
    pub total: Bytes,
    /// What can be had without swapping; in a container no more than its limit leaves.
    pub available: Bytes,
    /// Swap in all; nothing where there is none.
    pub swap_total: Bytes,
    /// Free swap as the kernel counts it.
    pub swap_free: Bytes,
    /// Memory that would come free if all free swap were used: what goes to a disk in full, what goes to zram less the memory that it
    /// takes there at the ratio that is measured.
    pub swap_worth: Bytes,
    /// Swap is being turned off: what lies in it must find room in memory, and whom the kernel has just got to do with for that keeps its
    /// memory although it ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loses_swap: bool,
    /// What is pinned and comes back by no kill: huge pages in reserve, files in memory, what the GPU's driver holds for nobody.
    pub pinned: Bytes,
    /// What processes hold in the GPU's memory where that is the machine's own.
    pub gpu: Bytes,
    /// For how long tasks have waited for memory since the boot, in microseconds; `None` where the kernel does not count it, or where so much
    /// is available that it was not asked.
    pub stalled: Option<Stalled>,
}

/// Time since the boot in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stalled {
    /// At least one task waited.
    pub some: u64,
    /// All tasks that were not idle waited.
    pub full: u64,
}
