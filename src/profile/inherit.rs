//! How a profile takes over what it builds on: its own settings replace those of the same target.

use super::agree::subject;
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
    // A knob's twin is the same thing to the kernel.
    let is_left = |one: &Setting| !own.iter().any(|other| subject(&other.target) == subject(&one.target));
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

#[cfg(test)]
mod tests {
    use super::super::made::{made, setting};
    use super::*;

    #[test]
    fn an_own_setting_replaces_the_twin_of_its_knob() {
        let base = made(
            "base",
            &(setting("vm.dirty_bytes", "value = 268435456") + &setting("vm.swappiness", "value = 1")),
        );
        let own = made("own", &setting("vm.dirty_ratio", "value = 5"));
        let both = inherit(base, own);
        let targets: Vec<&str> = both.settings.iter().map(|one| one.target.name()).collect();
        assert_eq!(targets, ["vm.swappiness", "vm.dirty_ratio"]);
        assert_eq!((both.names, both.ancestors), (vec!["own".to_owned()], vec!["base".to_owned()]));
    }

    #[test]
    fn own_swap_and_thresholds_replace_inherited_ones() {
        let swap = |kind: &str| format!("[swap]\nkind = \"{kind}\"\nreason = \"r\"\nsource = \"s\"\n");
        let watch = "[watch]\navailable-percent = 10\nreason = \"r\"\nsource = \"s\"\n";
        let both = inherit(made("base", &(swap("zram") + watch)), made("own", &swap("disk")));
        assert_eq!((both.swap.len(), both.watch.len()), (1, 1));
        assert_eq!(both.swap[0].kind, crate::profile::SwapKind::Disk);
    }
}
