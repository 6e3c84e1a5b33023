//! /proc/vmstat: what the memory manager counted since boot.

use crate::host::{Host, Lacking};

use super::fields::{self, Fields};
use super::malformed::{InFile, Malformed};

/// The file.
pub const PATH: &str = "/proc/vmstat";

/// The counters of /proc/vmstat by their own names; which there are depends on the kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vmstat(Fields);

impl Vmstat {
    /// A counter, where this kernel keeps it.
    pub fn find(&self, name: &str) -> Option<u64> {
        self.0.get(name)
    }

    /// A counter.
    ///
    /// # Errors
    /// Says that this kernel does not keep it.
    pub fn get(&self, name: &str) -> Result<u64, Lacking> {
        self.find(name).ok_or_else(|| Lacking::absent(format!("{PATH}: {name}")))
    }

    /// Tasks that had to reclaim memory themselves: `allocstall`, since 4.10 one counter a zone.
    pub fn allocation_stalls(&self) -> u64 {
        self.0.sum_of_prefix("allocstall").0
    }
}

/// Reads the text of /proc/vmstat.
///
/// # Errors
/// Names the line that is not a counter.
pub fn parse(text: &str) -> Result<Vmstat, Malformed> {
    fields::parse(text).map(Vmstat)
}

/// Reads it from a machine.
///
/// # Errors
/// Says why there is none.
pub fn read(host: &Host) -> Result<Vmstat, Lacking> {
    parse(&host.read(PATH)?).in_file(PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stalls_are_summed_over_the_zones() {
        let new = parse("allocstall_dma 1\nallocstall_normal 20\nallocstall_movable 300\npgscan_direct 5\n")
            .unwrap();
        assert_eq!(new.allocation_stalls(), 321);
        assert_eq!(parse("allocstall 7\n").unwrap().allocation_stalls(), 7);
    }
}
