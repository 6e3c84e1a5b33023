//! The share of the time in which all tasks waited for memory, from what the kernel has counted since the boot. Its own averages over
//! ten seconds and more rise too late, and fall too late: a job that has ended would still be seen in them.

use std::time::Duration;

use super::history::History;

/// No share is taken over less, in milliseconds: single waits would be taken for many.
const LEAST: u64 = 100;

/// The counts of the last looks.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    /// Microseconds of waiting since the boot.
    counted: History<u64>,
    last: Option<(u64, u64)>,
    over: u64,
    was_slow: bool,
}

impl Waiting {
    /// For shares over the last `over`.
    pub(super) fn over(over: Duration) -> Self {
        let over = u64::try_from(over.as_millis()).unwrap_or(u64::MAX).max(LEAST);
        Self { counted: History::over(over), last: None, over, was_slow: false }
    }

    /// The time that it takes to know a share, in milliseconds.
    pub(super) fn length(&self) -> u64 {
        self.over
    }

    /// Takes in a count; both numbers grow, or it begins anew.
    ///
    /// So it does after a gap of which most lies too far back: the watchdog was stopped, and what it missed may be long over. Where one
    /// gap follows another the machine is so busy that there are no closer looks; then gaps must do.
    pub(super) fn see(&mut self, at: u64, micros: u64) {
        if let Some((last_at, last_micros)) = self.last {
            let is_slow = at.saturating_sub(last_at) > self.over.saturating_mul(4);
            if at < last_at || micros < last_micros || (is_slow && !self.was_slow) {
                self.counted.clear();
            }
            self.was_slow = is_slow;
        }
        self.last = Some((at, micros));
        self.counted.see(at, micros);
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.counted.clear();
        self.last = None;
        self.was_slow = false;
    }

    /// Whether tasks waited in at least `percent` of the time: over the last `over` milliseconds, and still in the newest quarter of it.
    /// Nothing is known before there were looks for so long. No share, or one that is no number, is never reached.
    pub(super) fn is_at_least(&self, percent: f64, over: u64) -> bool {
        let is_reached = |over| self.share(over).is_some_and(|share| share >= percent);
        percent > 0.0 && is_reached(over) && is_reached(over / 4)
    }

    /// The share of the time, in per cent, over the last `over` milliseconds or a little more.
    fn share(&self, over: u64) -> Option<f64> {
        let (at, micros) = self.last?;
        let (since, before) = self.counted.before(at, over.max(LEAST / 4))?;
        let passed = at.checked_sub(since).filter(|passed| *passed > 0)?;
        let share = micros.saturating_sub(before) as f64 / (passed as f64 * 10.0);
        Some(share.min(100.0))
    }

    /// The share since the look before `last`, for callers that only want to know whether it is quiet.
    pub(super) fn is_quiet(&self, percent: f64) -> bool {
        self.share(LEAST).is_none_or(|share| share < percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks every `step` milliseconds up to `until`, with a share of waiting that depends on the time; over the last 2 s.
    fn seen(step: usize, until: u64, percent: impl Fn(u64) -> u64) -> Waiting {
        let mut waiting = Waiting::over(Duration::from_secs(2));
        let mut micros = 7;
        for at in (0..=until).step_by(step) {
            waiting.see(at, micros);
            micros += percent(at) * step as u64 * 10;
        }
        waiting
    }

    #[test]
    fn a_share_takes_its_time() {
        for step in [1, 20, 100, 500, 1000] {
            assert!(!seen(step, 1999, |_| 100).is_at_least(25.0, 2000), "{step}");
            assert!(seen(step, 2000, |_| 25).is_at_least(25.0, 2000), "{step}");
            assert!(!seen(step, 9000, |_| 24).is_at_least(25.0, 2000), "{step}");
            assert!(seen(step, 9000, |_| 100).is_at_least(100.0, 2000), "{step}");
        }
    }

    #[test]
    fn what_is_over_does_not_count() {
        let is_at = |until| seen(20, until, |at| if at < 5000 { 80 } else { 0 }).is_at_least(25.0, 2000);
        assert!(is_at(5000));
        // Over the two seconds it would still be more than half, but the newest of it is quiet.
        assert!(!is_at(5640));
    }

    #[test]
    fn a_gap_is_no_evidence_but_two_are() {
        let mut waiting = seen(100, 3000, |_| 0);
        waiting.see(603_000, 400_000_000);
        assert!(!waiting.is_at_least(25.0, 2000));
        waiting.see(613_000, 406_000_000);
        assert!(waiting.is_at_least(25.0, 2000));
        waiting.clear();
        assert!(!waiting.is_at_least(25.0, 2000));
    }

    #[test]
    fn counters_that_go_back_are_other_counters() {
        let mut waiting = seen(100, 3000, |_| 80);
        assert!(waiting.is_at_least(25.0, 2000));
        waiting.see(3100, 0);
        assert!(!waiting.is_at_least(0.1, 2000));
        waiting.see(50, u64::MAX);
        assert!(!waiting.is_at_least(0.1, 2000));
    }

    #[test]
    fn no_share_is_never_reached() {
        let waiting = seen(20, 9000, |_| 100);
        for percent in [0.0, -1.0, f64::NAN, 100.1, f64::INFINITY] {
            assert!(!waiting.is_at_least(percent, 2000), "{percent}");
        }
    }
}
