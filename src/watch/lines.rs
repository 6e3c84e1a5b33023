//! Where the levels begin on a machine, in bytes: what the policy goes by, and what status, check and the account tell of it.

use crate::sys::bytes::Bytes;
use crate::watch::settings::{Settings, Threshold};

/// Where a level begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Available memory at or under this,
    pub available: Bytes,
    /// and swap worth no more than this. Without swap both are nothing, which meets it; so does swap on zram whose pages do not
    /// compress, since it is worth nothing however much of it is free.
    pub swap: Bytes,
}

/// The three of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// From here on it is said.
    pub warning: Line,
    /// From here on a job is asked to end.
    pub critical: Line,
    /// From here on one is ended at once.
    pub redline: Line,
}

/// Where the levels begin, as it was set.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    warning: Threshold,
    critical: Threshold,
    redline: Threshold,
}

impl Thresholds {
    /// Those of `settings`.
    pub fn of(settings: &Settings) -> Self {
        Self { warning: settings.warning, critical: settings.critical, redline: settings.redline }
    }

    /// The lines for so much memory and swap.
    ///
    /// What a level asks for as `at_least` counts for no more than half of all, and does not lift it over the level before: in a
    /// container of 64 MiB a redline of 50 MiB would end what runs there as soon as it starts.
    pub fn lines(&self, memory: Bytes, swap: Bytes) -> Lines {
        let line = |threshold: Threshold, most: Bytes| Line {
            available: threshold.available.of(memory).max(threshold.at_least.min(most)),
            swap: threshold.swap.of(swap).min(swap),
        };
        let half = Bytes(memory.0 / 2);
        let warning = line(self.warning, half);
        let critical = line(self.critical, half.min(warning.available));
        let redline = line(self.redline, half.min(critical.available));
        Lines { warning, critical, redline }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn a_floor_does_not_reach_over_the_level_before() {
        let lines = |settings: &Settings, memory| Thresholds::of(settings).lines(memory, Bytes(0));
        for (memory, floor) in
            [(64, 64 * MIB / 10), (256, 256 * MIB / 10), (1000, 50 * MIB), (4000, 160 * MIB)]
        {
            let redline = lines(&Settings::default(), Bytes::from_mib(memory)).redline;
            assert_eq!(redline.available, Bytes(floor), "{memory}");
        }
        let mut settings = Settings::default();
        settings.critical.at_least = Bytes::from_mib(1536);
        let board = lines(&settings, Bytes::from_gib(32)).critical;
        assert_eq!(board.available, Bytes::from_gib(32).percent(10.0));
        let small = lines(&settings, Bytes::from_gib(8)).critical;
        assert_eq!(small.available, Bytes::from_mib(1536));
    }
}
