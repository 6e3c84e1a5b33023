//! When the candidates are counted beforehand. A count is a walk through all processes, so it is done no more often than its result
//! could matter; two of them tell who grows.

/// The nearer the end, the fresher the last count has to be: a quarter of the time that is left, within these bounds in milliseconds.
const FRESHEST: u64 = 250;
const OLDEST: u64 = 10_000;

/// When they were counted last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counting {
    last: Option<u64>,
}

impl Counting {
    /// Whether it is time for another count: `is_low` where there is little left, `soon` where a job will have to go in so many
    /// milliseconds as it goes now.
    pub(super) fn is_due(&self, at: u64, is_low: bool, soon: Option<u64>) -> bool {
        let is_wanted = is_low || soon.is_some_and(|soon| soon <= OLDEST);
        let age = soon.map_or(OLDEST, |soon| (soon / 4).clamp(FRESHEST, OLDEST));
        is_wanted && self.last.is_none_or(|last| at.saturating_sub(last) >= age)
    }

    /// They are counted now.
    pub(super) fn done(&mut self, at: u64) {
        self.last = Some(at);
    }

    /// The clock is another one from here on.
    pub(super) fn restart(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_the_end_the_more_often() {
        let mut counting = Counting::default();
        assert!(!counting.is_due(0, false, None));
        assert!(!counting.is_due(0, false, Some(10_001)));
        assert!(counting.is_due(0, true, None) && counting.is_due(0, false, Some(10_000)));
        counting.done(0);
        for (soon, age) in [(None, 10_000), (Some(100_000), 10_000), (Some(8_000), 2_000), (Some(0), 250)] {
            assert!(!counting.is_due(age - 1, true, soon), "{soon:?}");
            assert!(counting.is_due(age, true, soon), "{soon:?}");
        }
    }
}
