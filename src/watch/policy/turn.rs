//! Whose turn it is: one victim for one event.

use std::time::Duration;

use crate::watch::level::Level;

/// No two victims lie closer together, in milliseconds, whatever was set: the choice itself costs time.
const LEAST: u64 = 100;
/// Where nobody can be chosen the next try comes after at most so many milliseconds.
const MOST: u64 = 2000;

/// When a job was chosen last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    settle: u64,
    last: Option<u64>,
    wait: u64,
    /// The worst level at which a job was chosen in this event.
    taken_at: Level,
}

impl Turn {
    /// `settle`: from one victim to the next.
    pub(super) fn new(settle: Duration) -> Self {
        let settle = in_millis(settle);
        Self { settle, last: None, wait: settle, taken_at: Level::Normal }
    }

    pub(super) fn set_settle(&mut self, settle: Duration) {
        self.settle = in_millis(settle);
        self.wait = self.settle;
    }

    /// Whether somebody may be chosen at this level.
    ///
    /// `is_hopeless`: most of what is used comes back by no kill. Then each level takes one victim in an event, for if that did not
    /// help, nor would all the others.
    pub(super) fn is_there(&self, at: u64, level: Level, is_hopeless: bool) -> bool {
        self.left(at) == 0 && (!is_hopeless || level > self.taken_at)
    }

    /// The milliseconds until it is there.
    pub(super) fn left(&self, at: u64) -> u64 {
        self.last.map_or(0, |last| self.wait.saturating_sub(at.saturating_sub(last)))
    }

    /// Somebody is chosen.
    pub(super) fn take(&mut self, at: u64, level: Level) {
        self.last = Some(at);
        self.taken_at = self.taken_at.max(level);
    }

    /// Who was chosen holds nothing.
    pub(super) fn took_nothing(&mut self) {
        self.taken_at = Level::Normal;
    }

    /// There was nobody to choose: the next try waits twice as long.
    pub(super) fn had_nobody(&mut self) {
        self.wait = self.wait.saturating_mul(2).min(MOST.max(self.settle));
    }

    /// Somebody was found after all.
    pub(super) fn had_somebody(&mut self) {
        self.wait = self.settle;
    }

    /// The event is over.
    pub(super) fn is_over(&mut self) {
        self.wait = self.settle;
        self.taken_at = Level::Normal;
    }

    /// The clock is another one, and shows `at`.
    pub(super) fn restart(&mut self, at: u64) {
        self.last = self.last.map(|_| at);
    }
}

fn in_millis(settle: Duration) -> u64 {
    u64::try_from(settle.as_millis()).unwrap_or(u64::MAX).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Level::{Critical, Redline};

    #[test]
    fn one_after_the_other() {
        let mut turn = Turn::new(Duration::from_millis(500));
        assert!(turn.is_there(0, Critical, false));
        turn.take(10, Critical);
        assert!(!turn.is_there(509, Redline, false));
        assert!(turn.is_there(510, Critical, false));
        turn.restart(3);
        assert!(turn.is_there(503, Critical, false), "a clock that goes back does not stop it for ever");
        turn.set_settle(Duration::ZERO);
        turn.take(1000, Critical);
        assert_eq!(turn.left(1000), 100);
    }

    #[test]
    fn where_nobody_is_left_it_waits_longer() {
        let mut turn = Turn::new(Duration::from_millis(500));
        turn.take(0, Critical);
        for wait in [1000, 2000, 2000] {
            turn.had_nobody();
            assert_eq!(turn.left(0), wait);
        }
        turn.had_somebody();
        assert_eq!(turn.left(0), 500);
    }

    #[test]
    fn what_does_not_help_is_tried_once_a_level() {
        let mut turn = Turn::new(Duration::from_millis(500));
        assert!(turn.is_there(0, Critical, true));
        turn.take(0, Critical);
        assert!(!turn.is_there(9000, Critical, true));
        assert!(turn.is_there(9000, Critical, false));
        assert!(turn.is_there(9000, Redline, true));
        turn.take(9000, Redline);
        assert!(!turn.is_there(20_000, Redline, true));
        turn.is_over();
        assert!(turn.is_there(20_000, Critical, true));
    }
}
