//! The level that is told: worse news at once, better news once it has lasted.

use std::time::Duration;

use crate::watch::level::Level;

/// Where one stands. No level is entered twice within the time that better news must last: to leave it for a better one takes that long
/// from the moment it was told, and to come back to it from a worse one, too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ladder {
    level: Level,
    better: Option<Better>,
    calm: u64,
}

/// It has been better than was told.
#[derive(Clone, Copy, Debug)]
struct Better {
    /// Since this moment in milliseconds,
    since: u64,
    /// and never worse than this.
    worst: Level,
}

impl Ladder {
    pub(super) fn new(calm: Duration) -> Self {
        Self { level: Level::Normal, better: None, calm: in_millis(calm) }
    }

    pub(super) fn set_calm(&mut self, calm: Duration) {
        self.calm = in_millis(calm);
    }

    /// The level that is told.
    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// Takes in what a sample shows; gives the level before, where that changes what is told.
    pub(super) fn step(&mut self, at: u64, shown: Level) -> Option<Level> {
        if shown >= self.level {
            self.better = None;
            return self.tell(shown);
        }
        let better = self.better.get_or_insert(Better { since: at, worst: shown });
        better.worst = better.worst.max(shown);
        let worst = better.worst;
        if at.saturating_sub(better.since) < self.calm {
            return None;
        }
        // The next step up needs its own time.
        self.better = (shown < worst).then_some(Better { since: at, worst: shown });
        self.tell(worst)
    }

    fn tell(&mut self, level: Level) -> Option<Level> {
        (level != self.level).then(|| std::mem::replace(&mut self.level, level))
    }

    /// Nothing is known of the time before `at`, so that it may have been worse.
    pub(super) fn restart(&mut self, at: u64) {
        if let Some(better) = &mut self.better {
            better.since = at;
        }
    }

    /// The milliseconds until better news could be told, where there are any.
    pub(super) fn left(&self, at: u64) -> Option<u64> {
        self.better.map(|better| self.calm.saturating_sub(at.saturating_sub(better.since)))
    }
}

fn in_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Level::{Critical, Normal, Redline, Warning};
    use proptest::prelude::*;

    /// What is told, and when.
    fn told(shown: &[(u64, Level)]) -> Vec<(u64, Level)> {
        let mut ladder = Ladder::new(Duration::from_secs(10));
        let step = |(at, level): &(u64, Level)| ladder.step(*at, *level).map(|_| (*at, ladder.level()));
        shown.iter().filter_map(step).collect()
    }

    #[test]
    fn worse_news_at_once_and_better_news_late() {
        let shown =
            [(0, Normal), (1, Redline), (500, Normal), (900, Warning), (1_000, Normal), (10_499, Normal)];
        assert_eq!(told(&shown), [(1, Redline)]);
        // Not straight to the best: in between it was worse.
        let later = [(10_500, Normal), (12_000, Normal), (20_499, Normal), (20_500, Normal)];
        let all = [&shown[..], &later[..]].concat();
        assert_eq!(told(&all), [(1, Redline), (10_500, Warning), (20_500, Normal)]);
    }

    #[test]
    fn worse_news_takes_the_better_back() {
        let shown =
            [(0, Critical), (5_000, Warning), (9_000, Critical), (18_000, Warning), (27_999, Warning)];
        assert_eq!(told(&shown), [(0, Critical)]);
        assert_eq!(told(&[&shown[..], &[(28_000, Normal)]].concat()), [(0, Critical), (28_000, Warning)]);
    }

    #[test]
    fn a_gap_does_not_count_as_better() {
        let mut ladder = Ladder::new(Duration::from_secs(10));
        ladder.step(0, Critical);
        ladder.step(100, Normal);
        ladder.restart(60_000);
        assert_eq!(ladder.left(60_000), Some(10_000));
        assert_eq!(ladder.step(60_000, Normal), None);
        assert_eq!(ladder.step(70_000, Normal), Some(Critical));
    }

    proptest! {
        #[test]
        fn no_level_is_told_twice_within_the_time(
            shown in proptest::collection::vec((0u64..4_000, 0usize..4), 1..400),
        ) {
            let mut at = 0;
            let shown: Vec<_> = shown.into_iter().map(|(step, level)| { at += step; (at, Level::ALL[level]) }).collect();
            let told = told(&shown);
            for level in Level::ALL {
                let of_level: Vec<u64> = told.iter().filter(|(_, told)| *told == level).map(|(at, _)| *at).collect();
                for pair in of_level.windows(2) {
                    prop_assert!(pair[1] - pair[0] >= 10_000, "{level:?} at {} and {}", pair[0], pair[1]);
                }
            }
        }

        #[test]
        fn what_is_told_is_never_better_than_what_is_shown(
            shown in proptest::collection::vec((0u64..20_000, 0usize..4), 1..100),
        ) {
            let mut ladder = Ladder::new(Duration::from_secs(10));
            let mut at = 0;
            for (step, level) in shown {
                at += step;
                ladder.step(at, Level::ALL[level]);
                prop_assert!(ladder.level() >= Level::ALL[level]);
            }
        }
    }
}
