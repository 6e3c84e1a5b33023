//! What the machine was like at the last count, for what is not read again: it is believed only as long as what was read anew explains
//! where the memory has gone that is lacking since.

use crate::sys::bytes::Bytes;
use crate::watch::execution::clock;
use crate::watch::sample::Sample;

use super::count::Census;

/// The machine when a count began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// Milliseconds on the monotonic clock.
    pub(super) at: u64,
    /// By the clock of the processes' start times. Who was started then or later may be somebody else by now.
    pub(super) ticks: u64,
    /// The number that was given last.
    pub(super) newest: Option<u32>,
    available: Bytes,
    pinned: Bytes,
    /// What was in memory of all that was counted.
    resident: Bytes,
}

impl Base {
    /// The machine as it is before anybody is counted.
    pub(super) fn now(sample: &Sample, newest: Option<u32>) -> Self {
        let Sample { at, available, pinned, .. } = *sample;
        Self { at, ticks: clock::ticks(), newest, available, pinned, resident: Bytes(0) }
    }

    /// With what the count has found.
    pub(super) fn with(self, resident: Bytes) -> Self {
        Self { resident, ..self }
    }

    /// Whether the memory that is lacking since is found in those that hold more by now, but for what would change nobody's place.
    pub(super) fn explains_loss(&self, sample: &Sample, resident: Bytes) -> bool {
        let Balance { lost, found, bound } = self.balance(sample, resident);
        lost.less(found) <= bound
    }

    /// The same both ways: what came back is lacking in those that hold less by now, too.
    pub(super) fn explains(&self, sample: &Sample, resident: Bytes) -> bool {
        let Balance { lost, found, bound } = self.balance(sample, resident);
        lost.less(found) <= bound && found.less(lost) <= bound
    }

    fn balance(&self, sample: &Sample, resident: Bytes) -> Balance {
        // Files in memory and huge pages are told apart, and belong to no process.
        let pinned = sample.pinned.less(self.pinned);
        let gone = self.available.less(sample.available).less(pinned);
        let came = sample.available.less(self.available);
        let (more, less) = (resident.less(self.resident), self.resident.less(resident));
        // Who ended gave memory back; if there is not more of it, somebody else has it.
        Balance {
            lost: gone + less,
            found: more + came,
            bound: unnoticed(sample.total).max(Bytes(gone.0 / 4)),
        }
    }
}

/// What is to be explained, what explains it, and by how much they may differ.
struct Balance {
    lost: Bytes,
    found: Bytes,
    bound: Bytes,
}

/// 1/128 of the machine, but 16 MiB at least and 128 at most.
fn unnoticed(total: Bytes) -> Bytes {
    Bytes(total.0 / 128).clamp(Bytes::from_mib(16), Bytes::from_mib(128))
}

impl Census {
    /// Whether the processes and groups that were read anew tell where the memory has gone since the last count.
    pub(super) fn is_loss_explained(&self, last: Option<Base>, sample: &Sample) -> bool {
        let resident = self.table.resident(self.groups.as_ref());
        last.is_some_and(|last| last.explains_loss(sample, resident))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(available: u64, pinned: u64) -> Sample {
        let (available, pinned) = (Bytes::from_mib(available), Bytes::from_mib(pinned));
        Sample { total: Bytes::from_gib(4), available, pinned, ..Sample::default() }
    }

    #[test]
    fn memory_that_nobody_is_seen_to_hold_is_not_explained() {
        let base = Base::now(&sample(1000, 100), None).with(Bytes::from_mib(2000));
        let explains = |available, pinned, resident| {
            base.explains_loss(&sample(available, pinned), Bytes::from_mib(resident))
        };
        assert!(explains(1000, 100, 2000));
        assert!(explains(700, 100, 2300), "it was found");
        assert!(explains(968, 100, 2000) && !explains(967, 100, 2000), "1/128 of 4 GiB");
        assert!(!explains(700, 100, 2000));
        assert!(explains(700, 400, 2000), "files in memory");
        assert!(explains(700, 100, 2225) && !explains(700, 100, 2224), "a quarter may stay unseen");
        assert!(!explains(1000, 100, 1500), "somebody has ended, and it is no better");
        assert!(explains(1500, 100, 1500));
        assert!(explains(1500, 100, 2000));
        let both_ways =
            |available, resident| base.explains(&sample(available, 100), Bytes::from_mib(resident));
        assert!(both_ways(1500, 1500) && both_ways(500, 2500) && both_ways(1032, 2000));
        assert!(!both_ways(1500, 2000), "somebody has ended who is still counted");
        assert!(!both_ways(500, 2000));
    }
}
