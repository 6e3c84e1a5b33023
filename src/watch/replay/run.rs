//! The policy over the samples of a recording.

use std::io::BufRead;

use crate::sys::bytes::Bytes;
use crate::watch::policy::Policy;
use crate::watch::policy::decision::{Act, Decision, Outstanding};
use crate::watch::sample::Sample;
use crate::watch::settings::{Kill, Settings};

use super::recording::{Samples, Wrong};

/// What one sample of a recording would have led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its line, counted from 1.
    pub line: usize,
    /// The sample; its time is that of the decision.
    pub sample: Sample,
    /// What would have become of the job that was chosen last.
    pub outstanding: Outstanding,
    /// What would have been done.
    pub decision: Decision,
}

/// Decisions, one for each sample; it ends after the first line that is wrong.
pub struct Replay<R> {
    samples: Samples<R>,
    policy: Policy,
    victim: Victim,
}

/// Runs the policy over a recording. `fill_rate`: as it was measured on the machine, in bytes a second.
///
/// In the recording nobody was ended, so that memory does not come back after a decision to end a job. Each victim is taken to need all
/// of its time of grace, and to have settled after the time that is set for that: so what comes after the first one shows no more than
/// that the machine was still in need.
pub fn replay<R: BufRead>(recording: R, settings: &Settings, fill_rate: Bytes) -> Replay<R> {
    let policy = Policy::new(settings, fill_rate);
    Replay { samples: Samples::of(recording), policy, victim: Victim::new(settings.kill) }
}

impl<R: BufRead> Iterator for Replay<R> {
    type Item = Result<Step, Wrong>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = |(line, sample): (usize, Sample)| {
            let outstanding = self.victim.at(sample.at);
            let decision = self.policy.step(&sample, outstanding);
            self.victim.suffer(decision.act, sample.at);
            Step { line, sample, outstanding, decision }
        };
        Some(self.samples.next()?.map(step))
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
    use super::super::recording::write;
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
}
