//! The owner's rules, applied to jobs: the first that fits counts.

use crate::watch::census::{Asks, Population};
use crate::watch::job::{Job, Process};
use crate::watch::settings::{Action, Rule};

use super::pattern::fits;

/// No rule.
pub(super) const NONE: u32 = u32::MAX;

/// The rules, as they were written.
#[derive(Clone, Debug, Default)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// Takes them over.
    pub fn new(rules: &[Rule]) -> Self {
        Self(rules.to_vec())
    }

    /// What the census is to ask of each process for them.
    pub fn asks(&self) -> Asks {
        Asks {
            commands: self.0.iter().any(|rule| rule.command.is_some()),
            owners: self.0.iter().any(|rule| rule.user.is_some()),
        }
    }

    pub(super) fn action(&self, rule: u32) -> Option<Action> {
        self.0.get(rule as usize).map(|rule| rule.action)
    }

    /// Writes the first rule that fits each job into `fitting`. `largest` is what the largest process of each job holds.
    pub(super) fn apply(&self, population: &Population<'_>, largest: &[u64], fitting: &mut [u32]) {
        fitting.fill(NONE);
        if self.0.is_empty() {
            return;
        }
        for (at, first) in fitting.iter_mut().enumerate() {
            let path = (population.group_of)(at);
            let fits_job = |rule: &Rule| !asks_process(rule) && fits_place(rule, path);
            *first = self.first(NONE, fits_job);
        }
        if self.0.iter().any(asks_process) {
            self.apply_to_processes(population, largest, fitting);
        }
    }

    fn apply_to_processes(&self, population: &Population<'_>, largest: &[u64], fitting: &mut [u32]) {
        for (process, &owner) in population.processes.iter().zip(population.owners) {
            let at = process.job as usize;
            let (Some(job), Some(first)) = (population.jobs.get(at), fitting.get_mut(at)) else { continue };
            let path = (population.group_of)(at);
            let speaks = speaks_for(process, job, largest.get(at).copied().unwrap_or(0));
            *first = self.first(*first, |rule| {
                let is_asked = asks_process(rule) && (speaks || rule.action == Action::Protect);
                is_asked && fits_process(rule, process, owner) && fits_place(rule, path)
            });
        }
    }

    /// The first rule that fits, if it comes before the one that is known to.
    fn first(&self, known: u32, fits: impl Fn(&Rule) -> bool) -> u32 {
        let before = self.0.get(..(known as usize).min(self.0.len())).unwrap_or_default();
        before.iter().position(fits).map_or(known, |at| at as u32)
    }
}

fn asks_process(rule: &Rule) -> bool {
    rule.command.is_some() || rule.user.is_some()
}

/// A small helper in a job does not make all of it what its name says; for protecting it does.
fn speaks_for(process: &Process, job: &Job, largest: u64) -> bool {
    job.root == Some(process.pid) || process.memory.0 >= largest.div_ceil(2)
}

fn fits_process(rule: &Rule, process: &Process, owner: u32) -> bool {
    rule.command.as_ref().is_none_or(|pattern| fits(pattern, &process.command))
        && rule.user.is_none_or(|user| user == owner)
}

/// The unit is the last part of the path, or what lies around a session.
fn fits_place(rule: &Rule, path: &str) -> bool {
    let unit = path.rsplit_once('/').map_or(path, |(_, unit)| unit);
    rule.unit.as_ref().is_none_or(|pattern| fits(pattern, unit))
        && rule.group.as_ref().is_none_or(|pattern| fits(pattern, path))
}
