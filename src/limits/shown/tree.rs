//! The control groups as a tree with their numbers.

use std::collections::BTreeMap;

use crate::facts::cgroup_memory::{self, GroupMemory, Limit, Version};
use crate::facts::cgroups::{self, Arrangement};
use crate::facts::malformed::MOST_ENTRIES;
use crate::facts::readings::Readings;
use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

/// The group that holds all others.
pub const TOP: &str = "/";

/// Groups may lie deep in one another, but not deeper.
const DEEPEST: usize = 64;

/// No path is longer for the kernel, in bytes.
const LONGEST: usize = 4096;

/// All groups that count memory.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// How the groups are arranged; `None` where that cannot be seen.
    pub arrangement: Option<Arrangement>,
    /// What is there and could not be read.
    pub lacking: Vec<Lacking>,
    memory: Option<Bytes>,
    groups: BTreeMap<String, GroupMemory>,
    below: BTreeMap<String, Vec<String>>,
}

/// A limit that holds, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// What it allows.
    pub bytes: Bytes,
    /// The path of the group that has the limit; [`TOP`] for the memory of the machine.
    pub by: String,
}

impl Tree {
    /// Of this machine.
    pub fn of(readings: &Readings) -> Self {
        let host = readings.host();
        let memory = readings.meminfo().ok().map(|meminfo| meminfo.total());
        let arrangement = arrangement(readings);
        let mut tree = Self { arrangement, memory, ..Self::default() };
        if let Some((root, version)) = arrangement.and_then(hierarchy) {
            tree.fill(host, root, version);
        }
        tree
    }

    fn fill(&mut self, host: &Host, root: &str, version: Version) {
        let mut waiting = vec![(root.to_owned(), 0)];
        while let Some((folder, depth)) = waiting.pop() {
            let (group, lacking) = cgroup_memory::read(host, &folder, version);
            self.lacking.extend(lacking);
            let path = folder.get(root.len()..).filter(|path| !path.is_empty()).unwrap_or(TOP);
            self.insert(path, group);
            // A group may go while we look.
            if depth < DEEPEST && self.groups.len() + waiting.len() < MOST_ENTRIES {
                let below = cgroups::below(host, &folder).unwrap_or_default();
                waiting.extend(below.into_iter().map(|path| (path, depth + 1)));
            }
        }
    }

    /// Puts a group in, and those above it where they are not there yet.
    pub fn insert(&mut self, path: &str, group: GroupMemory) {
        let (mut path, mut group) = (path, group);
        while self.groups.insert(path.to_owned(), group).is_none() && path != TOP {
            let parent = parent_of(path);
            self.below.entry(parent.to_owned()).or_default().push(path.to_owned());
            if self.groups.contains_key(parent) {
                return;
            }
            (path, group) = (parent, GroupMemory::default());
        }
    }

    /// The numbers of the group at `path`.
    pub fn group(&self, path: &str) -> Option<&GroupMemory> {
        self.groups.get(path)
    }

    /// The paths of the groups just below that at `path`, sorted.
    pub fn below(&self, path: &str) -> Vec<&str> {
        let mut paths: Vec<&str> = self.below.get(path).into_iter().flatten().map(String::as_str).collect();
        paths.sort_unstable();
        paths
    }

    /// All groups but the top one, by path.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str).filter(|path| *path != TOP)
    }

    /// Whether any group says what it holds or may hold.
    pub fn counts_memory(&self) -> bool {
        self.groups.values().any(|group| group.current.is_some() || group.max.is_some())
    }

    /// The memory of the machine; in a container, what that may take.
    pub fn memory(&self) -> Option<Bytes> {
        let own = self.groups.get(TOP).and_then(|top| top.max).and_then(Limit::bytes);
        self.memory.map(|memory| own.map_or(memory, |own| own.min(memory))).or(own)
    }

    /// What the group at `path` can really hold: the least over itself, the groups above it and the memory of the machine.
    pub fn effective_max(&self, path: &str) -> Option<Effective> {
        let machine = self.memory().map(|bytes| Effective { bytes, by: TOP.to_owned() });
        let of = |path: &str| {
            let bytes = self.groups.get(path)?.max?.bytes()?;
            Some(Effective { bytes, by: path.to_owned() })
        };
        // Of equal limits the innermost counts.
        self_and_above(path).filter_map(of).chain(machine).min_by_key(|one| one.bytes)
    }

    /// What the group at `path` may still put into swap by its own limit and those of the groups above, whoever leaves least; `None`
    /// where none of them has one, so that only the swap of the machine ends it.
    pub fn swap_left(&self, path: &str) -> Option<Effective> {
        let of = |path: &str| {
            let group = self.groups.get(path)?;
            let bytes = group.swap_max?.bytes()?.less(group.swap.unwrap_or_default());
            Some(Effective { bytes, by: path.to_owned() })
        };
        self_and_above(path).filter_map(of).min_by_key(|one| one.bytes)
    }

    /// Counts `bytes` more in swap for the group at `path` and those above it, as the kernel would.
    pub fn put_into_swap(&mut self, path: &str, bytes: Bytes) {
        for path in self_and_above(path) {
            if let Some(group) = self.groups.get_mut(path) {
                group.swap = Some(group.swap.unwrap_or_default() + bytes);
            }
        }
    }
}

/// The hierarchy that counts memory.
fn hierarchy(arrangement: Arrangement) -> Option<(&'static str, Version)> {
    match arrangement {
        Arrangement::V2 => Some(("/sys/fs/cgroup", Version::Two)),
        Arrangement::V1 | Arrangement::Hybrid => Some(("/sys/fs/cgroup/memory", Version::One)),
        Arrangement::None => None,
    }
}

/// A capture may lack the mounts, and hold the files.
fn arrangement(readings: &Readings) -> Option<Arrangement> {
    let has = |path: &str| readings.host().has(path);
    let seen = || match (has("/sys/fs/cgroup/cgroup.controllers"), has("/sys/fs/cgroup/memory")) {
        (true, _) => Some(Arrangement::V2),
        (false, true) => Some(Arrangement::V1),
        (false, false) => None,
    };
    match readings.cgroups() {
        Ok(Arrangement::None) | Err(_) => seen(),
        Ok(arrangement) => Some(arrangement),
    }
}

/// Whether a path that somebody told of can be that of a group: whole, and no longer or deeper than groups are.
pub fn is_path_of_group(path: &str) -> bool {
    let is_short = || path.len() <= LONGEST && path.matches('/').count() <= DEEPEST;
    path.starts_with('/') && is_short() && !path.split('/').any(|part| part == "..")
}

/// The path of the group that holds the one at `path`.
pub fn parent_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((parent, _)) if !parent.is_empty() => parent,
        _ => TOP,
    }
}

/// The last part of a path.
pub fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn self_and_above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| (*path != TOP).then(|| parent_of(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    const MEMINFO: (&str, &str) = ("/proc/meminfo", "MemTotal: 1024 kB\n");

    fn tree(files: &[(&str, &str)]) -> Tree {
        let files: Vec<(&str, &str)> = files.iter().copied().chain([MEMINFO]).collect();
        let (_folder, host) = made_tree(&files);
        Tree::of(&Readings::new(&host, None))
    }

    #[test]
    fn the_least_limit_on_the_way_up_counts() {
        let tree = tree(&[
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/sys/fs/cgroup/a.slice/memory.max", "5000\n"),
            ("/sys/fs/cgroup/a.slice/b.service/memory.max", "9000\n"),
            ("/sys/fs/cgroup/a.slice/c.service/memory.max", "5000\n"),
            ("/sys/fs/cgroup/d.service/memory.max", "max\n"),
        ]);
        let max = |path: &str| tree.effective_max(path).map(|one| (one.bytes.0, one.by));
        assert_eq!(max("/a.slice/b.service"), Some((5000, "/a.slice".to_owned())));
        assert_eq!(max("/a.slice/c.service"), Some((5000, "/a.slice/c.service".to_owned())));
        assert_eq!(max("/d.service"), Some((1 << 20, TOP.to_owned())));
        assert_eq!(tree.below(TOP), ["/a.slice", "/d.service"]);
        assert_eq!(tree.below("/a.slice"), ["/a.slice/b.service", "/a.slice/c.service"]);
    }

    #[test]
    fn the_least_room_in_swap_on_the_way_up_counts() {
        let mut tree = tree(&[
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/sys/fs/cgroup/a.slice/memory.swap.max", "5000\n"),
            ("/sys/fs/cgroup/a.slice/memory.swap.current", "4000\n"),
            ("/sys/fs/cgroup/a.slice/b.service/memory.swap.max", "3000\n"),
            ("/sys/fs/cgroup/a.slice/b.service/memory.swap.current", "2500\n"),
            ("/sys/fs/cgroup/a.slice/c.service/memory.swap.max", "max\n"),
            ("/sys/fs/cgroup/d.service/memory.swap.max", "max\n"),
        ]);
        let left = |tree: &Tree, path: &str| tree.swap_left(path).map(|one| (one.bytes.0, one.by));
        assert_eq!(left(&tree, "/a.slice/b.service"), Some((500, "/a.slice/b.service".to_owned())));
        assert_eq!(left(&tree, "/a.slice/c.service"), Some((1000, "/a.slice".to_owned())));
        assert_eq!(left(&tree, "/d.service"), None);
        tree.put_into_swap("/a.slice/c.service", Bytes(600));
        assert_eq!(left(&tree, "/a.slice/b.service"), Some((400, "/a.slice".to_owned())));
        tree.put_into_swap("/a.slice", Bytes(9000));
        assert_eq!(left(&tree, "/a.slice/c.service"), Some((0, "/a.slice".to_owned())));
    }

    #[test]
    fn a_container_has_what_it_was_given() {
        let tree = tree(&[
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/sys/fs/cgroup/memory.max", "4096\n"),
            ("/sys/fs/cgroup/a/memory.current", "1\n"),
        ]);
        assert_eq!(tree.memory(), Some(Bytes(4096)));
        assert_eq!(tree.effective_max("/a").unwrap().by, TOP);
    }

    #[test]
    fn old_groups_are_found_in_their_own_hierarchy() {
        let tree = tree(&[
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "4096\n"),
            ("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "x\n"),
        ]);
        assert_eq!(tree.arrangement, Some(Arrangement::V1));
        assert_eq!(tree.effective_max("/a").unwrap().bytes, Bytes(4096));
        assert_eq!(tree.lacking.len(), 1);
        assert!(tree.counts_memory());
    }

    #[test]
    fn nothing_is_known_of_a_tree_without_groups() {
        let tree = tree(&[]);
        assert!(!tree.counts_memory() && tree.arrangement.is_none());
        assert_eq!(tree.paths().count(), 0);
        assert_eq!(tree.effective_max("/x").unwrap().bytes, Bytes(1 << 20));
    }

    #[test]
    fn paths_end_at_the_top() {
        let path: Vec<&str> = self_and_above("/a/b").collect();
        assert_eq!(path, ["/a/b", "/a", "/"]);
        assert_eq!(self_and_above("odd").collect::<Vec<_>>(), ["odd", "/"]);
        assert_eq!((parent_of("/a"), name_of("/a/b")), ("/", "b"));
    }

    #[test]
    fn a_path_may_be_deep() {
        let mut tree = Tree::default();
        tree.insert(&"/a".repeat(6000), GroupMemory::default());
        assert_eq!(tree.paths().count(), 6000);
    }

    #[test]
    fn paths_have_a_bound() {
        let deep = "/a".repeat(DEEPEST);
        assert!(is_path_of_group("/") && is_path_of_group(&deep));
        assert!(!is_path_of_group(&(deep + "/a")) && !is_path_of_group("a") && !is_path_of_group("/a/../b"));
        let long = |bytes: usize| format!("/{}", "a".repeat(bytes - 1));
        assert!(is_path_of_group(&long(LONGEST)) && !is_path_of_group(&long(LONGEST + 1)));
    }

    proptest! {
        #[test]
        fn whoever_is_put_in_is_found_from_the_top(paths in prop::collection::vec("(/[ab]?){0,40}", 1..5)) {
            let mut tree = Tree::default();
            for path in &paths {
                tree.insert(path, GroupMemory::default());
            }
            for path in tree.paths() {
                let is_below = tree.below(parent_of(path)).into_iter().filter(|one| *one == path).count();
                prop_assert_eq!(is_below, 1, "{}", path);
                prop_assert!(tree.group(parent_of(path)).is_some());
            }
        }
    }
}
