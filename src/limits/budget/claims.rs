//! How much the units of a machine may take together. Limits count in full, for that is what they allow; units without one count with
//! what they cannot do without; and what is in a slice counts at most as much as the slice.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::cgroup_memory::Limit;
use crate::sys::bytes::Bytes;

use super::super::shown::kind;
use super::super::shown::tree::{TOP, Tree, name_of};
use super::free::Free;
use super::holder::{Holder, HolderKind};
use super::instances::Sized;

const LIMIT: &str = "its limit, MemoryMax";
const DECLARED: &str = "its limit, if it were so";
const INSTANCES: &str = "no limit; what its instances want";

/// What the caller says of units, by name.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Limits in place of those that hold.
    pub limits: BTreeMap<String, Bytes>,
    /// Parts of units.
    pub instances: BTreeMap<String, Vec<Sized>>,
}

#[derive(Default)]
struct Claim {
    limited: Vec<Holder>,
    free: Free,
    /// Whether nothing holds a part of it.
    is_open: bool,
}

impl Claim {
    fn sum(&self) -> Bytes {
        self.limited.iter().map(|holder| holder.bytes).sum::<Bytes>() + self.free.bytes()
    }
}

/// The holders among the groups of a machine: those without a limit first, then by size.
pub fn holders(tree: &Tree, declared: &Declared) -> Vec<Holder> {
    let tops = tree.below(TOP);
    // In a container there may be only the one group that is the container.
    let tops = if tops.is_empty() { vec![TOP] } else { tops };
    let mut holders = Vec::new();
    for path in tops {
        let claim = claim(tree, path, declared);
        holders.extend(claim.free.holder(shown(path)));
        holders.extend(claim.limited);
    }
    holders.sort_by(|one, other| {
        let is_limited = |holder: &Holder| holder.kind == HolderKind::Limited;
        is_limited(one)
            .cmp(&is_limited(other))
            .then(one.bytes.cmp(&other.bytes))
            .then(one.name.cmp(&other.name))
    });
    holders
}

/// The names of the groups that count, each for itself: parts of a service do not.
pub fn counted(tree: &Tree) -> BTreeSet<&str> {
    let mut waiting = tree.below(TOP);
    let mut names = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        names.insert(name_of(path));
        if kind::holds_units(name_of(path)) {
            waiting.extend(tree.below(path));
        }
    }
    names
}

fn claim(tree: &Tree, path: &str, declared: &Declared) -> Claim {
    let name = shown(path);
    let below = if kind::holds_units(name) { tree.below(path) } else { Vec::new() };
    if below.is_empty() {
        return of_unit(tree, path, declared);
    }
    let mut sum = Claim::default();
    for path in below {
        let claim = claim(tree, path, declared);
        sum.is_open |= claim.is_open;
        sum.limited.extend(claim.limited);
        sum.free.add(claim.free);
    }
    sum.free.narrow(name, tree.group(path), sum.limited.is_empty());
    of_slice(sum, tree, path, declared)
}

/// A slice counts with its limit where something in it has none: that may take all that the others leave. Whatever the caller says of
/// it counts in any case.
fn of_slice(mut sum: Claim, tree: &Tree, path: &str, declared: &Declared) -> Claim {
    let (name, could) = (shown(path), sum.sum());
    let own = declared.instances.get(name).cloned().unwrap_or_default();
    let wanted: Bytes = own.iter().map(|one| one.bytes).sum();
    let (bytes, how) = match limit(tree, path, declared) {
        Some(limit) if could > limit => (limit, format!("its own limit; what is in it could take {could}")),
        Some(limit) if declared.limits.contains_key(name) => (limit, DECLARED.to_owned()),
        Some(limit) if sum.is_open || !own.is_empty() => (limit, LIMIT.to_owned()),
        None if !own.is_empty() && could > wanted => (
            could,
            format!("no limit; its instances want {wanted}, and all that is in it could take so much"),
        ),
        None if !own.is_empty() => (wanted, INSTANCES.to_owned()),
        _ => return sum,
    };
    let mut holder = Holder::new(name, bytes, HolderKind::Limited, how);
    let inner = sum.limited.drain(..).flat_map(|holder| holder.instances);
    holder.instances = own.into_iter().chain(inner).collect();
    Claim { limited: vec![holder], ..Claim::default() }
}

fn of_unit(tree: &Tree, path: &str, declared: &Declared) -> Claim {
    let name = shown(path);
    let instances = declared.instances.get(name).cloned().unwrap_or_default();
    let wanted: Bytes = instances.iter().map(|one| one.bytes).sum();
    let holder = |bytes, how: &str| {
        let mut holder = Holder::new(name, bytes, HolderKind::Limited, how.to_owned());
        holder.instances.clone_from(&instances);
        Claim { limited: vec![holder], ..Claim::default() }
    };
    match limit(tree, path, declared) {
        Some(limit) if declared.limits.contains_key(name) => holder(limit, DECLARED),
        Some(limit) => holder(limit, LIMIT),
        None if !instances.is_empty() => holder(wanted, INSTANCES),
        None => Claim { free: Free::of(name, tree.group(path)), is_open: true, ..Claim::default() },
    }
}

/// The top group's limit is what the whole machine has.
fn limit(tree: &Tree, path: &str, declared: &Declared) -> Option<Bytes> {
    let own = || tree.group(path).and_then(|group| group.max).and_then(Limit::bytes).filter(|_| path != TOP);
    declared.limits.get(name_of(path)).copied().or_else(own)
}

fn shown(path: &str) -> &str {
    if path == TOP { "all programs" } else { name_of(path) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::cgroup_memory::GroupMemory;
    use proptest::prelude::*;

    fn group(current: u64, max: Option<u64>) -> GroupMemory {
        let max = Some(max.map_or(Limit::Unlimited, |max| Limit::At(Bytes(max))));
        GroupMemory { current: Some(Bytes(current)), max, ..GroupMemory::default() }
    }

    fn tree(groups: &[(&str, u64, Option<u64>)]) -> Tree {
        let mut tree = Tree::default();
        for &(path, current, max) in groups {
            tree.insert(path, group(current, max));
        }
        tree
    }

    fn held(tree: &Tree, declared: &Declared) -> Vec<(String, u64)> {
        holders(tree, declared).into_iter().map(|one| (one.name, one.bytes.0)).collect()
    }

    fn plain(tree: &Tree) -> Vec<(String, u64)> {
        held(tree, &Declared::default())
    }

    #[test]
    fn limits_count_in_full_and_others_with_what_they_held() {
        let tree = tree(&[
            ("/system.slice", 700, None),
            ("/system.slice/a.service", 100, Some(500)),
            ("/system.slice/b.service", 50, None),
            ("/system.slice/c.service", 60, None),
            ("/init.scope", 7, None),
        ]);
        let held = plain(&tree);
        assert_eq!(
            held,
            [
                ("init.scope".to_owned(), 7),
                ("system.slice, the rest".to_owned(), 110),
                ("a.service".to_owned(), 500)
            ]
        );
    }

    #[test]
    fn a_slice_counts_once() {
        let narrow = [
            ("/a.slice", 10, Some(600)),
            ("/a.slice/b.service", 1, Some(500)),
            ("/a.slice/c.service", 1, Some(500)),
        ];
        assert_eq!(plain(&tree(&narrow)), [("a.slice".to_owned(), 600)]);
        let mut wide = narrow;
        wide[0].2 = Some(1000);
        assert_eq!(plain(&tree(&wide)), [("b.service".to_owned(), 500), ("c.service".to_owned(), 500)]);
        let nested = [
            ("/a.slice", 10, Some(300)),
            ("/a.slice/a-b.slice", 1, Some(400)),
            ("/a.slice/a-b.slice/c.service", 1, Some(500)),
        ];
        assert_eq!(plain(&tree(&nested)), [("a.slice".to_owned(), 300)]);
    }

    #[test]
    fn peaks_that_did_not_fall_together_are_not_added_up() {
        let groups =
            [("/a.slice", 80, None), ("/a.slice/b.service", 60, None), ("/a.slice/c.service", 60, None)];
        assert_eq!(plain(&tree(&groups)), [("a.slice, the rest".to_owned(), 80)]);
        let one = [("/a.slice", 80, None), ("/a.slice/b.service", 60, None)];
        assert_eq!(plain(&tree(&one)), [("a.slice".to_owned(), 80)]);
        let none_left = [("/a.slice", 60, None), ("/a.slice/b.service", 60, None)];
        assert_eq!(plain(&tree(&none_left)), [("b.service".to_owned(), 60)]);
    }

    #[test]
    fn cache_that_can_go_does_not_count() {
        let mut tree = Tree::default();
        let peak = GroupMemory {
            current: Some(Bytes(80)),
            peak: Some(Bytes(100)),
            anon: Some(Bytes(20)),
            file: Some(Bytes(60)),
            shmem: Some(Bytes(10)),
            ..GroupMemory::default()
        };
        tree.insert("/a.service", peak);
        let holder = holders(&tree, &Declared::default()).remove(0);
        // What it held at most may have been cache of files that is gone.
        assert_eq!((holder.bytes, holder.most), (Bytes(30), Bytes(50)));
        assert_eq!(holder.how, "no limit: needs 30 B now, and has held 100 B at most");
    }

    #[test]
    fn parts_of_a_service_are_no_units() {
        let groups = [("/a.service", 9, Some(100)), ("/a.service/part", 9, Some(500))];
        assert_eq!(plain(&tree(&groups)), [("a.service".to_owned(), 100)]);
        let users = [("/user@1.service", 9, None), ("/user@1.service/b.service", 4, Some(500))];
        assert_eq!(plain(&tree(&users)), [("b.service".to_owned(), 500)]);
    }

    #[test]
    fn what_the_caller_says_counts_instead() {
        let tree = tree(&[("/a.service", 9, Some(100)), ("/b.service", 9, None)]);
        let declared = Declared {
            limits: [("a.service".to_owned(), Bytes(300))].into(),
            instances: [("b.service".to_owned(), vec![Sized { name: "x".to_owned(), bytes: Bytes(70) }])]
                .into(),
        };
        assert_eq!(held(&tree, &declared), [("b.service".to_owned(), 70), ("a.service".to_owned(), 300)]);
    }

    #[test]
    fn a_slice_counts_in_full_where_a_unit_in_it_has_no_limit() {
        let open = [
            ("/a.slice", 10, Some(600)),
            ("/a.slice/b.service", 1, Some(100)),
            ("/a.slice/a-b.slice/c.service", 0, None),
        ];
        assert_eq!(plain(&tree(&open)), [("a.slice".to_owned(), 600)]);
        let mut bound = open;
        bound[2].2 = Some(50);
        assert_eq!(plain(&tree(&bound)), [("c.service".to_owned(), 50), ("b.service".to_owned(), 100)]);
    }

    #[test]
    fn what_the_caller_says_of_a_slice_counts() {
        let tree = tree(&[("/a.slice/b.service", 9, Some(100)), ("/a.slice/c.service", 5, Some(10))]);
        let limits =
            |bytes| Declared { limits: [("a.slice".to_owned(), Bytes(bytes))].into(), ..Declared::default() };
        assert_eq!(held(&tree, &limits(1000)), [("a.slice".to_owned(), 1000)]);
        assert_eq!(held(&tree, &limits(60)), [("a.slice".to_owned(), 60)]);
        let parts = |bytes| Declared {
            instances: [("a.slice".to_owned(), vec![Sized { name: "x".to_owned(), bytes: Bytes(bytes) }])]
                .into(),
            ..Declared::default()
        };
        assert_eq!(held(&tree, &parts(300)), [("a.slice".to_owned(), 300)]);
        assert_eq!(held(&tree, &parts(30)), [("a.slice".to_owned(), 110)]);
        assert_eq!(holders(&tree, &parts(30))[0].instances.len(), 1);
    }

    #[test]
    fn a_container_may_be_one_group() {
        let tree = tree(&[("/", 40, Some(100))]);
        assert_eq!(plain(&tree), [("all programs".to_owned(), 40)]);
    }

    proptest! {
        #[test]
        fn no_slice_counts_more_than_its_limit(
            limit in 0..2000u64, first in prop::option::of(0..2000u64), second in prop::option::of(0..2000u64), current in 0..2000u64,
        ) {
            let groups = [
                ("/a.slice", current.min(limit), Some(limit)),
                ("/a.slice/b.service", current.min(limit), first),
                ("/a.slice/c.service", 0, second),
            ];
            let sum: u64 = plain(&tree(&groups)).iter().map(|one| one.1).sum();
            prop_assert!(sum <= limit);
            // Whoever has no limit may take all of it.
            let could = first.zip(second).map_or(limit, |(first, second)| limit.min(first + second));
            prop_assert_eq!(sum, could);
        }

        #[test]
        fn nothing_that_the_caller_says_is_forgotten(
            limits in prop::collection::vec(prop::option::of(1..100u64), 4), wanted in prop::collection::vec(prop::option::of(1..100u64), 4),
        ) {
            let paths = ["/a.slice", "/a.slice/b.service", "/a.slice/a-c.slice", "/a.slice/a-c.slice/d.service"];
            let groups: Vec<_> = paths.iter().zip(&limits).map(|(path, limit)| (*path, 1, *limit)).collect();
            let part = |path: &str, bytes| (name_of(path).to_owned(), vec![Sized { name: "x".to_owned(), bytes: Bytes(bytes) }]);
            let parts = paths.iter().zip(&wanted).filter_map(|(path, bytes)| Some(part(path, (*bytes)?)));
            let declared = Declared { instances: parts.collect(), ..Declared::default() };
            let told: usize = holders(&tree(&groups), &declared).iter().map(|holder| holder.instances.len()).sum();
            prop_assert_eq!(told, wanted.iter().flatten().count());
        }
    }
}
