//! How fast memory fills, and could fill.

use crate::sys::bytes::Bytes;
use crate::watch::sample::Sample;

use super::history::History;
use super::rate::{millis, per_second};

/// A machine is taken to fill at least so much in a second, whatever was measured when it started.
const SLOWEST: Bytes = Bytes(64 << 20);
/// How many times as fast as was measured at the start memory may seem to fall: huge pages that are set aside go in an instant.
const MOST: u64 = 8;
/// Falls over less time, in milliseconds, are noise.
const SHORTEST: u64 = 10;
/// What was seen to be faster than was measured is forgotten within some minutes: of what is left each minute takes as large a part.
const FORGETTING: u64 = 60_000;

/// Falls of what is left: available memory, and what swap is worth.
#[derive(Clone, Debug)]
pub(super) struct Growth {
    left: History<Bytes>,
    last: Option<Last>,
    measured: Bytes,
    fastest: Bytes,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    at: u64,
    left: Bytes,
    total: Bytes,
    swap_total: Bytes,
}

impl Growth {
    /// `fill_rate`: what this machine filled in a second when it was tried.
    pub(super) fn new(fill_rate: Bytes) -> Self {
        let measured = fill_rate.max(SLOWEST);
        Self { left: History::over(1000), last: None, measured, fastest: measured }
    }

    /// Takes in a sample, which must not lie before the last one.
    pub(super) fn see(&mut self, sample: &Sample) {
        let now = Last {
            at: sample.at,
            left: sample.available + sample.swap_worth,
            total: sample.total,
            swap_total: sample.swap_total,
        };
        match self.last {
            // What comes and goes with memory modules, limits or swapoff is nobody's growth.
            Some(last) if last.total != now.total || last.swap_total != now.swap_total => self.left.clear(),
            Some(last) => self.learn(last, now),
            None => {}
        }
        self.left.see(now.at, now.left);
        self.last = Some(now);
    }

    fn learn(&mut self, last: Last, now: Last) {
        let passed = now.at.saturating_sub(last.at);
        let excess = u128::from(self.fastest.less(self.measured).0);
        let forgotten = excess * u128::from(passed.min(FORGETTING)) / u128::from(FORGETTING);
        self.fastest = self.fastest.less(Bytes(u64::try_from(forgotten).unwrap_or(u64::MAX)));
        if passed >= SHORTEST {
            let fall = per_second(last.left.less(now.left), passed);
            self.fastest = self.fastest.max(fall.min(self.measured * MOST));
        }
    }

    /// The most that this machine may fill, in bytes a second.
    pub(super) fn fastest(&self) -> Bytes {
        self.fastest
    }

    /// What it fills now, in bytes a second: over the last second or the last quarter of it, the faster.
    pub(super) fn fall(&self) -> Bytes {
        let Some(now) = self.last else { return Bytes(0) };
        let over = |age| {
            let (at, left) = self.left.before(now.at, age).or_else(|| self.left.oldest())?;
            let passed = now.at.checked_sub(at).filter(|passed| *passed >= SHORTEST)?;
            Some(per_second(left.less(now.left), passed))
        };
        over(1000).max(over(250)).unwrap_or_default()
    }

    /// In how many milliseconds `room` will be filled as it goes now; `None` where nothing falls.
    pub(super) fn time_for(&self, room: Bytes) -> Option<u64> {
        if room == Bytes(0) { Some(0) } else { millis(room, self.fall()) }
    }

    /// Forgets what was seen, but not how fast the machine can be.
    pub(super) fn clear(&mut self) {
        self.left.clear();
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: Bytes = Bytes(1 << 30);

    fn sample(at: u64, available: u64) -> Sample {
        Sample { at, total: Bytes::from_gib(64), available: Bytes::from_mib(available), ..Sample::default() }
    }

    /// Looks every 20 ms, from 8 GiB down by `mib` MiB a second, for `until` milliseconds.
    fn falling(mib: u64, until: u64) -> Growth {
        let mut growth = Growth::new(GIB);
        (0..=until).step_by(20).for_each(|at| growth.see(&sample(at, 8192 - mib * at / 1000)));
        growth
    }

    #[test]
    fn a_steady_fall_is_known() {
        let growth = falling(100, 3000);
        assert_eq!(growth.fall(), Bytes::from_mib(100));
        assert_eq!(growth.time_for(Bytes::from_mib(500)), Some(5000));
        assert_eq!(growth.time_for(Bytes(0)), Some(0));
        assert_eq!(growth.fastest(), GIB);
        assert_eq!(Growth::new(GIB).time_for(GIB), None);
    }

    #[test]
    fn a_fall_that_has_just_begun_is_seen() {
        let mut growth = falling(0, 3000);
        (3020..=3300).step_by(20).for_each(|at| growth.see(&sample(at, 8192 - (at - 3000))));
        assert!(growth.fall() >= Bytes::from_mib(900), "{}", growth.fall());
    }

    #[test]
    fn a_faster_fall_raises_what_is_possible_for_a_while() {
        let mut growth = falling(2000, 200);
        assert_eq!(growth.fastest(), Bytes::from_mib(2000));
        growth.see(&sample(5_200, 8192));
        assert!(growth.fastest() > Bytes::from_mib(1900));
        (6..60).for_each(|turn| growth.see(&sample(turn * 10_000, 8192)));
        assert!(growth.fastest() < GIB + Bytes::from_mib(2), "{}", growth.fastest());
        growth.see(&sample(590_020, 0));
        assert_eq!(growth.fastest(), GIB * 8, "an instant fall is bounded");
    }

    #[test]
    fn another_size_is_no_fall() {
        let mut growth = falling(0, 3000);
        growth.see(&Sample { total: Bytes::from_gib(32), ..sample(3020, 100) });
        assert_eq!((growth.fall(), growth.fastest()), (Bytes(0), GIB));
        let mut growth = Growth::new(Bytes(0));
        assert_eq!(growth.fastest(), SLOWEST);
        growth.see(&sample(0, 8000));
        growth.see(&sample(5, 0));
        assert_eq!((growth.fall(), growth.fastest()), (Bytes(0), SLOWEST), "too short to tell");
    }
}
