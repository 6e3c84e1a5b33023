//! What was seen last, at moments that lie at least a little apart, so that a few places reach far enough back.

use arrayvec::ArrayVec;

const PLACES: usize = 32;

/// Values with their moments, in milliseconds, the oldest first.
#[derive(Clone, Debug)]
pub(super) struct History<T> {
    seen: ArrayVec<(u64, T), PLACES>,
    apart: u64,
}

impl<T: Copy> History<T> {
    /// One that reaches back over `reach` milliseconds, and twice as far where the looks are seldom.
    pub(super) fn over(reach: u64) -> Self {
        Self { seen: ArrayVec::new(), apart: reach / (PLACES as u64 / 2) }
    }

    /// Keeps a value, unless it comes too soon after the last one. `at` must not lie before it.
    pub(super) fn see(&mut self, at: u64, value: T) {
        if self.seen.last().is_some_and(|(last, _)| at.saturating_sub(*last) < self.apart.max(1)) {
            return;
        }
        if self.seen.is_full() {
            self.seen.pop_at(0);
        }
        self.seen.push((at, value));
    }

    /// The newest of at least `age` milliseconds before `at`.
    pub(super) fn before(&self, at: u64, age: u64) -> Option<(u64, T)> {
        let is_old = |(seen, _): &&(u64, T)| at.saturating_sub(*seen) >= age;
        self.seen.iter().rev().find(is_old).copied()
    }

    /// The oldest.
    pub(super) fn oldest(&self) -> Option<(u64, T)> {
        self.seen.first().copied()
    }

    pub(super) fn clear(&mut self) {
        self.seen.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reaches_back_as_far_as_it_should_however_often_it_is_fed() {
        for step in [1, 7, 20, 100, 1500] {
            let mut history = History::over(2000);
            (0..5000).step_by(step).for_each(|at| history.see(at, at));
            let (seen, value) = history.before(5000, 2000).unwrap();
            assert_eq!(seen, value);
            assert!(seen <= 3000 && seen + 125 + step as u64 >= 3000, "{step}: {seen}");
        }
    }

    #[test]
    fn what_is_too_young_is_not_given() {
        let mut history = History::over(1000);
        assert_eq!(history.before(9, 0), None);
        history.see(100, 'a');
        assert_eq!(history.before(150, 60), None);
        assert_eq!(history.before(160, 60), Some((100, 'a')));
        assert_eq!(history.oldest(), Some((100, 'a')));
        history.clear();
        assert_eq!(history.oldest(), None);
    }
}
