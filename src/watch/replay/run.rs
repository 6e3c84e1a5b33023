//! The policy over the samples of a recording.

use std::io::BufRead;
use std::time::SystemTime;

use crate::sys::bytes::Bytes;
use crate::watch::policy::Policy;
use crate::watch::policy::decision::{Act, Decision, Outstanding};
use crate::watch::sample::Sample;
use crate::watch::settings::{Kill, Settings};

use super::recording::{Samples, Taken, Wrong};

/// What one sample of a recording would have led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its line, counted from 1.
    pub line: usize,
    /// The sample; its time is that of the decision.
    pub sample: Sample,
    /// When that was, where the recording says so.
    pub time: Option<SystemTime>,
    /// Whether a watchdog began here, or another boot: nothing follows from what came before.
    pub is_first: bool,
    /// What would have become of the job that was chosen last.
    pub outstanding: Outstanding,
    /// What would have been done.
    pub decision: Decision,
}

/// Decisions, one for each sample; it ends after the first line that is wrong.
pub struct Replay<R> {
    samples: Samples<R>,
    settings: Settings,
    policy: Policy,
    victim: Victim,
    last: Option<u64>,
}

/// Runs the policy over a recording. `fill_rate`: what the machine fills at most, in bytes a second, where the recording says nothing of it.
///
/// In the recording nobody was ended, so that memory does not come back after a decision to end a job. Each victim is taken to need all
/// of its time of grace, and to have settled after the time that is set for that: so what comes after the first one shows no more than
/// that the machine was still in need.
pub fn replay<R: BufRead>(recording: R, settings: &Settings, fill_rate: Bytes) -> Replay<R> {
    let (policy, victim) = (Policy::new(settings, fill_rate), Victim::new(settings.kill));
    Replay { samples: Samples::of(recording), settings: settings.clone(), policy, victim, last: None }
}

impl<R: BufRead> Replay<R> {
    fn step(&mut self, taken: Taken) -> Step {
        let Taken { line, sample, time, begun } = taken;
        if let Some(begun) = begun {
            let fastest = begun.fill_rate.unwrap_or_else(|| self.policy.fastest());
            self.policy = Policy::new(&self.settings, fastest);
            self.victim = Victim::new(self.settings.kill);
        }
        let is_first = begun.is_some() || self.last.is_none_or(|last| sample.at < last);
        self.last = Some(sample.at);
        let outstanding = self.victim.at(sample.at);
        let decision = self.policy.step(&sample, outstanding);
        self.victim.suffer(decision.act, sample.at);
        Step { line, sample, time, is_first, outstanding, decision }
    }
}

impl<R: BufRead> Iterator for Replay<R> {
    type Item = Result<Step, Wrong>;

    fn next(&mut self) -> Option<Self::Item> {
        let taken = self.samples.next()?;
        Some(taken.map(|taken| self.step(taken)))
    }
}

/// A job that was chosen, and takes all the time that it may.
struct Victim {
    grace: u64,
    settle: u64,
    asked: Option<u64>,
    ended: Option<u64>,
}

impl Victim {
    fn new(kill: Kill) -> Self {
        let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self { grace: millis(kill.grace), settle: millis(kill.settle), asked: None, ended: None }
    }

    fn at(&mut self, now: u64) -> Outstanding {
        // Where the clock goes back another boot begins, and nobody is left.
        let is_past = |moment: Option<u64>| moment.is_some_and(|moment| now < moment);
        if is_past(self.asked) || is_past(self.ended) {
            (self.asked, self.ended) = (None, None);
        }
        if let Some(asked) = self.asked.filter(|asked| now - asked >= self.grace) {
            (self.asked, self.ended) = (None, Some(asked.saturating_add(self.grace)));
        }
        self.ended = self.ended.filter(|ended| now.saturating_sub(*ended) < self.settle);
        match (self.asked, self.ended) {
            (Some(_), _) => Outstanding::Asked,
            (None, Some(_)) => Outstanding::Leaving,
            (None, None) => Outstanding::Nobody,
        }
    }

    fn suffer(&mut self, act: Act, now: u64) {
        match act {
            Act::Ask(_) => self.asked = Some(now),
            Act::End(_) | Act::Hasten => (self.asked, self.ended) = (None, Some(now)),
            Act::Nothing | Act::Count => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::recording::{Mark, write};
    use super::*;
    use crate::watch::level::Level;
    use crate::watch::policy::decision::Cause;

    /// From 1000 MiB down by 100 MiB a second, a look every 100 ms.
    fn night() -> Vec<u8> {
        let mut text = Vec::new();
        for turn in 0..100u64 {
            let available = Bytes::from_mib(1000u64.saturating_sub(turn * 10));
            let total = Bytes::from_mib(1000);
            write(&Sample { at: turn * 100, total, available, ..Sample::default() }, &mut text).unwrap();
        }
        text
    }

    fn steps(text: &[u8]) -> Vec<Step> {
        replay(text, &Settings::default(), Bytes::from_gib(1)).map(Result::unwrap).collect()
    }

    #[test]
    fn a_leak_is_followed_to_its_end() {
        let steps = steps(&night());
        let acts: Vec<_> = steps
            .iter()
            .filter(|step| step.decision.act.takes_a_job())
            .map(|step| (step.line, step.decision.act))
            .collect();
        // At 100 MiB; nobody else before the grace and the time to settle are over.
        assert_eq!(acts.first(), Some(&(91, Act::Ask(Cause::Memory))));
        assert!(acts.len() == 1, "{acts:?}");
        let hastened = steps.iter().find(|step| step.decision.act == Act::Hasten).unwrap();
        assert_eq!((hastened.line, hastened.outstanding), (96, Outstanding::Asked));
        let levels: Vec<_> = steps
            .iter()
            .filter(|step| step.decision.before.is_some())
            .map(|step| step.decision.level)
            .collect();
        assert_eq!(levels, [Level::Warning, Level::Critical, Level::Redline]);
    }

    #[test]
    fn the_same_recording_gives_the_same_decisions() {
        assert_eq!(steps(&night()), steps(&night()));
    }

    #[test]
    fn what_comes_before_a_wrong_line_is_given() {
        let text = [night(), b"{}\n".to_vec(), night()].concat();
        let all: Vec<_> = replay(&text[..], &Settings::default(), Bytes::from_gib(1)).collect();
        assert_eq!(all.len(), 101);
        assert_eq!(all[100].as_ref().unwrap_err().line, 101);
    }

    #[test]
    fn a_second_boot_begins_anew() {
        let steps = steps(&[night(), night()].concat());
        let asked = steps.iter().filter(|step| step.decision.act.takes_a_job()).map(|step| step.line);
        assert_eq!(asked.collect::<Vec<_>>(), [91, 191]);
    }

    #[test]
    fn where_a_watchdog_begins_nobody_is_on_the_way_out() {
        let mut mark = Vec::new();
        write(&Mark::beginning(Bytes::from_gib(2), SystemTime::UNIX_EPOCH), &mut mark).unwrap();
        let text = night();
        let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
        let (before, after) = lines.split_at(92);
        // The victim was asked two looks before; the next watchdog knows nothing of it.
        let steps = steps(&[mark.clone(), before.concat(), mark, after.concat()].concat());
        let asked = steps.iter().filter(|step| step.decision.act.takes_a_job()).map(|step| step.line);
        assert_eq!(asked.collect::<Vec<_>>(), [92, 95]);
        let first = steps.iter().filter(|step| step.is_first).map(|step| (step.line, step.time));
        let beginning = Some(SystemTime::UNIX_EPOCH);
        assert_eq!(first.collect::<Vec<_>>(), [(2, beginning), (95, beginning)]);
    }
}
