//! The walk through the jobs, from the one that is ended first.

use std::cmp::Ordering;

use crate::sys::bytes::Bytes;
use crate::watch::census::Population;
use crate::watch::execution::victim::Target;
use crate::watch::job::{Job, Process, Spared, Verdict, Wish};
use crate::watch::settings::Action;

use super::badness::{Machine, held, useful, weigh};
use super::rules::{NONE, Rules};

/// A job's place in the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// Its place in the table of jobs.
    pub job: u32,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// The walk, and what is needed to find it; all made at the start.
#[derive(Debug)]
pub struct Ranking {
    walk: Vec<Ranked>,
    fitting: Vec<u32>,
    largest: Vec<u64>,
    lively: Vec<bool>,
}

impl Ranking {
    /// Makes the tables for so many jobs.
    pub fn new(jobs: usize) -> Self {
        Self {
            walk: Vec::with_capacity(jobs),
            fitting: Vec::with_capacity(jobs),
            largest: Vec::with_capacity(jobs),
            lively: Vec::with_capacity(jobs),
        }
    }

    /// Ranks the jobs anew, and writes into each its badness, its wish and why it is spared. Those that a rule ignores, or that lie outside of
    /// the group that is meant, are not in the walk.
    pub fn rank(
        &mut self,
        mut population: Population<'_>,
        rules: &Rules,
        machine: Machine<'_>,
        stuck: &[Target],
    ) {
        self.learn(&population, stuck);
        rules.apply(&population, &self.largest, &mut self.fitting);
        self.spare(&mut population, rules, machine);
        let group_of = population.group_of;
        let is_there = |at: usize| machine.has(group_of(at));
        weigh(population.jobs, machine, is_there);
        self.walk.clear();
        let is_shown = |at: usize, rule: u32| is_there(at) && rules.action(rule) != Some(Action::Ignore);
        for (at, _) in self.fitting.iter().enumerate().filter(|&(at, &rule)| is_shown(at, rule)) {
            self.walk.push(Ranked { job: at as u32, verdict: Verdict::Next });
        }
        let jobs: &[Job] = population.jobs;
        self.walk.sort_unstable_by(|left, right| {
            match (jobs.get(left.job as usize), jobs.get(right.job as usize)) {
                (Some(one), Some(other)) => compare(one, other).then(left.job.cmp(&right.job)),
                _ => Ordering::Equal,
            }
        });
        self.pronounce(jobs);
    }

    /// The walk, the first to be ended first; what is passed over stands where it would be otherwise.
    pub fn ranked(&self) -> &[Ranked] {
        &self.walk
    }

    /// The place of the job that is to be ended.
    pub fn chosen(&self) -> Option<usize> {
        let chosen = self.walk.iter().find(|ranked| ranked.verdict == Verdict::Kill);
        chosen.map(|ranked| ranked.job as usize)
    }

    fn learn(&mut self, population: &Population<'_>, stuck: &[Target]) {
        // As many as there was room for from the start: the table of jobs is no longer than this one.
        let jobs = population.jobs.len().min(self.walk.capacity());
        self.fitting.clear();
        self.fitting.resize(jobs, NONE);
        self.largest.clear();
        self.largest.resize(jobs, 0);
        self.lively.clear();
        self.lively.resize(jobs, stuck.is_empty());
        for process in population.processes {
            let at = process.job as usize;
            if let Some(largest) = self.largest.get_mut(at) {
                *largest = process.memory.0.max(*largest);
            }
            if let Some(lively) = self.lively.get_mut(at) {
                *lively |= !is_stuck(process, stuck);
            }
        }
    }

    fn spare(&self, population: &mut Population<'_>, rules: &Rules, machine: Machine<'_>) {
        let useful = useful(machine.total);
        let each = population.jobs.iter_mut().zip(&self.fitting).zip(&self.lively);
        for ((job, &rule), &is_lively) in each {
            let action = rules.action(rule);
            if is_own_word(job.spared) {
                job.spared = None;
            }
            match action {
                Some(Action::Avoid) => job.wish = Wish::Avoid,
                Some(Action::Prefer) => job.wish = Wish::Prefer,
                Some(Action::Protect | Action::Ignore) | None => {}
            }
            let ruled = matches!(action, Some(Action::Protect | Action::Ignore)).then_some(Spared::ByRule);
            let stuck = (!is_lively && job.processes > 0).then_some(Spared::DoesNotEnd);
            job.spared = job.spared.or(ruled).or(stuck).or(holds_little(job, useful));
        }
    }

    fn pronounce(&mut self, jobs: &[Job]) {
        let mut next = Verdict::Kill;
        for ranked in &mut self.walk {
            let spared = jobs.get(ranked.job as usize).and_then(|job| job.spared);
            ranked.verdict = match spared {
                Some(why) => Verdict::Skip(why),
                None => std::mem::replace(&mut next, Verdict::Next),
            };
        }
    }
}

/// The reasons that are found here, anew each time.
fn is_own_word(spared: Option<Spared>) -> bool {
    matches!(spared, Some(Spared::ByRule | Spared::HoldsLittle | Spared::DoesNotEnd))
}

fn holds_little(job: &Job, useful: Bytes) -> Option<Spared> {
    (held(job) < useful && !job.turns_swap_off).then_some(Spared::HoldsLittle)
}

fn is_stuck(process: &Process, stuck: &[Target]) -> bool {
    stuck.iter().any(|gone| gone.pid == process.pid && gone.started == process.started)
}

/// The worst first: who turns swap off, for whatever the others hold grows by that alone. Whatever the order of the table, that of the
/// walk is the same.
fn compare(one: &Job, other: &Job) -> Ordering {
    let is_first = |job: &Job| job.turns_swap_off && job.wish != Wish::Avoid;
    let key = |job: &Job| (is_first(job), job.wish, job.badness, held(job));
    let name = |job: &Job| (job.name, job.root, job.spared.map(|why| why as u8));
    key(other)
        .cmp(&key(one))
        .then_with(|| name(one).cmp(&name(other)))
        .then_with(|| one.group.cmp(&other.group))
}
