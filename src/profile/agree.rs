//! Which of several profiles' values for one target counts.

use crate::sysctl::bounds;
use crate::sysctl::coupled::twin;

use super::model::{Keep, Setting, Target};
use super::order;

/// One profile's value for a target, on this machine.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'p> {
    pub(super) setting: &'p Setting,
    pub(super) value: String,
    pub(super) workings: Vec<String>,
    pub(super) is_literal: bool,
}

/// What is one thing to the kernel: a knob, or a pair of knobs of which one unsets the other.
pub(super) fn subject(target: &Target) -> &str {
    match target {
        Target::Sysctl(key) => twin(key).map_or(key, |twin| twin.min(key)),
        Target::Sys(name) | Target::Unit(name) => name,
    }
}

/// The candidate that counts, and those that gave way to it.
pub(super) struct Agreement<'p> {
    pub(super) winner: Candidate<'p>,
    pub(super) gave_way: Vec<Candidate<'p>>,
}

/// Finds the candidate that suits all; those that give way are only asked where nobody else is. Of several that all give way
/// and do not suit each other, the one of the profile that was named first counts. `None` where two insist on different values.
pub(super) fn agree(candidates: Vec<Candidate<'_>>) -> Result<Option<Agreement<'_>>, Vec<Candidate<'_>>> {
    let (yielding, firm): (Vec<Candidate<'_>>, Vec<Candidate<'_>>) =
        candidates.into_iter().partition(|one| one.setting.gives_way);
    let (asked, mut gave_way) = if firm.is_empty() { (yielding, Vec::new()) } else { (firm, yielding) };
    if let Some(winner) = suiting_all(&asked) {
        return Ok(Some(Agreement { winner, gave_way }));
    }
    if asked.iter().any(|one| !one.setting.gives_way) {
        return Err(asked);
    }
    let mut asked = asked.into_iter();
    let Some(winner) = asked.next() else { return Ok(None) };
    gave_way.extend(asked);
    Ok(Some(Agreement { winner, gave_way }))
}

/// Exact values come first, then the largest of those that want at least something, then the smallest of the others.
fn suiting_all<'p>(candidates: &[Candidate<'p>]) -> Option<Candidate<'p>> {
    let number = |one: &&Candidate<'_>| order::of(&one.setting.target, &one.value);
    let of_kind = |keep: Keep| candidates.iter().filter(move |one| one.setting.keep == keep);
    let best = of_kind(Keep::Exactly)
        .next()
        .or_else(|| of_kind(Keep::AtLeast).rev().max_by_key(number))
        .or_else(|| of_kind(Keep::AtMost).min_by_key(number))?;
    candidates.iter().all(|one| suits(one, best)).then(|| best.clone())
}

/// Whether `value` is as good to the profile of `one` as its own.
fn suits(one: &Candidate<'_>, best: &Candidate<'_>) -> bool {
    let (target, other) = (&one.setting.target, &best.setting.target);
    if target != other {
        return false;
    }
    let numbers = (order::of(target, &best.value), order::of(target, &one.value));
    match (one.setting.keep, numbers) {
        (Keep::AtLeast, (Some(best), Some(own))) => best >= own,
        (Keep::AtMost, (Some(best), Some(own))) => best <= own,
        _ => is_same(target, &one.value, &best.value),
    }
}

/// Whether two values are the same to the kernel, or to systemd.
pub(super) fn is_same(target: &Target, one: &str, other: &str) -> bool {
    let numbers = (order::of(target, one), order::of(target, other));
    match (target, numbers) {
        (Target::Sysctl(key), _) => bounds::same(key, one, other),
        (_, (Some(one), Some(other))) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::model::Amount;

    fn setting(key: &str, keep: Keep, gives_way: bool) -> Setting {
        Setting {
            target: Target::Sysctl(key.to_owned()),
            amount: Amount::LiteralOnly,
            keep,
            gives_way,
            literal: None,
            effect: None,
            reason: "because".to_owned(),
            source: "a page".to_owned(),
            when: Vec::new(),
            profile: "p".to_owned(),
            written_in: "p".to_owned(),
        }
    }

    fn winner(list: &[(&Setting, &str)]) -> Option<String> {
        let candidates = list.iter().map(|&(setting, value)| Candidate {
            setting,
            value: value.to_owned(),
            workings: Vec::new(),
            is_literal: false,
        });
        agree(candidates.collect()).ok().flatten().map(|agreed| agreed.winner.value)
    }

    #[test]
    fn exact_values_have_to_be_the_same() {
        let exact = setting("vm.swappiness", Keep::Exactly, false);
        assert_eq!(winner(&[(&exact, "1"), (&exact, "1")]).as_deref(), Some("1"));
        assert_eq!(winner(&[(&exact, "1"), (&exact, "10")]), None);
    }

    #[test]
    fn bounds_suit_values_beyond_them() {
        let least = setting("vm.max_map_count", Keep::AtLeast, false);
        let most = setting("vm.max_map_count", Keep::AtMost, false);
        let exact = setting("vm.max_map_count", Keep::Exactly, false);
        assert_eq!(winner(&[(&least, "262144"), (&least, "1048576")]).as_deref(), Some("1048576"));
        assert_eq!(winner(&[(&most, "2"), (&most, "1")]).as_deref(), Some("1"));
        assert_eq!(winner(&[(&least, "5"), (&exact, "7"), (&most, "9")]).as_deref(), Some("7"));
        assert_eq!(winner(&[(&least, "8"), (&exact, "7")]), None);
        assert_eq!(winner(&[(&least, "9"), (&most, "7")]), None);
    }

    #[test]
    fn who_gives_way_is_asked_only_among_themselves() {
        let firm = setting("vm.swappiness", Keep::Exactly, false);
        let soft = setting("vm.swappiness", Keep::Exactly, true);
        assert_eq!(winner(&[(&soft, "1"), (&firm, "10")]).as_deref(), Some("10"));
        assert_eq!(winner(&[(&soft, "1"), (&soft, "10")]).as_deref(), Some("1"));
    }

    #[test]
    fn a_knob_and_its_twin_are_one_subject() {
        let bytes = setting("vm.dirty_bytes", Keep::Exactly, false);
        let ratio = setting("vm.dirty_ratio", Keep::Exactly, false);
        assert_eq!(subject(&bytes.target), subject(&ratio.target));
        assert_ne!(
            subject(&bytes.target),
            subject(&setting("vm.dirty_background_bytes", Keep::Exactly, false).target)
        );
        assert_eq!(winner(&[(&bytes, "1048576"), (&ratio, "10")]), None);
    }
}
