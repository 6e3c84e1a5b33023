//! How a profile takes over what it builds on: its own settings replace those of the same target.

use super::model::{Profile, Setting};

/// `own` on top of `base`. What is said of the profile as a whole is its own; lists are joined, the base's first.
pub(super) fn inherit(base: Profile, own: Profile) -> Profile {
    let mut ancestors = base.ancestors;
    ancestors.extend(base.names);
    ancestors.extend(own.ancestors);
    ancestors.dedup();
    let has_own_swap = !own.swap.is_empty();
    let has_own_watch = !own.watch.is_empty();
    Profile {
        ancestors,
        checks: joined(base.checks, own.checks),
        settings: replaced(base.settings, own.settings),
        unit: replaced(base.unit, own.unit),
        swap: if has_own_swap { own.swap } else { base.swap },
        watch: if has_own_watch { own.watch } else { base.watch },
        advice: base.advice.into_iter().chain(own.advice).collect(),
        documented: base.documented.into_iter().chain(own.documented).collect(),
        ..own
    }
}

fn replaced(base: Vec<Setting>, own: Vec<Setting>) -> Vec<Setting> {
    let is_left = |one: &Setting| !own.iter().any(|other| other.target == one.target);
    let mut settings: Vec<Setting> = base.into_iter().filter(is_left).collect();
    settings.extend(own);
    settings
}

/// Both lists, each entry once.
pub(super) fn joined(mut first: Vec<String>, second: Vec<String>) -> Vec<String> {
    for one in second {
        if !first.contains(&one) {
            first.push(one);
        }
    }
    first
}

impl Profile {
    /// What it inherited counts as its own from here on: whoever composes it never named its ancestors.
    pub(super) fn take_over(&mut self, name: &str) {
        for one in self.settings.iter_mut().chain(&mut self.unit) {
            name.clone_into(&mut one.profile);
        }
        self.swap.iter_mut().for_each(|one| name.clone_into(&mut one.profile));
        self.watch.iter_mut().for_each(|one| name.clone_into(&mut one.profile));
        self.advice.iter_mut().for_each(|one| name.clone_into(&mut one.profile));
        self.documented.iter_mut().for_each(|one| name.clone_into(&mut one.profile));
    }
}
