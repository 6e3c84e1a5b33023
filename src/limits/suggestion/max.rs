//! MemoryMax: what the unit is ended at.

use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::super::shown::entry::Entry;
use super::super::shown::tree::{TOP, Tree, name_of, parent_of};
use super::advice::{Advice, rounded_down};
use super::case::Case;
use super::fit::Fit;
use super::role::Role;

const NAME: &str = "MemoryMax";

/// A limit this many times what would be suggested limits nothing.
const TOO_WIDE: u64 = 2;

/// `above` is what the slices above the unit leave it, with the name of the one that does.
pub(super) fn advise(case: &Case<'_>, fit: &Fit, above: Option<(Bytes, String)>, whole_fits: bool) -> Advice {
    if case.seen.role == Role::Keeper {
        return Advice::leave(
            NAME,
            "without this unit nobody gets at the machine any more: a limit would be one more way for it to be killed",
        );
    }
    if let Some(stays) = stays(case, whole_fits) {
        return Advice::leave(NAME, stays);
    }
    let (bytes, is_less, sum) = match fit {
        Fit::Limit { bytes, is_less, sum } => (*bytes, *is_less, sum),
        Fit::No { missing, why } => return Advice::leave(NAME, does_not_fit(case, *missing, why)),
        Fit::Unknown(why) => return Advice::leave(NAME, format!("{why}, so nobody can say what fits")),
    };
    let how = &case.basis.how;
    let left = format!("of {} {} would be left to give", sum.total, sum.left);
    match above.filter(|(above, _)| *above <= bytes) {
        Some((above, slice)) if rounded_down(above) < case.basis.least => Advice::leave(
            NAME,
            format!(
                "{slice} leaves it only {above}, too little for the {} that it needs, which take {} at least: raise that first",
                case.basis.floor, case.basis.least
            ),
        ),
        Some((above, slice)) => Advice::amount(
            NAME,
            rounded_down(above),
            format!("{how}, but {slice} leaves it no more than {above}"),
        ),
        None => Advice::amount(NAME, bytes, format!("{how}; {}; {left}", room(case, bytes, is_less))),
    }
}

/// What is above that for growing.
fn room(case: &Case<'_>, bytes: Bytes, is_less: bool) -> String {
    let (base, room) = (case.basis.base, bytes.less(case.basis.base));
    match (is_less, bytes > base) {
        (false, _) => format!("{room} above that are room to grow"),
        (true, true) => format!("only {room} above that fit beside what all others may take"),
        (true, false) => format!("all of {base} would not fit beside what all others may take"),
    }
}

/// A limit that is neither too narrow nor too wide is its owner's choice.
fn stays(case: &Case<'_>, whole_fits: bool) -> Option<String> {
    let own = case.own_max()?;
    let is_enough = own >= case.basis.least && !case.seen.was_killed();
    let is_wide = own > Bytes(case.basis.wanted.0.saturating_mul(TOO_WIDE));
    let below_memory = case.memory.is_none_or(|memory| own < memory);
    (is_enough && !is_wide && below_memory && whole_fits).then(|| {
        let (own, floor) = (size::exact(own), case.basis.floor);
        format!("it is {own} already, and that is right: it needs {floor} at most, and all fits into the machine together")
    })
}

fn does_not_fit(case: &Case<'_>, missing: Bytes, why: &str) -> String {
    let (floor, least) = (case.basis.floor, case.basis.least);
    let missing = match missing {
        Bytes(0) => "would not fit into the machine".to_owned(),
        missing => format!("would be {missing} more than there is"),
    };
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    format!(
        "it needs {floor}, and with {least}, the least that leaves it room, all together {missing}{why}; lower what others may take first"
    )
}

/// What the slices above leave the unit, and the name of the one that does.
pub(super) fn above(entry: &Entry, tree: &Tree) -> Option<(Bytes, String)> {
    let parent = parent_of(entry.group.as_deref()?);
    let least = tree.effective_max(parent).filter(|one| one.by != TOP)?;
    Some((least.bytes, name_of(&least.by).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::basis::tests::{MIB, entry, usual};
    use super::super::case::tests::Parts;
    use super::super::fit::Sum;
    use super::super::seen::Seen;
    use super::*;
    use crate::facts::cgroup_memory::Limit;

    fn sum() -> Sum {
        Sum { total: Bytes(8192 * MIB), committed: Bytes(8000 * MIB), fits: true, left: Bytes(192 * MIB) }
    }

    fn limit(mib: u64, is_less: bool) -> Fit {
        Fit::Limit { bytes: Bytes(mib * MIB), is_less, sum: sum() }
    }

    fn reason(advice: &Advice) -> &str {
        match advice {
            Advice::Set(suggested) => &suggested.reason,
            Advice::Leave(omitted) => &omitted.reason,
        }
    }

    fn with_max(mib: u64) -> Parts {
        Parts { entry: Entry { max: Some(Limit::At(Bytes(mib * MIB))), ..entry() }, ..Parts::default() }
    }

    #[test]
    fn what_fits_is_suggested_with_what_is_left() {
        let advice = Parts::default().ask(|case| advise(case, &limit(960, false), None, true));
        assert_eq!(advice.bytes(), Some(Bytes(960 * MIB)));
        assert!(reason(&advice).ends_with("of 8 GiB 192 MiB would be left to give"), "{}", reason(&advice));
        let cut = Parts::default().ask(|case| advise(case, &limit(900, true), None, true));
        assert!(reason(&cut).contains("only 100 MiB above that fit"));
    }

    #[test]
    fn what_does_not_fit_is_not_suggested() {
        let no = Fit::No { missing: Bytes(MIB), why: "b.service takes all".to_owned() };
        let advice = Parts::default().ask(|case| advise(case, &no, None, false));
        assert_eq!(advice.bytes(), None);
        assert!(reason(&advice).contains("b.service takes all"));
    }

    #[test]
    fn a_limit_that_is_right_stays() {
        let of = |mib: u64, fits: bool| {
            with_max(mib).ask(|case| advise(case, &limit(960, false), None, fits)).bytes()
        };
        assert_eq!(of(840, true), None);
        assert_eq!(of(839, true), Some(Bytes(960 * MIB)), "it is too narrow");
        assert_eq!(of(2432, true), None);
        assert_eq!(of(2433, true), Some(Bytes(960 * MIB)), "it is too wide");
        assert_eq!(of(1000, false), Some(Bytes(960 * MIB)), "it does not fit");
        let killed = Parts { seen: Seen { oom_kills: Some(1), ..usual() }, ..with_max(1000) };
        assert!(killed.ask(|case| advise(case, &limit(1500, false), None, true)).bytes().is_some());
    }

    #[test]
    fn a_slice_above_leaves_no_more_than_it_has() {
        let of = |mib: u64| {
            let above = Some((Bytes(mib * MIB), "ml.slice".to_owned()));
            Parts::default().ask(|case| advise(case, &limit(960, false), above, true)).bytes()
        };
        assert_eq!(of(900), Some(Bytes(900 * MIB)));
        assert_eq!((of(840), of(839)), (Some(Bytes(840 * MIB)), None));
        assert_eq!(of(5000), Some(Bytes(960 * MIB)));
    }

    #[test]
    fn who_keeps_the_machine_reachable_is_not_limited() {
        let keeper = Parts { seen: Seen { role: Role::Keeper, ..usual() }, ..Parts::default() };
        assert_eq!(keeper.ask(|case| advise(case, &limit(960, false), None, true)).bytes(), None);
    }
}
