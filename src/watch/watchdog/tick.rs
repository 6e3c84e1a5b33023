//! One tick after the other.

use std::time::{Duration, SystemTime};

use crate::sys::refusal::Refusal;
use crate::watch::account::event::{Event, Happened};
use crate::watch::level::Level;
use crate::watch::policy::decision::{Act, Decision, Outstanding};
use crate::watch::sample::Sample;

use super::reasons::reason;
use super::signals::Asked;
use super::start::Watchdog;

/// After a look that failed.
const AGAIN: Duration = Duration::from_secs(1);

impl Watchdog {
    /// Watches until a signal asks it to end, or, where somebody reads along, until nobody does.
    pub fn run(&mut self) {
        let why = loop {
            let sleep = self.tick();
            self.wait(sleep);
            let asked = if self.woken.signals { self.signals.take() } else { Asked::default() };
            if asked.reload {
                // It has told what is wrong with them.
                let _ = self.read_settings_anew();
            }
            if asked.end {
                break "it was asked to end";
            }
            if self.woken.is_unread {
                break "nobody reads what it tells";
            }
        };
        self.tell(Happened::Stopped(format_args!("{why}")));
        self.book.tend(SystemTime::now());
        self.notify.stopping();
    }

    /// Looks, judges and does what is due; gives the time until the next look.
    pub fn tick(&mut self) -> Duration {
        let sample = match self.meter.sample() {
            Ok(sample) => sample,
            Err(error) => {
                self.tell(Happened::Error(format_args!(
                    "cannot read how much memory there is: {}",
                    Refusal(error)
                )));
                return AGAIN;
            }
        };
        self.sample = sample;
        let wants_all = self.prints || self.book.records();
        self.meter.heed(self.settings.thrash.available, wants_all);
        self.book.see(&sample);
        self.hear_hooks();
        self.follow_the_victim(&sample);
        let decision = self.policy.step(&sample, self.outstanding());
        self.tell_the_level(&sample, &decision);
        if self.prints {
            self.tell(Happened::Sample);
        }
        self.act(&sample, &decision);
        self.go_on_without_swapoff(&sample, decision.present);
        let sleep = decision.sleep.min(self.look_after_tenants(&sample));
        self.serve(sample.at);
        self.notify.lives(sample.at);
        if decision.present < Level::Critical && !self.executioner.is_busy() {
            self.book.tend(SystemTime::now());
        }
        self.interval = u64::try_from(sleep.as_millis()).unwrap_or(u64::MAX);
        // What was asked for meanwhile is done at once.
        if self.policy.simulated().is_some() { Duration::ZERO } else { sleep }
    }

    pub(super) fn outstanding(&self) -> Outstanding {
        let outcome = self.executioner.outcome();
        match self.executioner.is_busy() {
            false if self.waits_for_a_hook() => Outstanding::Asked,
            false => Outstanding::Nobody,
            true if outcome.killed.is_none() => Outstanding::Asked,
            true => Outstanding::Leaving,
        }
    }

    fn tell_the_level(&mut self, sample: &Sample, decision: &Decision) {
        self.level = decision.level;
        let Some(from) = decision.before else { return };
        let why = decision.cause.map(|cause| reason(cause, decision.level, &self.settings, sample));
        self.tell(Happened::Level { from, reason: why.filter(|_| decision.level > from) });
        if decision.level > from {
            self.start_hook(decision.level.name(), Happened::Level { from, reason: why }, sample);
        }
    }

    fn act(&mut self, sample: &Sample, decision: &Decision) {
        if self.goes_on_after_the_hook(sample, decision) {
            return;
        }
        let is_asked_for = decision.cause == Some(crate::watch::policy::decision::Cause::Simulated);
        if !self.is_running && !is_asked_for {
            return;
        }
        match decision.act {
            Act::Nothing => {}
            Act::Count => {
                self.choose(sample, None);
            }
            Act::Ask(cause) => {
                let why = reason(cause, Level::Critical, &self.settings, sample);
                self.ask(sample, why, None);
            }
            Act::End(cause) => {
                let why = reason(cause, Level::Redline, &self.settings, sample);
                self.end_at_once(sample, why);
            }
            Act::Hasten => self.executioner.hasten(sample.at),
        }
    }

    /// Has each of them lose a job that must, one at a time; gives the time until the next look at the first of them.
    fn look_after_tenants(&mut self, sample: &Sample) -> Duration {
        let mut sleep = Duration::MAX;
        for at in 0..self.tenants.len() {
            let (outstanding, fastest) = (self.outstanding(), self.policy.fastest());
            let Some(tenant) = self.tenants.get_mut(at) else { break };
            let Some(decision) = tenant.look(sample, outstanding, fastest, &mut self.census) else {
                continue;
            };
            sleep = sleep.min(decision.sleep);
            if decision.must_lose.is_some() && self.is_running {
                let why = tenant.reason(sample);
                self.ask(sample, why, Some(at));
            }
        }
        sleep
    }

    /// Tells an event with what is known now.
    pub(super) fn tell(&mut self, happened: Happened<'_>) {
        let (sample, level, is_dry_run) = (self.sample, self.level, self.is_dry_run || self.shows_only);
        self.book.tell(&event(happened, &sample, level, is_dry_run));
    }
}

/// An event of now.
pub(super) fn event<'a>(
    happened: Happened<'a>,
    sample: &Sample,
    level: Level,
    is_dry_run: bool,
) -> Event<'a> {
    Event { happened, time: SystemTime::now(), sample: *sample, level, is_dry_run }
}
