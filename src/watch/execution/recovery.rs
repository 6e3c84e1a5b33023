//! Whether memory still comes back, and whether a victim still gets on with its end. Pure.

use crate::sys::bytes::Bytes;

use super::victim::Moment;

/// Less than this is what any machine does by itself.
const RISE: Bytes = Bytes(1 << 20);
/// Memory that rose this long ago, in milliseconds, still rises.
const STILL: u64 = 250;
/// A victim that did nothing for so long, in milliseconds, does nothing more.
const STANDSTILL: u64 = 500;
/// A victim that moves gets so many times the patience of one that does not.
const LAST_PATIENCE: u64 = 5;
/// Memory that comes back is waited for no longer than this after the victim has gone, in milliseconds.
const LAST_SETTLING: u64 = 5_000;

/// What was seen since the first signal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Recovery {
    begun: Option<Moment>,
    high: Bytes,
    rose_at: u64,
    moved_at: u64,
    in_kernel: u64,
    last: Bytes,
}

impl Recovery {
    /// Begins with what is there before the first signal.
    pub(super) fn begin(now: Moment) -> Self {
        let at = now.at;
        Self {
            begun: Some(now),
            high: now.available,
            rose_at: at,
            moved_at: at,
            in_kernel: 0,
            last: now.available,
        }
    }

    /// Notes what is available.
    pub(super) fn note(&mut self, now: Moment) {
        self.last = now.available;
        if now.available >= self.high + RISE {
            self.high = now.available;
            self.rose_at = now.at;
            self.moved_at = now.at;
        }
    }

    /// Notes that one more has ended.
    pub(super) fn note_an_end(&mut self, at: u64) {
        self.moved_at = at;
    }

    /// Notes for how long those who still end have run in the kernel, in ticks: there they give back their memory.
    pub(super) fn note_work(&mut self, in_kernel: u64, at: u64) {
        if in_kernel > self.in_kernel {
            self.moved_at = at;
        }
        self.in_kernel = in_kernel;
    }

    /// How much more is available than at the beginning.
    pub(super) fn freed(&self) -> Bytes {
        self.last.less(self.begun.map_or(self.last, |begun| begun.available))
    }

    /// From the beginning to the last rise, in milliseconds.
    pub(super) fn rose_for(&self) -> u64 {
        self.rose_at.saturating_sub(self.begun.map_or(self.rose_at, |begun| begun.at))
    }

    /// Whether a victim that was killed then will not go, by a patience in milliseconds.
    pub(super) fn does_not_end(&self, killed: u64, patience: u64, now: u64) -> bool {
        let waited = now.saturating_sub(killed);
        let stands_still = now.saturating_sub(self.moved_at.max(killed)) >= STANDSTILL;
        waited >= patience.saturating_mul(LAST_PATIENCE) || waited >= patience && stands_still
    }

    /// Whether nothing more is to come of a victim that is gone since then.
    pub(super) fn is_settled(&self, gone: u64, settle: u64, now: u64) -> bool {
        let waited = now.saturating_sub(gone);
        let still_rises = now.saturating_sub(self.rose_at) < STILL;
        waited >= settle && !still_rises || waited >= LAST_SETTLING.max(settle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moment(at: u64, mib: u64) -> Moment {
        Moment { at, available: Bytes::from_mib(mib) }
    }

    #[test]
    fn one_that_moves_gets_more_time() {
        let mut recovery = Recovery::begin(moment(0, 100));
        assert!(!recovery.does_not_end(0, 2_000, 1_999));
        assert!(recovery.does_not_end(0, 2_000, 2_000));
        recovery.note(moment(1_800, 102));
        assert!(!recovery.does_not_end(0, 2_000, 2_299) && recovery.does_not_end(0, 2_000, 2_300));
        recovery.note_work(3, 2_200);
        recovery.note_work(3, 2_600);
        assert!(!recovery.does_not_end(0, 2_000, 2_699) && recovery.does_not_end(0, 2_000, 2_700));
        recovery.note_an_end(9_999);
        assert!(!recovery.does_not_end(0, 2_000, 9_999) && recovery.does_not_end(0, 2_000, 10_000));
    }

    #[test]
    fn memory_that_rises_is_waited_for() {
        let mut recovery = Recovery::begin(moment(0, 100));
        assert!(!recovery.is_settled(100, 500, 599) && recovery.is_settled(100, 500, 600));
        recovery.note(moment(590, 300));
        assert!(!recovery.is_settled(100, 500, 600) && recovery.is_settled(100, 500, 840));
        assert_eq!((recovery.freed(), recovery.rose_for()), (Bytes::from_mib(200), 590));
        recovery.note(moment(5_100, 400));
        assert!(recovery.is_settled(100, 500, 5_100));
        recovery.note(moment(5_200, 50));
        assert_eq!(recovery.freed(), Bytes(0));
    }

    proptest! {
        #[test]
        fn patience_has_an_end(moves in proptest::collection::vec((0u64..20_000, 0u64..10_000), 0..40), killed in 0u64..5_000) {
            let mut recovery = Recovery::begin(moment(0, 100));
            for (at, mib) in moves {
                recovery.note(moment(at, mib));
                recovery.note_work(mib, at);
            }
            prop_assert!(!recovery.does_not_end(killed, 2_000, killed + 1_999));
            prop_assert!(recovery.does_not_end(killed, 2_000, killed + 10_000));
            prop_assert!(recovery.is_settled(killed, 500, killed + 5_000));
        }
    }
}
