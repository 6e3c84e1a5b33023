//! For which part of the last ten seconds tasks waited for memory, from the totals in the samples.

use arrayvec::ArrayVec;

use crate::watch::sample::{Sample, Stalled};

/// Milliseconds that are looked back on.
const SPAN: u64 = 10_000;
/// Milliseconds between two samples that are kept: ten seconds fit into the table.
const STEP: u64 = 1_000;
const KEPT: usize = 12;

/// Shares of the time in per cent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// At least one task waited.
    pub some: f64,
    /// All that were not idle waited.
    pub full: f64,
}

/// Remembers samples, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    kept: ArrayVec<(u64, Stalled), KEPT>,
}

impl Waiting {
    /// Looks at a sample; what the kernel does not count makes it forget.
    pub fn see(&mut self, sample: &Sample) {
        let Some(stalled) = sample.stalled else { return self.kept.clear() };
        let last = self.kept.last().map(|(at, _)| *at);
        // A clock or a total that goes back is another machine's, or a mistake.
        if last.is_some_and(|last| sample.at < last) {
            self.kept.clear();
        } else if last.is_some_and(|last| sample.at - last < STEP) {
            return;
        }
        if self.kept.is_full() {
            self.kept.remove(0);
        }
        let _ = self.kept.try_push((sample.at, stalled));
    }

    /// The shares from ten seconds ago until this sample, or from what is nearest to that: where samples are rare, it is a longer time.
    /// `None` where nothing is known.
    pub fn until(&self, sample: &Sample) -> Option<Shares> {
        let now = sample.stalled?;
        let is_old = |at: u64| sample.at.saturating_sub(at) >= SPAN;
        let oldest = self.kept.iter().rev().find(|(at, _)| is_old(*at)).or(self.kept.first())?;
        let passed = sample.at.checked_sub(oldest.0).filter(|&passed| passed > 0)?;
        let share = |now: u64, then: u64| {
            // Microseconds in milliseconds, as per cent.
            (now.saturating_sub(then) as f64 / (passed as f64 * 10.0)).min(100.0)
        };
        Some(Shares { some: share(now.some, oldest.1.some), full: share(now.full, oldest.1.full) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(at: u64, some: u64, full: u64) -> Sample {
        Sample { at, stalled: Some(Stalled { some, full }), ..Sample::default() }
    }

    #[test]
    fn looks_ten_seconds_back() {
        let mut waiting = Waiting::default();
        assert_eq!(waiting.until(&sample(5, 5, 5)), None);
        for second in 0..30u64 {
            // Half of the time from the 20th second on.
            let some = second.saturating_sub(20) * 500_000;
            waiting.see(&sample(second * 1000, some, 0));
        }
        let shares = waiting.until(&sample(30_000, 5_000_000, 1_000_000)).unwrap();
        assert_eq!(shares, Shares { some: 50.0, full: 10.0 });
        assert_eq!(waiting.until(&Sample { at: 30_000, ..Sample::default() }), None);
    }

    proptest! {
        #[test]
        fn any_samples_give_a_share(samples in proptest::collection::vec((any::<u64>(), any::<u64>(), any::<u64>()), 0..40)) {
            let mut waiting = Waiting::default();
            for (at, some, full) in samples {
                let sample = sample(at, some, full);
                if let Some(shares) = waiting.until(&sample) {
                    prop_assert!((0.0..=100.0).contains(&shares.some) && (0.0..=100.0).contains(&shares.full));
                }
                waiting.see(&sample);
            }
        }
    }
}
