//! What was seen of a unit while somebody watched it.

use std::time::Duration;

use serde::Serialize;

use crate::facts::pressure::Totals;
use crate::sys::bytes::Bytes;

use super::sample::Sample;

/// Looks at a unit, one after the other, as they are taken.
#[derive(Debug, Default)]
pub struct Samples {
    taken: Vec<Sample>,
    slowed: u64,
    at_max: u64,
    oom_kills: u64,
    waited: Option<Totals>,
    restarts: u64,
    is_away: bool,
    away_since: Option<Duration>,
    away: Duration,
    last: Duration,
}

/// How an observation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// After the time that was asked for.
    Complete,
    /// By Ctrl-C.
    Interrupted,
    /// The unit stopped and did not come back.
    Stopped,
}

/// A spread of amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Half of the looks saw no more.
    pub p50: Bytes,
    /// Of 100 looks 95 saw no more.
    pub p95: Bytes,
    /// None saw more.
    pub peak: Bytes,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Observation {
    /// For how long was watched.
    pub seconds: f64,
    /// How many looks were taken while the unit was there.
    pub samples: usize,
    /// How it ended.
    pub ending: Ending,
    /// Pages that belong to no file.
    pub anon: Spread,
    /// What the unit could not do without.
    pub needed: Spread,
    /// All that it held.
    pub current: Spread,
    /// The most that it has held since it was started, as the kernel tells.
    pub peak: Option<Bytes>,
    /// The share of the time in which at least one of its tasks waited for memory, in per cent; `None` where the kernel does not tell.
    pub waited_some: Option<f64>,
    /// The same of all its tasks.
    pub waited_full: Option<f64>,
    /// How often it was slowed down at its MemoryHigh meanwhile.
    pub slowed: u64,
    /// How often it was about to go over its MemoryMax meanwhile.
    pub at_max: u64,
    /// Processes of it that were killed for want of memory meanwhile.
    pub oom_kills: u64,
    /// How often it was started anew meanwhile.
    pub restarts: u64,
    /// For how long it was not there.
    pub away: f64,
}

impl Samples {
    /// Takes a look at time `at`; `None` where the unit is not there.
    pub fn add(&mut self, at: Duration, sample: Option<Sample>) {
        let since_last = at.saturating_sub(self.last);
        self.last = at;
        let Some(sample) = sample else {
            self.away += since_last;
            self.is_away = true;
            self.away_since.get_or_insert(at);
            return;
        };
        if let Some(before) = self.taken.last() {
            let is_new = self.is_away || is_older(before, &sample);
            self.restarts += u64::from(is_new);
            let start = if is_new { Sample::default() } else { *before };
            self.count(&start, &sample);
        }
        (self.is_away, self.away_since) = (false, None);
        self.taken.push(sample);
    }

    /// Since when the unit is not there.
    pub fn away_since(&self) -> Option<Duration> {
        self.away_since
    }

    /// The last look at the unit.
    pub fn last(&self) -> Option<&Sample> {
        self.taken.last()
    }

    fn count(&mut self, before: &Sample, now: &Sample) {
        self.slowed = self.slowed.saturating_add(now.events.high.saturating_sub(before.events.high));
        self.at_max = self.at_max.saturating_add(now.events.max.saturating_sub(before.events.max));
        let kills = now.events.oom_kill.saturating_sub(before.events.oom_kill);
        self.oom_kills = self.oom_kills.saturating_add(kills);
        if let Some(waited) = now.waited {
            let before = before.waited.unwrap_or_default();
            let sum = self.waited.unwrap_or_default();
            self.waited = Some(Totals {
                some: sum.some.saturating_add(waited.some.saturating_sub(before.some)),
                full: sum.full.saturating_add(waited.full.saturating_sub(before.full)),
            });
        }
    }

    /// Sums up after `seconds`; `restarts` are those that systemd counted meanwhile, where it was asked. `None` where the unit was never seen.
    pub fn end(self, elapsed: Duration, ending: Ending, restarts: Option<u64>) -> Option<Observation> {
        let of = |amount: fn(&Sample) -> Bytes| spread(self.taken.iter().map(amount).collect());
        let seconds = elapsed.as_secs_f64();
        let share = |of: fn(&Totals) -> Duration| {
            let waited = self.waited.as_ref().map(of)?;
            (seconds > 0.0).then(|| rounded((waited.as_secs_f64() * 100.0 / seconds).min(100.0)))
        };
        self.taken.last()?;
        Some(Observation {
            seconds: rounded(seconds),
            samples: self.taken.len(),
            ending,
            anon: of(|one| one.anon),
            needed: of(|one| one.needed),
            current: of(|one| one.current),
            peak: self.taken.iter().filter_map(|one| one.peak).max(),
            waited_some: share(|one| one.some),
            waited_full: share(|one| one.full),
            slowed: self.slowed,
            at_max: self.at_max,
            oom_kills: self.oom_kills,
            restarts: self.restarts.max(restarts.unwrap_or_default()),
            away: rounded(self.away.as_secs_f64()),
        })
    }
}

/// The counters of a group begin anew when its unit is started.
fn is_older(before: &Sample, now: &Sample) -> bool {
    let fell = |of: fn(&Sample) -> u64| of(now) < of(before);
    let waited = |one: &Sample| one.waited.map(|waited| waited.some).unwrap_or_default();
    fell(|one| one.events.high)
        || fell(|one| one.events.max)
        || fell(|one| one.events.oom_kill)
        || fell(|one| one.peak.unwrap_or_default().0)
        || waited(now) < waited(before)
}

fn spread(mut amounts: Vec<Bytes>) -> Spread {
    amounts.sort_unstable();
    let last = amounts.len().saturating_sub(1);
    // The smallest amount that so many looks did not exceed.
    let rank = |percent: usize| (amounts.len().saturating_mul(percent).div_ceil(100)).saturating_sub(1);
    let at = |rank: usize| amounts.get(rank.min(last)).copied().unwrap_or_default();
    Spread { p50: at(rank(50)), p95: at(rank(95)), peak: at(last) }
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::cgroup_memory::Events;
    use proptest::prelude::*;

    fn at(seconds: u64, anon: u64, peak: u64) -> (Duration, Option<Sample>) {
        let at = Duration::from_secs(seconds);
        let waited = Totals { some: Duration::from_millis(seconds * 100), full: Duration::ZERO };
        let amount = Bytes(anon);
        let sample = Sample {
            at,
            current: amount,
            anon: amount,
            needed: amount,
            peak: Some(Bytes(peak)),
            events: Events { high: peak, ..Events::default() },
            waited: Some(waited),
        };
        (at, Some(sample))
    }

    fn observed(looks: &[(Duration, Option<Sample>)], seconds: u64) -> Observation {
        let mut samples = Samples::default();
        looks.iter().for_each(|&(at, sample)| samples.add(at, sample));
        samples.end(Duration::from_secs(seconds), Ending::Complete, None).unwrap()
    }

    #[test]
    fn the_spread_and_what_happened_meanwhile_are_told() {
        let looks: Vec<_> = (0..=100).map(|second| at(second, second, 1000 + second)).collect();
        let seen = observed(&looks, 100);
        assert_eq!(seen.anon, Spread { p50: Bytes(50), p95: Bytes(95), peak: Bytes(100) });
        assert_eq!((seen.slowed, seen.peak, seen.restarts), (100, Some(Bytes(1100)), 0));
        assert_eq!((seen.waited_some, seen.waited_full), (Some(10.0), Some(0.0)));
    }

    #[test]
    fn a_start_in_between_is_seen_and_counted_from_nothing() {
        let gone = (Duration::from_secs(3), None);
        let seen = observed(&[at(0, 5, 50), at(1, 5, 51), gone, at(5, 1, 7)], 5);
        assert_eq!((seen.restarts, seen.away), (1, 2.0));
        assert_eq!((seen.slowed, seen.samples, seen.peak), (1 + 7, 3, Some(Bytes(51))));
        let quick = observed(&[at(0, 5, 50), at(1, 1, 4)], 1);
        assert_eq!(quick.restarts, 1, "its counters began anew");
    }

    #[test]
    fn what_was_never_there_tells_nothing() {
        let mut samples = Samples::default();
        samples.add(Duration::from_secs(1), None);
        assert_eq!(samples.away_since(), Some(Duration::from_secs(1)));
        assert_eq!(samples.end(Duration::from_secs(1), Ending::Stopped, Some(1)), None);
    }

    proptest! {
        #[test]
        fn the_spread_is_in_order(amounts in prop::collection::vec(0..u64::MAX, 1..200)) {
            let seen = spread(amounts.iter().copied().map(Bytes).collect());
            prop_assert!(seen.p50 <= seen.p95 && seen.p95 <= seen.peak);
            let below = amounts.iter().filter(|&&amount| Bytes(amount) <= seen.p50).count();
            prop_assert!(below * 2 >= amounts.len());
            prop_assert_eq!(Some(&seen.peak.0), amounts.iter().max());
        }
    }
}
