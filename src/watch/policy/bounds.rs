//! On which side of the lines between the levels a sample lies.
//!
//! A line is crossed where it stands: worse news waits for nothing. Back over it, memory or swap must be better by a little more, so
//! that a value that trembles on the line does not cross it all the time.

use crate::sys::bytes::Bytes;
use crate::watch::level::Level;
use crate::watch::lines::{Line, Lines};
use crate::watch::sample::Sample;

/// How far a value must be on the better side of a line to count as there: 1 MiB or a thousandth of `whole`, the larger.
pub(super) fn debounce(whole: Bytes) -> Bytes {
    Bytes(whole.0 / 1000).max(Bytes::from_mib(1))
}

impl Line {
    /// What can still be filled before the line is reached: memory first, then swap, or both by turns.
    pub(super) fn room(self, sample: &Sample) -> Bytes {
        sample.available.less(self.available) + sample.swap_worth.less(self.swap)
    }

    pub(super) fn is_reached(self, sample: &Sample) -> bool {
        self.room(sample) == Bytes(0)
    }

    /// Whether it is reached, or was and is not left behind yet.
    fn is_kept(self, sample: &Sample) -> bool {
        let sample = Sample {
            available: sample.available.less(debounce(sample.total)),
            swap_worth: sample.swap_worth.less(debounce(sample.swap_total)),
            ..*sample
        };
        self.is_reached(&sample)
    }
}

impl Lines {
    /// The level that the sample shows.
    pub(super) fn level(&self, sample: &Sample) -> Level {
        self.worst(|_, line| line.is_reached(sample))
    }

    /// The same, where `before` was shown until now.
    pub(super) fn debounced(&self, sample: &Sample, before: Level) -> Level {
        self.worst(|level, line| line.is_reached(sample) || (before >= level && line.is_kept(sample)))
    }

    fn worst(&self, holds: impl Fn(Level, Line) -> bool) -> Level {
        let lines = [
            (Level::Redline, self.redline),
            (Level::Critical, self.critical),
            (Level::Warning, self.warning),
        ];
        lines.into_iter().find(|(level, line)| holds(*level, *line)).map_or(Level::Normal, |(level, _)| level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::lines::Thresholds;
    use crate::watch::settings::Settings;
    use Level::{Critical, Normal, Redline, Warning};

    const MIB: u64 = 1 << 20;

    /// A sample of a machine with 1000 MiB of memory.
    fn sample(available: u64, swap_total: u64, swap_worth: u64) -> Sample {
        Sample {
            total: Bytes::from_mib(1000),
            available: Bytes(available),
            swap_total: Bytes::from_mib(swap_total),
            swap_free: Bytes::from_mib(swap_total),
            swap_worth: Bytes::from_mib(swap_worth),
            ..Sample::default()
        }
    }

    fn lines(sample: &Sample) -> Lines {
        Thresholds::of(&Settings::default()).lines(sample.total, sample.swap_total)
    }

    #[test]
    fn a_level_holds_where_both_halves_do() {
        let cases = [
            // Without swap memory decides.
            (200 * MIB + 1, 0, 0, Normal),
            (200 * MIB, 0, 0, Warning),
            (100 * MIB + 1, 0, 0, Warning),
            (100 * MIB, 0, 0, Critical),
            // Four per cent would be 40 MiB: the redline lies at 50.
            (50 * MIB + 1, 0, 0, Critical),
            (50 * MIB, 0, 0, Redline),
            (0, 0, 0, Redline),
            // With swap both do.
            (0, 100, 51, Normal),
            (0, 100, 50, Warning),
            (0, 100, 11, Warning),
            (100 * MIB, 100, 10, Critical),
            (0, 100, 6, Critical),
            (0, 100, 5, Redline),
            (300 * MIB, 100, 0, Normal),
            // Swap on zram that does not compress is worth nothing, however much is free.
            (100 * MIB, 500, 0, Critical),
        ];
        for (available, swap_total, swap_worth, level) in cases {
            let sample = sample(available, swap_total, swap_worth);
            assert_eq!(lines(&sample).level(&sample), level, "{available} {swap_total} {swap_worth}");
        }
    }

    #[test]
    fn back_over_a_line_takes_a_little_more() {
        let at = |available, swap| sample(available, 100, swap);
        let before = |sample: Sample, level| lines(&sample).debounced(&sample, level);
        assert_eq!(before(at(100 * MIB, 10), Normal), Critical);
        assert_eq!(before(at(100 * MIB + 1, 10), Warning), Warning);
        assert_eq!(before(at(101 * MIB, 10), Critical), Critical);
        assert_eq!(before(at(101 * MIB + 1, 10), Critical), Warning);
        assert_eq!(before(at(100 * MIB, 11), Critical), Critical);
        assert_eq!(before(at(100 * MIB, 12), Critical), Warning);
        assert_eq!(before(at(51 * MIB, 5), Redline), Redline);
        assert_eq!(debounce(Bytes::from_gib(16)), Bytes((16 << 30) / 1000));
    }
}
