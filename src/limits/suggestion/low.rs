//! MemoryLow: what is taken from the unit only when nothing else is left.

use crate::facts::cgroup_memory::Limit;
use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::super::shown::entry::Entry;
use super::super::shown::tree::{TOP, Tree, name_of, parent_of};
use super::advice::{Advice, rounded_down, rounded_up};
use super::case::Case;
use super::role::Role;
use super::seen::finite;

const NAME: &str = "MemoryLow";

/// Whoever waits for memory in a larger share of a minute is squeezed, in per cent.
const SQUEEZED: f64 = 10.0;

/// Of the machine's memory, so that the rest of it keeps enough, in per cent.
const MOST: f64 = 50.0;

/// What a slice above the unit keeps for all that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    slice: String,
    bytes: Bytes,
}

/// The slice above that keeps least; `None` where nothing bounds what can be kept.
pub(super) fn above(entry: &Entry, tree: &Tree) -> Option<Kept> {
    let mut path = parent_of(entry.group.as_deref()?);
    let mut least: Option<Kept> = None;
    while path != TOP {
        let of = |limit: Option<Limit>| match limit {
            Some(Limit::Unlimited) => Bytes(u64::MAX),
            other => finite(other).unwrap_or_default(),
        };
        let bytes = tree.group(path).map(|group| of(group.low).max(of(group.min))).unwrap_or_default();
        if least.as_ref().is_none_or(|least| bytes < least.bytes) {
            least = Some(Kept { slice: name_of(path).to_owned(), bytes });
        }
        path = parent_of(path);
    }
    least
}

/// `max` is the MemoryMax that is to be.
pub(super) fn advise(case: &Case<'_>, max: Option<Bytes>, kept: Option<&Kept>) -> Advice {
    if !case.is_version_two() {
        return Advice::leave(NAME, "control groups of version 1 do not know it");
    }
    if let Some(own) = finite(case.entry.low).filter(|own| own.0 > 0) {
        return own_low(own, max);
    }
    let Some(why) = why(case) else {
        return Advice::leave(
            NAME,
            "what is kept for one unit is taken from all others, and nothing shows that this one is squeezed",
        );
    };
    let bound = max.unwrap_or(Bytes(u64::MAX)).min(case.memory.unwrap_or_default().percent(MOST));
    let wanted = rounded_up(case.needed()).min(rounded_down(bound));
    let needed = case.needed();
    match kept.filter(|kept| kept.bytes < wanted) {
        _ if wanted.0 == 0 => {
            Advice::leave(NAME, "nothing tells how much of the memory could be kept for it")
        }
        Some(Kept { slice, bytes }) => {
            let now = if bytes.0 == 0 { "nothing".to_owned() } else { bytes.to_string() };
            let value = size::exact(wanted);
            Advice::leave(
                NAME,
                format!(
                    "{why}; but {slice} above it keeps {now}, and no unit in it gets more: MemoryLow={value} would have to be set for that, too"
                ),
            )
        }
        None => Advice::amount(
            NAME,
            wanted,
            format!("{why}: the {needed} that it needs are taken from it only when nothing else is left"),
        ),
    }
}

/// Above a lower MemoryMax it would be refused.
fn own_low(own: Bytes, max: Option<Bytes>) -> Advice {
    match max.filter(|max| own > *max) {
        Some(max) => Advice::amount(
            NAME,
            max,
            format!("it is {}, more than it may have at all with that MemoryMax", size::exact(own)),
        ),
        None => Advice::leave(NAME, format!("it is {} already, as its owner chose", size::exact(own))),
    }
}

fn why(case: &Case<'_>) -> Option<String> {
    let own_limits = case.seen.at_max.unwrap_or_default() > 0 || case.seen.slowed.unwrap_or_default() > 0;
    let waited =
        case.observation.and_then(|one| one.waited_some).or(case.seen.pressure.map(|waited| waited.some));
    match case.seen.role {
        Role::Keeper => Some("without it nobody gets at the machine any more".to_owned()),
        Role::Database => Some("a database whose pages are taken reads them from the disk again".to_owned()),
        Role::Model => {
            Some("a model whose weights are taken reads them from the disk again for each answer".to_owned())
        }
        Role::Ordinary => waited.filter(|&share| share >= SQUEEZED && !own_limits).map(|share| {
            format!("it waits for memory in {share:.0} % of the time, and no limit of its own is why")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::basis::tests::{MIB, entry, usual};
    use super::super::case::tests::Parts;
    use super::super::seen::Seen;
    use super::*;
    use crate::facts::cgroup_memory::{GroupMemory, Version};
    use crate::limits::shown::entry::Waiting;

    fn of(role: Role, kept: Option<u64>) -> Option<Bytes> {
        let kept = kept.map(|mib| Kept { slice: "system.slice".to_owned(), bytes: Bytes(mib * MIB) });
        let parts = Parts { seen: Seen { role, ..usual() }, ..Parts::default() };
        parts.ask(|case| advise(case, Some(Bytes(1000 * MIB)), kept.as_ref())).bytes()
    }

    #[test]
    fn it_is_for_those_that_suffer_most() {
        assert_eq!(of(Role::Database, None), Some(Bytes(600 * MIB)));
        assert_eq!(of(Role::Ordinary, None), None);
        let squeezed = |at_max| {
            let pressure = Some(Waiting { some: 27.1, full: 20.9 });
            let seen = Seen { pressure, at_max: Some(at_max), ..usual() };
            Parts { seen, ..Parts::default() }.ask(|case| advise(case, None, None)).bytes()
        };
        assert_eq!(squeezed(0), Some(Bytes(600 * MIB)));
        assert_eq!(squeezed(1), None, "its own limit is why");
        let old = Parts { version: Some(Version::One), ..Parts::default() };
        assert_eq!(old.ask(|case| advise(case, None, None)).bytes(), None);
    }

    #[test]
    fn what_the_slices_above_do_not_keep_does_not_count() {
        assert_eq!(of(Role::Keeper, Some(0)), None);
        assert_eq!(of(Role::Keeper, Some(599)), None);
        assert_eq!(of(Role::Keeper, Some(600)), Some(Bytes(600 * MIB)));
    }

    #[test]
    fn the_slice_that_keeps_least_counts() {
        let mut tree = Tree::default();
        let keeps =
            |mib: u64| GroupMemory { low: Some(Limit::At(Bytes(mib * MIB))), ..GroupMemory::default() };
        tree.insert("/a.slice", keeps(5));
        tree.insert("/a.slice/a-b.slice", GroupMemory { min: Some(Limit::Unlimited), ..keeps(1) });
        let of = |path: &str| above(&Entry { group: Some(path.to_owned()), ..entry() }, &tree);
        let slice = Kept { slice: "a.slice".to_owned(), bytes: Bytes(5 * MIB) };
        assert_eq!(of("/a.slice/a-b.slice/x.service"), Some(slice));
        assert_eq!(of("/top.service"), None);
    }
}
