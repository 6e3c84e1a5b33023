//! A unit or slice with bounds of its own: it must lose a job before the machine suffers from it.

use std::time::Duration;

use crate::sys::bytes::Bytes;
use crate::sys::size::Size;
use crate::watch::level::Level;
use crate::watch::settings::GroupBound;

use super::bounds::debounce;
use super::decision::Outstanding;
use super::pace::{LONGEST, SHORTEST};
use super::rate::millis;
use super::turn::Turn;
use super::waiting::Waiting;

/// What one look at a group showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupSample {
    /// Milliseconds on the monotonic clock.
    pub at: u64,
    /// What the machine has, of which bounds may be shares.
    pub total: Bytes,
    /// What the group holds, with what lies in swap and less its cache.
    pub held: Bytes,
    /// For how long all its tasks have waited for memory, in microseconds; `None` where it is not counted.
    pub waited: Option<u64>,
}

/// Which bound is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupCause {
    /// It holds more than it may.
    Memory,
    /// Its tasks wait for memory more than they may.
    Waiting,
}

/// What a sample of a group means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupDecision {
    /// Why a job of the group must go now.
    pub must_lose: Option<GroupCause>,
    /// Whether it holds too much, or did and still is near it: for messages.
    pub is_over: bool,
    /// Until the next look.
    pub sleep: Duration,
}

/// Judges the samples of one group.
#[derive(Clone, Debug)]
pub struct GroupWatch {
    memory: Option<Size>,
    full: Option<f64>,
    waiting: Waiting,
    turn: Turn,
    is_over: bool,
    last: u64,
}

impl GroupWatch {
    /// A watch that has seen nothing. `settle`: from one victim to the next.
    pub fn new(bound: &GroupBound, settle: Duration) -> Self {
        Self {
            memory: bound.memory,
            full: bound.full.filter(|full| *full > 0.0),
            waiting: Waiting::over(bound.lasts),
            turn: Turn::new(settle),
            is_over: false,
            last: 0,
        }
    }

    /// The group is not there: what was seen of it says nothing about the next of its name.
    pub fn forget(&mut self) {
        self.waiting.clear();
        self.is_over = false;
    }

    /// Nobody could be chosen in the group when a step asked for it: the next try waits longer.
    pub fn had_nobody(&mut self) {
        self.turn.had_nobody();
    }

    /// Judges a sample. Too much memory counts at once, waiting once it has lasted. `outstanding`: what has become of the job that was
    /// chosen last, in this group or anywhere; `fastest`: the most that the machine may fill, in bytes a second.
    pub fn step(&mut self, sample: &GroupSample, outstanding: Outstanding, fastest: Bytes) -> GroupDecision {
        if sample.at < self.last {
            self.turn.restart(sample.at);
        }
        self.last = sample.at;
        let is_free = outstanding == Outstanding::Nobody;
        let room = self.memory.map(|memory| memory.of(sample.total).less(sample.held));
        let broken = self.broken(sample, is_free);
        if broken.is_none() {
            self.turn.is_over();
        }
        let is_there = is_free && self.turn.is_there(sample.at, Level::Critical, false);
        let must_lose = broken.filter(|_| is_there);
        if must_lose.is_some() {
            self.turn.take(sample.at, Level::Critical);
        }
        let sleep = match (is_free, broken) {
            (false, _) => SHORTEST,
            (true, Some(_)) => Duration::from_millis(self.turn.left(sample.at)).clamp(SHORTEST, LONGEST),
            (true, None) => self.patience(room, fastest),
        };
        GroupDecision { must_lose, is_over: self.is_over, sleep }
    }

    fn broken(&mut self, sample: &GroupSample, is_free: bool) -> Option<GroupCause> {
        let holds_over =
            |less: Bytes| self.memory.is_some_and(|memory| sample.held > memory.of(sample.total).less(less));
        let is_too_much = holds_over(Bytes(0));
        self.is_over = is_too_much || (self.is_over && holds_over(debounce(sample.total)));
        match sample.waited.filter(|_| is_free) {
            Some(micros) => self.waiting.see(sample.at, micros),
            // What was waited for while a victim went was its doing.
            None => self.waiting.clear(),
        }
        let waits = self.full.is_some_and(|full| self.waiting.is_at_least(full, self.waiting.length()));
        match (is_too_much, waits) {
            (true, _) => Some(GroupCause::Memory),
            (false, true) => Some(GroupCause::Waiting),
            (false, false) => None,
        }
    }

    /// Counts of waiting add up while nobody looks, so that looks may be seldom until there is some.
    fn patience(&self, room: Option<Bytes>, fastest: Bytes) -> Duration {
        let length = self.waiting.length();
        let wait = self.full.map(|full| {
            if self.waiting.is_quiet(full / 4.0) { length.saturating_mul(2) } else { length / 4 }
        });
        let filled = room.and_then(|room| millis(room, fastest));
        let bounds = [filled, wait].into_iter().flatten().map(Duration::from_millis);
        bounds.fold(LONGEST, Duration::min).max(SHORTEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GIB: u64 = 1 << 30;

    fn watch(memory: Option<Size>, full: Option<f64>) -> GroupWatch {
        let bound = GroupBound { unit: "ml.slice".into(), memory, full, lasts: Duration::from_secs(2) };
        GroupWatch::new(&bound, Duration::from_millis(500))
    }

    fn sample(at: u64, held: u64, waited: Option<u64>) -> GroupSample {
        GroupSample { at, total: Bytes(16 * GIB), held: Bytes(held), waited }
    }

    fn step(watch: &mut GroupWatch, sample: GroupSample) -> GroupDecision {
        watch.step(&sample, Outstanding::Nobody, Bytes(GIB))
    }

    #[test]
    fn it_may_hold_what_it_may_and_no_byte_more() {
        for memory in [Size::Exact(Bytes(4 * GIB)), Size::Percent(25.0)] {
            let mut watch = watch(Some(memory), None);
            let quiet = step(&mut watch, sample(0, 4 * GIB, None));
            assert_eq!((quiet.must_lose, quiet.is_over), (None, false));
            assert_eq!(step(&mut watch, sample(20, 4 * GIB + 1, None)).must_lose, Some(GroupCause::Memory));
            // Not again at once, and told for a little longer than it holds.
            assert_eq!(step(&mut watch, sample(40, 5 * GIB, None)).must_lose, None);
            let near = step(&mut watch, sample(60, 4 * GIB - GIB / 100, None));
            assert_eq!((near.must_lose, near.is_over), (None, true));
            assert!(!step(&mut watch, sample(80, 3 * GIB, None)).is_over);
            assert_eq!(step(&mut watch, sample(600, 5 * GIB, None)).must_lose, Some(GroupCause::Memory));
        }
    }

    #[test]
    fn waiting_has_to_last() {
        let mut watch = watch(None, Some(40.0));
        let mut at_percent = |at: u64, percent: u64| step(&mut watch, sample(at, 0, Some(at * percent * 10)));
        for at in (0..2000).step_by(100) {
            assert_eq!(at_percent(at, 40).must_lose, None, "{at}");
        }
        let decision = at_percent(2000, 40);
        assert_eq!((decision.must_lose, decision.is_over), (Some(GroupCause::Waiting), false));
    }

    #[test]
    fn what_a_victim_waited_for_is_not_counted() {
        let mut watch = watch(None, Some(40.0));
        for at in (0..9000).step_by(100) {
            let sample = sample(at, 0, Some(at * 1000));
            let outstanding = if at < 7000 { Outstanding::Leaving } else { Outstanding::Nobody };
            assert_eq!(watch.step(&sample, outstanding, Bytes(GIB)).must_lose, None, "{at}");
        }
    }

    #[test]
    fn the_sleep_follows_the_room_and_the_waiting() {
        let mut by_memory = watch(Some(Size::Exact(Bytes(4 * GIB))), None);
        assert_eq!(step(&mut by_memory, sample(0, GIB, None)).sleep, Duration::from_secs(3));
        assert_eq!(step(&mut by_memory, sample(1, 4 * GIB, None)).sleep, SHORTEST);
        let mut by_waiting = watch(None, Some(40.0));
        assert_eq!(step(&mut by_waiting, sample(0, 0, Some(0))).sleep, Duration::from_secs(4));
        assert_eq!(step(&mut by_waiting, sample(4000, 0, Some(400_000))).sleep, Duration::from_millis(500));
    }

    proptest! {
        #[test]
        fn any_samples_are_judged(
            seen in proptest::collection::vec((any::<u64>(), any::<u64>(), any::<u64>(), any::<Option<u64>>()), 1..60),
            fastest: u64,
        ) {
            let mut watch = watch(Some(Size::Percent(50.0)), Some(30.0));
            for (at, total, held, waited) in seen {
                let sample = GroupSample { at, total: Bytes(total), held: Bytes(held), waited };
                let decision = watch.step(&sample, Outstanding::Nobody, Bytes(fastest));
                prop_assert!(decision.sleep >= SHORTEST && decision.sleep <= LONGEST);
                let is_sound = decision.must_lose != Some(GroupCause::Memory) || held > total / 2;
                prop_assert!(is_sound);
            }
        }
    }
}
