//! A job is chosen, told of, and ended; and what became of it.

use std::time::Duration;

use crate::sys::bytes::Bytes;
use crate::watch::account::event::{End, Happened, Reason, Recovery};
use crate::watch::execution::clock;
use crate::watch::execution::outcome::{self, Begun, Outcome, Progress};
use crate::watch::execution::victim::{Manner, Moment, Reach, Target, Victim};
use crate::watch::level::Level;
use crate::watch::policy::decision::Outstanding;
use crate::watch::ranking;
use crate::watch::sample::Sample;

use super::explain::take_down;
use super::start::Watchdog;

/// So often another job is chosen where nobody of the chosen one is left.
const TRIES: usize = 4;

/// At the redline swapoff gets no more milliseconds than this to end once it was killed.
const LAST_WAIT: u64 = 500;

/// That nobody may be ended is told no more often, in milliseconds.
const A_MINUTE: u64 = 60_000;

/// When a count began, and what it chose.
struct Choice {
    counted: u64,
    job: Option<usize>,
}

impl Watchdog {
    /// Counts the jobs, of all or of that tenant, and ranks them.
    pub(super) fn choose(&mut self, sample: &Sample, tenant: Option<usize>) -> Option<usize> {
        self.count(sample, tenant).job
    }

    fn count(&mut self, sample: &Sample, tenant: Option<usize>) -> Choice {
        let counted = clock::ticks();
        let stuck = self.executioner.overdue();
        let within = tenant.and_then(|at| self.tenants.get(at)?.within());
        let (census, ranking) = (&mut self.census, &mut self.ranking);
        match ranking::choose(census, ranking, &self.rules, sample, stuck, within.as_ref()) {
            Ok(_) => Choice { counted, job: self.ranking.chosen() },
            Err(lacking) => {
                self.tell(Happened::Error(format_args!("{lacking}")));
                Choice { counted, job: None }
            }
        }
    }

    /// Has a job asked to end, of all or of that tenant, once the hook before it has been heard.
    pub(super) fn ask(&mut self, sample: &Sample, why: Reason, tenant: Option<usize>) {
        self.why = Some(why);
        if self.is_heard_out(sample, why, tenant) {
            let grace = self.settings.kill.grace;
            self.end(sample, Manner::Ask, Happened::Term { reason: why, grace }, tenant);
        }
    }

    /// Has a job ended at once; nobody is heard before that.
    pub(super) fn end_at_once(&mut self, sample: &Sample, why: Reason) {
        self.pending = None;
        self.why = Some(why);
        self.end(sample, Manner::AtOnce, Happened::Kill { reason: why, ignored_for: None }, None);
    }

    pub(super) fn set_scene(&mut self) {
        take_down(&self.census, &self.ranking, self.book.scene());
    }

    fn end(&mut self, sample: &Sample, manner: Manner, happened: Happened<'_>, tenant: Option<usize>) {
        self.end_whoever_comes_first(sample, manner, happened, tenant);
        // Where nobody was there to be shown, whoever comes next is not shown in his place.
        self.shows_only = false;
    }

    fn end_whoever_comes_first(
        &mut self,
        sample: &Sample,
        manner: Manner,
        happened: Happened<'_>,
        tenant: Option<usize>,
    ) {
        for _ in 0..TRIES {
            let Choice { counted, job } = self.count(sample, tenant);
            let Some(job) = job else { break };
            self.set_scene();
            self.tell(happened);
            self.taken = Some(sample.at);
            if self.shows_only || self.begin(sample, manner, job, counted) == Begun::Started {
                return;
            }
        }
        self.had_nobody(tenant);
        self.tell_that_there_is_nobody(sample.at, tenant);
    }

    /// At each try it would be the same.
    fn tell_that_there_is_nobody(&mut self, now: u64, tenant: Option<usize>) {
        let Some(reason) = self.why else { return };
        let was_told =
            self.nobody.is_some_and(|(before, of)| of == tenant && now.saturating_sub(before) < A_MINUTE);
        if was_told && reason != Reason::Simulated {
            return;
        }
        self.nobody = Some((now, tenant));
        self.set_scene();
        self.tell(Happened::Nobody { reason });
    }

    /// The next try waits longer.
    pub(super) fn had_nobody(&mut self, tenant: Option<usize>) {
        match tenant.and_then(|at| self.tenants.get_mut(at)) {
            Some(tenant) => tenant.had_nobody(),
            None => self.policy.had_nobody(),
        }
    }

    fn begin(&mut self, sample: &Sample, manner: Manner, job: usize, counted: u64) -> Begun {
        let census = &self.census;
        let job_of = census.jobs().get(job);
        let group = job_of.and_then(|job| job.group.as_ref());
        let reach = if census.ends_as_a_whole(job) { Reach::WholeGroup } else { Reach::Listed };
        let victim = Victim { group, reach, counted, may_keep_memory: sample.loses_swap };
        let targets = census.members(job).map(Target::from);
        let begun = self.executioner.begin(&victim, targets, manner, Moment::from(sample));
        if begun == Begun::Started {
            self.ends_swapoff = job_of.is_some_and(|job| job.turns_swap_off);
            self.nobody = None;
        }
        if begun == Begun::Started && self.ends_swapoff {
            self.policy.took_nothing();
        }
        begun
    }

    /// swapoff(2) hears a signal only between one process and the next whose pages it reads back: at the redline there is no time for that.
    pub(super) fn go_on_without_swapoff(&mut self, sample: &Sample, present: Level) {
        let is_at_the_redline = self.ends_swapoff && present == Level::Redline;
        let killed = self.executioner.outcome().killed;
        let is_time = killed.is_some_and(|killed| sample.at.saturating_sub(killed) >= LAST_WAIT);
        if is_at_the_redline && is_time && self.outstanding() == Outstanding::Leaving {
            let progress = self.executioner.wait_no_longer(Moment::from(sample));
            self.tell_of_the_victim(progress, sample);
        }
    }

    /// Does what is due with the victim, and tells what became of it.
    pub(super) fn follow_the_victim(&mut self, sample: &Sample) {
        let progress = self.executioner.tick(Moment::from(sample));
        self.tell_of_the_victim(progress, sample);
    }

    fn tell_of_the_victim(&mut self, progress: Progress, sample: &Sample) {
        match progress {
            Progress::Killed => self.tell_that_it_was_killed(sample),
            Progress::Over(outcome) => {
                self.tell(Happened::Recovered(recovery(&outcome, sample.at)));
                self.start_hook("after-kill", Happened::Recovered(recovery(&outcome, sample.at)), sample);
            }
            Progress::Idle
            | Progress::Asked
            | Progress::Ending
            | Progress::Gone
            | Progress::Settling
            | Progress::ASecondLater(_) => {}
        }
    }

    fn tell_that_it_was_killed(&mut self, sample: &Sample) {
        let outcome = self.executioner.outcome();
        let (Some(asked), Some(reason)) = (outcome.asked, self.why) else { return };
        let ignored_for = Some(Duration::from_millis(sample.at.saturating_sub(asked)));
        self.tell(Happened::Kill { reason, ignored_for });
    }
}

fn recovery(outcome: &Outcome, now: u64) -> Recovery {
    let first = outcome.asked.or(outcome.killed).unwrap_or(now);
    let end = match outcome.end {
        outcome::End::DoesNotEnd => End::DoesNotEnd,
        outcome::End::Rehearsed => End::Rehearsed,
        outcome::End::Gone | outcome::End::Unfinished => End::Gone,
    };
    // What comes back while nothing is done to anybody was others'.
    let is_real = end != End::Rehearsed;
    Recovery {
        end,
        took: outcome.gone.unwrap_or(now).saturating_sub(first),
        processes: outcome.processes,
        ended: outcome.ended,
        not_allowed: outcome.errors.not_allowed,
        freed: if is_real { outcome.freed } else { Bytes(0) },
        freed_after_a_second: outcome.freed_after_a_second.filter(|_| is_real),
    }
}
