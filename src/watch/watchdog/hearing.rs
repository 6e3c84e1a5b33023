//! Hooks are started, and it is told which of them failed; that before a kill is heard out before the first signal, where there is time.

use crate::watch::account::event::{Happened, Reason};
use crate::watch::account::hooks::starter::{Hooks, Running};
use crate::watch::level::Level;
use crate::watch::policy::decision::{Act, Decision};
use crate::watch::sample::Sample;

use super::start::Watchdog;
use super::tick::event;

/// A hook that runs before a job is asked to end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    hook: Running,
    until: u64,
    why: Reason,
    /// In which tenant.
    tenant: Option<usize>,
}

impl Watchdog {
    /// Whether a hook runs because the machine has too little; the policy is told that somebody was asked, so that the redline is heeded
    /// meanwhile. A tenant asks again by itself.
    pub(super) fn waits_for_a_hook(&self) -> bool {
        self.pending.is_some_and(|pending| pending.tenant.is_none())
    }

    /// Takes in how hooks ended, and tells who failed.
    pub(super) fn hear_hooks(&mut self) {
        if !self.woken.hooks {
            return;
        }
        while let Some((name, answer)) = self.hooks.as_mut().and_then(Hooks::answer) {
            if answer.outcome.is_failure() {
                self.tell(Happened::Error(format_args!("the hook '{name}' {}", answer.outcome)));
            }
        }
    }

    /// Whether the hook before a kill is over, or none is set.
    pub(super) fn is_heard_out(&mut self, sample: &Sample, why: Reason, tenant: Option<usize>) -> bool {
        if let Some(pending) = self.pending {
            if self.still_runs(pending, sample.at) {
                self.had_nobody(tenant);
                return false;
            }
            self.pending = None;
            return true;
        }
        if self.settings.hooks.before_kill.is_none() || self.choose(sample, tenant).is_none() {
            return true;
        }
        self.set_scene();
        let happened = Happened::Term { reason: why, grace: self.settings.kill.grace };
        let Some(hook) = self.start_hook("before-kill", happened, sample) else { return true };
        let limit = u64::try_from(self.settings.hooks.limit.as_millis()).unwrap_or(u64::MAX);
        self.pending = Some(Pending { hook, until: sample.at.saturating_add(limit), why, tenant });
        self.had_nobody(tenant);
        false
    }

    /// Goes on as soon as the hook is over, or the redline is reached; says whether it was that which was to be done now.
    pub(super) fn goes_on_after_the_hook(&mut self, sample: &Sample, decision: &Decision) -> bool {
        let Some(pending) = self.pending.filter(|pending| pending.tenant.is_none()) else { return false };
        let is_asked_for = pending.why == Reason::Simulated;
        // Of thrash nothing is seen while somebody counts as asked.
        let is_better =
            matches!(pending.why, Reason::MemoryAndSwap { .. }) && decision.present < Level::Critical;
        if is_better || !(self.is_running || is_asked_for) {
            self.pending = None;
        } else if decision.act == Act::Hasten {
            self.end_at_once(sample, pending.why);
        } else if !self.still_runs(pending, sample.at) {
            self.ask(sample, pending.why, None);
        }
        true
    }

    fn still_runs(&self, pending: Pending, now: u64) -> bool {
        now < pending.until && self.hooks.as_ref().is_some_and(|hooks| hooks.is_running(pending.hook))
    }

    /// Starts the hook of that name, if there is one; where it cannot be started, that is told.
    pub(super) fn start_hook(
        &mut self,
        name: &'static str,
        happened: Happened<'_>,
        sample: &Sample,
    ) -> Option<Running> {
        let hooks = &self.settings.hooks;
        let words = match name {
            "warning" => &hooks.warning,
            "critical" => &hooks.critical,
            "redline" => &hooks.redline,
            "before-kill" => &hooks.before_kill,
            "after-kill" => &hooks.after_kill,
            _ => return None,
        };
        let (words, starter) = (words.as_ref()?, self.hooks.as_mut()?);
        let event = event(happened, sample, self.level, self.is_dry_run || self.shows_only);
        match starter.run(name, words, hooks.limit, &self.book.telling(&event)) {
            Ok(running) => Some(running),
            Err(why) => {
                self.tell(Happened::Error(format_args!("the hook '{name}' {why}")));
                None
            }
        }
    }
}
