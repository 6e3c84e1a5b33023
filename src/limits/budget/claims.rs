//! How much the units of a machine may take together. Limits count in full, for that is what they allow; units without one count with
//! what they have held; and what is in a slice counts at most as much as the slice.

use std::collections::BTreeMap;

use crate::facts::cgroup_memory::{GroupMemory, Limit};
use crate::sys::bytes::Bytes;

use super::super::shown::holder::{Holder, HolderKind};
use super::super::shown::kind;
use super::super::shown::tree::{TOP, Tree, name_of};
use super::instances::Sized;

/// What the caller says of units, by name.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Limits in place of those that hold.
    pub limits: BTreeMap<String, Bytes>,
    /// Parts of units.
    pub instances: BTreeMap<String, Vec<Sized>>,
}

/// What units without a limit have held together.
#[derive(Clone, Debug, Default)]
struct Free {
    names: Vec<String>,
    held: Bytes,
    cache: Bytes,
    is_peak: bool,
}

impl Free {
    fn of(name: &str, group: Option<&GroupMemory>) -> Self {
        let group = group.cloned().unwrap_or_default();
        let held = group.peak.or(group.current).unwrap_or_default();
        let cache = group.droppable().unwrap_or_default().min(held);
        let names = if held.0 > 0 { vec![name.to_owned()] } else { Vec::new() };
        Self { names, held, cache, is_peak: group.peak.is_some() }
    }

    /// What is cache now goes when memory is needed.
    fn bytes(&self) -> Bytes {
        self.held.less(self.cache)
    }

    fn add(&mut self, other: Self) {
        self.is_peak = other.is_peak || (self.is_peak && other.names.is_empty());
        self.held = self.held + other.held;
        self.cache = self.cache + other.cache;
        self.names.extend(other.names);
    }

    fn holder(&self, top: &str) -> Option<Holder> {
        let (held, cache) = (self.held, self.cache);
        let (name, who) = match self.names.as_slice() {
            [] => return None,
            [one] => (one.clone(), "no limit".to_owned()),
            several => (format!("{top}, the rest"), format!("{} units without a limit", several.len())),
        };
        let verb = match (self.names.len() == 1, self.is_peak) {
            (true, true) => "has held",
            (true, false) => "holds",
            (false, true) => "have held",
            (false, false) => "hold",
        };
        let cache =
            if cache.0 > 0 { format!(", {cache} of it cache of files that can go") } else { String::new() };
        let when = if self.is_peak { "at most" } else { "now" };
        let how = format!("{who}: {verb} {held} {when}{cache}");
        Some(Holder::new(&name, self.bytes(), HolderKind::Unlimited, how))
    }
}

#[derive(Default)]
struct Claim {
    limited: Vec<Holder>,
    free: Free,
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

fn claim(tree: &Tree, path: &str, declared: &Declared) -> Claim {
    let name = shown(path);
    let below = if kind::holds_units(name) { tree.below(path) } else { Vec::new() };
    if below.is_empty() {
        return of_unit(tree, path, declared);
    }
    let mut sum = Claim::default();
    for path in below {
        let claim = claim(tree, path, declared);
        sum.limited.extend(claim.limited);
        sum.free.add(claim.free);
    }
    narrow(&mut sum.free, name, tree.group(path), sum.limited.is_empty());
    match limit(tree, path, declared) {
        Some(limit) if sum.sum() > limit => {
            let how = format!("its own limit; what is in it could take {}", sum.sum());
            let mut holder = Holder::new(name, limit, HolderKind::Limited, how);
            holder.instances = sum.limited.into_iter().flat_map(|holder| holder.instances).collect();
            Claim { limited: vec![holder], ..Claim::default() }
        }
        _ => sum,
    }
}

/// Peaks of several units need not fall together: what the slice has held is known better. Where some of them have a limit, that holds
/// those, too.
fn narrow(free: &mut Free, slice: &str, numbers: Option<&GroupMemory>, is_all: bool) {
    let of_slice = Free::of(slice, numbers);
    if of_slice.held.0 > 0 && (is_all || of_slice.bytes() < free.bytes()) {
        if free.names.len() == 1 && of_slice.held > free.held {
            // The rest was left by units that are gone.
            free.names.clone_from(&of_slice.names);
        }
        (free.held, free.cache, free.is_peak) = (of_slice.held, of_slice.cache, of_slice.is_peak);
    }
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
        Some(limit) if declared.limits.contains_key(name) => holder(limit, "its limit, if it were so"),
        Some(limit) => holder(limit, "its limit, MemoryMax"),
        None if !instances.is_empty() => holder(wanted, "no limit; what its instances want"),
        None => Claim { free: Free::of(name, tree.group(path)), ..Claim::default() },
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
        assert_eq!(holder.bytes, Bytes(50));
        assert_eq!(holder.how, "no limit: has held 100 B at most, 50 B of it cache of files that can go");
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
            let wanted = first.unwrap_or(current.min(limit)) + second.unwrap_or(0);
            prop_assert!(sum <= wanted.max(current));
        }
    }
}
