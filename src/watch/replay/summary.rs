//! What a recording comes to: would the watchdog have acted, and when.

use std::time::SystemTime;

use serde::Serialize;

use crate::sys::bytes::Bytes;
use crate::watch::level::Level;
use crate::watch::policy::decision::Act;
use crate::watch::sample::Sample;

use super::run::Step;

/// A moment of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// The line of its sample, counted from 1.
    pub line: usize,
    /// Milliseconds since the first sample, less what lies between two stretches.
    pub since: u64,
    /// When, where the recording says so.
    pub time: Option<SystemTime>,
    /// How memory stood.
    pub sample: Sample,
    /// The level.
    pub level: Level,
    /// In which stretch.
    stretch: usize,
}

/// How often each thing would have been done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Acts {
    /// A job was asked to end (SIGTERM).
    pub asked: u64,
    /// One was ended at once (SIGKILL).
    pub ended: u64,
    /// One that was asked was ended before its time of grace was over.
    pub hastened: u64,
}

/// Sums a recording up, a step after the other.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    samples: u64,
    stretches: usize,
    /// Milliseconds of the stretches that are over.
    before: u64,
    /// The time of the first sample of the stretch.
    start: u64,
    lowest: Option<Moment>,
    last: Option<Moment>,
    first_act: Option<(Moment, Act)>,
    acts: Acts,
}

impl Summary {
    /// Takes the next step; gives its moment.
    pub fn see(&mut self, step: &Step) -> Moment {
        if step.is_first {
            self.before = self.last.map_or(0, |last| last.since);
            self.start = step.sample.at;
            self.stretches = self.stretches.saturating_add(1);
        }
        let passed = step.sample.at.saturating_sub(self.start);
        let moment = Moment {
            line: step.line,
            since: self.before.saturating_add(passed),
            time: step.time,
            sample: step.sample,
            level: step.decision.level,
            stretch: self.stretches,
        };
        self.samples = self.samples.saturating_add(1);
        if self.lowest.is_none_or(|lowest| moment.left() < lowest.left()) {
            self.lowest = Some(moment);
        }
        self.last = Some(moment);
        self.count(moment, step.decision.act);
        moment
    }

    fn count(&mut self, moment: Moment, act: Act) {
        let counter = match act {
            Act::Nothing | Act::Count => return,
            Act::Ask(_) => &mut self.acts.asked,
            Act::End(_) => &mut self.acts.ended,
            Act::Hasten => &mut self.acts.hastened,
        };
        *counter = counter.saturating_add(1);
        if act.takes_a_job() {
            self.first_act.get_or_insert((moment, act));
        }
    }

    /// How many samples there are.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// How many stretches: a watchdog that begins, or another boot, begins one.
    pub fn stretches(&self) -> usize {
        self.stretches
    }

    /// Milliseconds of all stretches.
    pub fn lasts(&self) -> u64 {
        self.last.map_or(0, |last| last.since)
    }

    /// When memory was at its lowest, what free swap is worth included; the first time where it was so more than once.
    pub fn lowest(&self) -> Option<Moment> {
        self.lowest
    }

    /// Its last sample.
    pub fn last(&self) -> Option<Moment> {
        self.last
    }

    /// When a job would have been taken first, and how.
    pub fn first_act(&self) -> Option<(Moment, Act)> {
        self.first_act
    }

    /// How often each thing would have been done.
    pub fn acts(&self) -> Acts {
        self.acts
    }

    /// How many milliseconds the first act comes before memory is at its lowest; `None` where there is none, where it comes later, or where
    /// another stretch lies between.
    pub fn lead(&self) -> Option<u64> {
        let ((act, _), lowest) = (self.first_act?, self.lowest?);
        (act.stretch == lowest.stretch).then_some(())?;
        lowest.since.checked_sub(act.since)
    }
}

impl Moment {
    /// What could still be had: available memory, and what free swap is worth.
    pub fn left(&self) -> Bytes {
        self.sample.available + self.sample.swap_worth
    }
}

#[cfg(test)]
mod tests {
    use super::super::recording::{Mark, write};
    use super::super::run::replay;
    use super::*;
    use crate::watch::settings::Settings;

    /// Available MiB of 1000, one a second.
    fn recorded(available: impl IntoIterator<Item = u64>, swap_worth: u64) -> Vec<u8> {
        let mut text = Vec::new();
        for (turn, available) in (0..).zip(available) {
            let (total, swap_total) = (Bytes::from_mib(1000), Bytes::from_mib(swap_worth));
            let (available, swap_worth) = (Bytes::from_mib(available), swap_total);
            let at = 5_000 + turn * 1000;
            let sample = Sample {
                at,
                total,
                available,
                swap_total,
                swap_free: swap_total,
                swap_worth,
                ..Sample::default()
            };
            write(&sample, &mut text).unwrap();
        }
        text
    }

    fn summary(text: &[u8]) -> Summary {
        let mut summary = Summary::default();
        for step in replay(text, &Settings::default(), Bytes::from_gib(1)) {
            summary.see(&step.unwrap());
        }
        summary
    }

    #[test]
    fn a_night_is_summed_up() {
        let summary = summary(&recorded([800, 500, 95, 60, 55, 700], 0));
        assert_eq!((summary.samples(), summary.stretches(), summary.lasts()), (6, 1, 5000));
        let (act, how) = summary.first_act().unwrap();
        assert_eq!((act.line, act.since, act.sample.available), (3, 2000, Bytes::from_mib(95)));
        assert!(matches!(how, Act::Ask(_)));
        assert_eq!(summary.lowest().unwrap().since, 4000);
        assert_eq!(summary.lead(), Some(2000));
        assert!(summary.acts().asked >= 1);
    }

    #[test]
    fn where_nothing_is_done_there_is_no_lead() {
        for summary in [summary(&recorded([800, 95, 700], 500)), summary(b"")] {
            assert_eq!((summary.first_act(), summary.lead(), summary.acts()), (None, None, Acts::default()));
        }
        assert_eq!(summary(&recorded([800, 95, 700], 500)).lowest().unwrap().left(), Bytes::from_mib(595));
    }

    #[test]
    fn stretches_follow_each_other() {
        let mut mark = Vec::new();
        write(&Mark::beginning(Bytes::from_gib(2), SystemTime::UNIX_EPOCH), &mut mark).unwrap();
        let summary =
            summary(&[recorded([800, 95], 0), mark, recorded([800, 60], 0), recorded([20, 900], 0)].concat());
        assert_eq!((summary.stretches(), summary.lasts()), (3, 3000));
        assert_eq!((summary.first_act().unwrap().0.line, summary.lowest().unwrap().line), (2, 6));
        // Another boot lies between.
        assert_eq!(summary.lead(), None);
    }
}
