//! How long may be slept: no longer than this machine could take to fill what is left, so that nothing slips through between two looks.
//!
//! What counts is the next level at which something is *done*: the warning may be passed over by what is so fast that nobody could heed
//! it, and a machine that rests a little above it should not be looked at all the time.

use std::time::Duration;

use crate::sys::bytes::Bytes;

use super::rate::millis;

/// The shortest sleep, and the only one while a victim is on its way out.
pub(super) const SHORTEST: Duration = Duration::from_millis(20);
/// The longest.
pub(super) const LONGEST: Duration = Duration::from_secs(10);
/// The longest where memory is as low as when a job must go, and only free swap stands between: swap can be switched off.
const LOW: u64 = 1000;

/// What the sleep hangs on; times in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// What can be filled before something must be done,
    pub(super) room: Bytes,
    /// at most so fast, in bytes a second.
    pub(super) fastest: Bytes,
    /// A victim is on its way out.
    pub(super) is_outstanding: bool,
    /// Memory alone is at the level where a job must go.
    pub(super) is_low: bool,
    /// Until the next look for waiting tasks.
    pub(super) thrash: Option<u64>,
    /// Until better news could be told.
    pub(super) calm: Option<u64>,
    /// Until the next job may be chosen, where one has to.
    pub(super) turn: Option<u64>,
}

impl Pace {
    /// The sleep.
    pub(super) fn sleep(self) -> Duration {
        if self.is_outstanding {
            return SHORTEST;
        }
        let low = self.is_low.then_some(LOW);
        let bounds = [millis(self.room, self.fastest), low, self.thrash, self.calm, self.turn];
        bounds.into_iter().flatten().map(Duration::from_millis).fold(LONGEST, Duration::min).max(SHORTEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_all_counts() {
        let pace = Pace { room: Bytes::from_gib(3), fastest: Bytes::from_gib(1), ..Pace::default() };
        let sleep = |pace: Pace| pace.sleep().as_millis();
        assert_eq!(sleep(pace), 3000);
        assert_eq!(sleep(Pace { is_low: true, ..pace }), 1000);
        assert_eq!(sleep(Pace { thrash: Some(500), turn: Some(700), ..pace }), 500);
        assert_eq!(sleep(Pace { calm: Some(0), ..pace }), 20);
        assert_eq!(sleep(Pace { is_outstanding: true, ..pace }), 20);
        assert_eq!(sleep(Pace { room: Bytes(0), ..pace }), 20);
        assert_eq!(sleep(Pace { room: Bytes(u64::MAX), ..pace }), 10_000);
    }
}
