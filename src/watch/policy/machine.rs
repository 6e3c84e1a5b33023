//! A machine for the tests: something fills its memory, slow swap takes what it can, and who is chosen ends sooner or later.

use std::time::Duration;

use crate::sys::bytes::Bytes;
use crate::watch::level::Level;
use crate::watch::sample::{Sample, Stalled};
use crate::watch::settings::Settings;

use super::Policy;
use super::decision::{Act, Outstanding};

pub(super) const MIB: u64 = 1 << 20;

/// Sizes in MiB, rates in MiB a second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    pub(super) total: u64,
    pub(super) available: u64,
    pub(super) swap_total: u64,
    pub(super) swap_free: u64,
    /// What a page of free swap is worth, in per cent.
    pub(super) worth: u64,
    pub(super) pinned: u64,
    pub(super) gpu: u64,
    /// How fast it is filled, and swap takes pages.
    pub(super) fill: u64,
    pub(super) swap_speed: u64,
    /// How fast it was measured to fill.
    pub(super) fill_rate: u64,
    /// Waiting that has nothing to do with what is filled, in per cent; none is counted at all where it is `None`.
    pub(super) waits: Option<u64>,
    /// Milliseconds from the act until a victim is gone, of which its memory comes back in the second half; `None`: it never goes, and
    /// is given up after 3 s.
    pub(super) dies_in: Option<u64>,
}

/// What happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Story {
    /// Acts that took a job: when, what, MiB available and of free swap then.
    pub(super) acts: Vec<(u64, Act, u64, u64)>,
    pub(super) counts: Vec<u64>,
    pub(super) hastened: Option<u64>,
    /// Levels that were told.
    pub(super) told: Vec<(u64, Level)>,
    pub(super) looks: u64,
    /// When nothing was left, and the kernel would have ended somebody.
    pub(super) out_of_memory: Option<u64>,
}

/// The state in bytes.
struct Now {
    at: u64,
    available: u64,
    swap_free: u64,
    waited: u64,
}

impl Machine {
    /// 1 GiB without swap, most of it free, that fills 1 GiB a second when it does.
    pub(super) fn guest() -> Self {
        Self {
            total: 970,
            available: 700,
            swap_total: 0,
            swap_free: 0,
            worth: 100,
            pinned: 50,
            gpu: 0,
            fill: 0,
            swap_speed: 0,
            fill_rate: 1024,
            waits: Some(0),
            dies_in: Some(50),
        }
    }

    /// Runs it for so many milliseconds.
    pub(super) fn run(&self, until: u64) -> Story {
        self.run_with(&Settings::default(), until)
    }

    pub(super) fn run_with(&self, settings: &Settings, until: u64) -> Story {
        let mut policy = Policy::new(settings, Bytes(self.fill_rate * MIB));
        let mut story = Story::default();
        let (available, swap_free) = (self.available * MIB, self.swap_free * MIB);
        let mut now = Now { at: 1_000_000, available, swap_free, waited: 99 };
        let mut victim: Option<u64> = None;
        let end = now.at + until;
        while now.at < end {
            let outstanding = self.outstanding(&mut victim, now.at, settings);
            let decision = policy.step(&self.sample(&now), outstanding);
            story.looks += 1;
            let at = now.at - 1_000_000;
            if decision.before.is_some() {
                story.told.push((at, decision.level));
            }
            match decision.act {
                Act::Count => story.counts.push(at),
                Act::Hasten => story.hastened = story.hastened.or(Some(at)),
                Act::Ask(_) | Act::End(_) => {
                    story.acts.push((at, decision.act, now.available / MIB, now.swap_free / MIB));
                    victim = Some(now.at);
                }
                Act::Nothing => {}
            }
            let sleep = u64::try_from(decision.sleep.as_millis()).unwrap();
            // Where nothing happens, time passes at once.
            let step = if self.fill == 0 && victim.is_none() { sleep } else { 1 };
            for _ in 0..sleep / step {
                self.pass(&mut now, step, victim);
                if now.available == 0 && now.swap_free == 0 {
                    story.out_of_memory = story.out_of_memory.or(Some(now.at - 1_000_000));
                }
            }
        }
        story
    }

    fn outstanding(&self, victim: &mut Option<u64>, at: u64, settings: &Settings) -> Outstanding {
        let Some(since) = *victim else { return Outstanding::Nobody };
        let settle = u64::try_from(settings.kill.settle.as_millis()).unwrap();
        let over = self.dies_in.map_or(3000, |dies_in| dies_in + settle);
        match Duration::from_millis(at - since) {
            passed
                if passed < settings.kill.grace.min(Duration::from_millis(self.dies_in.unwrap_or(3000))) =>
            {
                Outstanding::Asked
            }
            passed if passed < Duration::from_millis(over) => Outstanding::Leaving,
            _ => {
                *victim = None;
                Outstanding::Nobody
            }
        }
    }

    fn sample(&self, now: &Now) -> Sample {
        Sample {
            at: now.at,
            total: Bytes::from_mib(self.total),
            available: Bytes(now.available),
            swap_total: Bytes::from_mib(self.swap_total),
            swap_free: Bytes(now.swap_free),
            swap_worth: Bytes(now.swap_free / 100 * self.worth),
            loses_swap: false,
            pinned: Bytes::from_mib(self.pinned),
            gpu: Bytes::from_mib(self.gpu),
            stalled: self.waits.map(|_| Stalled { some: now.waited * 2, full: now.waited }),
        }
    }

    /// So many milliseconds; one where anything happens in them.
    fn pass(&self, now: &mut Now, millis: u64, victim: Option<u64>) {
        now.at += millis;
        now.waited += self.waits.unwrap_or(0) * 10 * millis;
        if let (Some(since), Some(dies_in)) = (victim, self.dies_in) {
            let passed = now.at - since;
            // Its memory comes back in the second half of the time; in the first it goes on as before.
            if passed > dies_in / 2 {
                let all = if passed <= dies_in { (self.total / 2) * MIB } else { 0 };
                let back = all / (dies_in - dies_in / 2);
                now.available = (now.available + back).min((self.total - self.pinned) * MIB);
                return;
            }
        }
        let wanted = self.fill * MIB / 1000;
        // Three per cent are kept free as long as swap takes pages.
        let spare = now.available.saturating_sub(self.total * MIB * 3 / 100);
        let from_memory = wanted.min(spare);
        let from_swap = (wanted - from_memory).min(self.swap_speed * MIB / 1000).min(now.swap_free);
        now.available -= from_memory;
        now.swap_free -= from_swap;
        let lacking = wanted - from_memory - from_swap;
        if now.swap_free == 0 {
            now.available = now.available.saturating_sub(lacking);
        } else {
            now.waited += (1000 * lacking).checked_div(wanted).unwrap_or(0);
        }
    }
}
