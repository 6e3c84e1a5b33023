//! The whole answer of `memtune limits suggest`.

use serde::Serialize;

use crate::exit::Fault;
use crate::facts::cgroup_memory::Version;
use crate::facts::cgroups::Arrangement;
use crate::facts::readings::Readings;
use crate::facts::unit_listing;
use crate::facts::unit_property;
use crate::sys::bytes::Bytes;

use super::super::setting::manager::Manager;
use super::super::shown::kind::Kind;
use super::advice::{Advice, Omitted, Suggested};
use super::basis::Basis;
use super::case::{Case, Swap};
use super::fit::{self, Fit, Sum};
use super::observation::Observation;
use super::seen::{Seen, finite};
use super::target::Target;
use super::{command, doubts, high, low, max, oom, swap_max};

/// What a unit should have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestion {
    schema: &'static str,
    /// The unit or template that the limits are for.
    pub unit: String,
    /// Of a template, the instance whose numbers these are.
    pub instance: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Whether it belongs to a user's own systemd.
    pub user: bool,
    /// Such as `active (running)`; `None` where systemd does not say.
    pub state: Option<String>,
    /// The memory of the machine.
    pub memory: Option<Bytes>,
    /// The swap of the machine.
    pub swap: Option<Bytes>,
    /// What is known of the unit.
    pub seen: Seen,
    /// What was seen while it was watched.
    pub observation: Option<Observation>,
    /// What it should have.
    pub suggested: Vec<Suggested>,
    /// What it should not have, or has already.
    pub omitted: Vec<Omitted>,
    /// What the budget would be with it; without a new limit, as it is.
    pub budget: Option<Sum>,
    /// What makes it less sure, and what cannot be known here.
    pub remarks: Vec<String>,
    /// Why `memtune limits set` would not take it as things are.
    pub obstacles: Vec<String>,
    /// What is typed to have it, behind `memtune`; `None` where there is nothing to set, or where it would be refused.
    pub command: Option<String>,
}

/// For whom, and what was seen of it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose systemd is asked.
    pub asked: unit_listing::Manager,
    /// Whose systemd is told.
    pub told: Manager,
    /// What was seen while it was watched.
    pub observation: Option<Observation>,
}

impl Suggestion {
    /// For a unit of a machine.
    ///
    /// # Errors
    /// Says that nothing is known of what the unit holds.
    pub fn of(readings: &Readings, target: &Target, request: Request) -> Result<Self, Fault> {
        let Request { asked, told, observation } = request;
        let seen = Seen::of(readings, asked, target);
        let entry = &target.entry;
        let basis = Basis::of(&seen, entry, observation.as_ref());
        let swap = Swap::of(readings);
        let memory = target.tree.memory();
        let case = Case {
            entry,
            seen: &seen,
            basis: &basis,
            observation: observation.as_ref(),
            version: version(target),
            swap,
            memory,
        };
        let (advice, budget) = advise(readings, target, &case);
        let mut remarks = doubts::about(&case, target.is_running());
        remarks.extend(target.remarks.iter().cloned());
        let (suggested, omitted) = apart(advice, target.name.kind());
        let can_be_set = !suggested.is_empty() && entry.kind != Kind::Container;
        let obstacles = match can_be_set {
            true => command::obstacles(readings, &target.name, &told, &suggested),
            false => Vec::new(),
        };
        let command =
            (can_be_set && obstacles.is_empty()).then(|| command::words(&target.name, &told, &suggested));
        Ok(Self {
            schema: "memtune.suggestion/1",
            unit: target.name.as_str().to_owned(),
            instance: (entry.unit != target.name.as_str()).then(|| entry.unit.clone()),
            kind: entry.kind,
            user: entry.user,
            state: entry.state.clone(),
            memory,
            swap: swap.map(|swap| swap.total),
            suggested,
            omitted,
            budget,
            remarks,
            obstacles,
            command,
            seen,
            observation,
        })
    }
}

fn version(target: &Target) -> Option<Version> {
    match target.tree.arrangement? {
        Arrangement::V2 => Some(Version::Two),
        Arrangement::V1 | Arrangement::Hybrid => Some(Version::One),
        Arrangement::None => None,
    }
}

/// One limit depends on the other: the end comes first, then what may go to swap, then where it is slowed down.
fn advise(readings: &Readings, target: &Target, case: &Case<'_>) -> (Vec<Advice>, Option<Sum>) {
    let Target { entry, tree, running, .. } = target;
    let now = fit::as_it_is(readings);
    let whole_fits = now.as_ref().is_some_and(|sum| sum.fits);
    let fit = fit::find(readings, running, case.basis.wanted, case.basis.floor);
    let max = max::advise(case, &fit, max::above(entry, tree), whole_fits);
    let limit = max.bytes().or(case.own_max());
    let swap = swap_max::advise(case, limit);
    let swap_limit = swap.bytes().or(finite(entry.swap_max));
    let high = high::advise(case, limit, swap_limit);
    let low = low::advise(case, limit, low::above(entry, tree).as_ref());
    let sum = match fit {
        Fit::Limit { sum, bytes, .. } if max.bytes() == Some(bytes) => Some(sum),
        _ => now,
    };
    (vec![max, high, swap, low, oom::policy(case), oom::score(case)], sum)
}

/// What a kind of unit does not have is not spoken of.
fn apart(advice: Vec<Advice>, kind: &str) -> (Vec<Suggested>, Vec<Omitted>) {
    let (mut suggested, mut omitted) = (Vec::new(), Vec::new());
    // systemd gives scopes an OOMPolicy from version 253 on only.
    let is_known = |property: &str| {
        unit_property::is_of_kind(property, kind) && !(kind == "scope" && property == "OOMPolicy")
    };
    for one in advice {
        match one {
            Advice::Set(one) if is_known(one.property) => suggested.push(one),
            Advice::Leave(one) if is_known(one.property) => omitted.push(one),
            _ => {}
        }
    }
    (suggested, omitted)
}
