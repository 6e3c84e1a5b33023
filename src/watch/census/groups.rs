//! The control groups of the machine: one walk from the top, each with the processes that are in it.

use std::ffi::CStr;
use std::path::Path;

use arrayvec::ArrayVec;
use rustix::fs::FileType;
use rustix::io::Errno;

use crate::facts::process_stat::unsigned;
use crate::sys::bytes::Bytes;
use crate::sys::folder::Folder;
use crate::sys::text::PathText;
use crate::watch::job::GroupPath;

use super::kin::NOWHERE;
use super::place::Place;
use super::reader::Reader;

/// So many groups are looked at again between two counts.
const LARGEST: usize = 16;

/// The hierarchy of version 2 has no controllers in its line.
const UNIFIED: &[u8] = b"::";

/// Room for the path of a group and a file in it.
type FilePath = PathText<544>;

/// How control groups are had here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// One hierarchy for all: groups tell their memory, and can be ended as a whole.
    Two,
    /// One of the many hierarchies of version 1: it only tells what belongs together.
    One,
}

/// A control group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// Its path below the hierarchy, beginning with a slash; the root's is empty.
    pub(super) path: GroupPath,
    /// The number of its folder, which no other one gets while the machine runs (version 2).
    pub(super) identity: u64,
    /// The place of the group above it.
    pub(super) above: u32,
    /// What it is.
    pub(super) place: Place,
    /// The group that is its job: itself, or one above it; `NOWHERE` outside of units and containers.
    pub(super) top: u32,
    /// The group within which its process trees are told, where it has no `top`: the login, or the root for all that is no unit.
    pub(super) realm: u32,
    /// Anonymous memory and swap of it and all below it.
    pub(super) memory: Option<(Bytes, Bytes)>,
    /// Another job lies below it.
    pub(super) holds_others: bool,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Groups {
    folder: Folder,
    pub(super) version: Version,
    /// How the line of /proc/PID/cgroup begins that is about this hierarchy, behind its number.
    mark: &'static [u8],
    pub(super) table: Vec<Group>,
    /// Process and place of its group, sorted by process.
    members: Vec<(u32, u32)>,
    /// How many groups and members did not fit, or have a path that is too long.
    pub(super) left_out: u32,
}

/// What the marks say that systemd leaves at a group's folder for ManagedOOMPreference=.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) omit: bool,
    pub(super) avoid: bool,
}

impl Groups {
    /// Finds the hierarchy below `root` that tells units apart, and makes the tables; `None` where there is none.
    pub(super) fn open(root: &Path, groups: usize, processes: usize, reader: &mut Reader) -> Option<Self> {
        let (folder, version, mark) = hierarchy(root, reader)?;
        let (table, members) = (Vec::with_capacity(groups), Vec::with_capacity(processes));
        Some(Self { folder, version, mark, table, members, left_out: 0 })
    }

    /// Looks at all groups anew. `ours` is the watchdog: a unit or container that holds it is not taken as a whole. Without swap none is
    /// looked for.
    pub(super) fn walk(&mut self, ours: u32, has_swap: bool, reader: &mut Reader) {
        self.table.clear();
        self.members.clear();
        self.left_out = 0;
        self.table.push(Group {
            path: GroupPath::new(),
            identity: 0,
            above: NOWHERE,
            place: Place::ROOT,
            top: NOWHERE,
            realm: 0,
            memory: None,
            holds_others: false,
        });
        let mut at = 0;
        while at < self.table.len() {
            self.look_into(at, reader);
            at += 1;
        }
        self.members.sort_unstable();
        if let Some(own) = self.group_of(ours) {
            self.open_up(own);
        }
        self.weigh(has_swap, reader);
    }

    /// The place of the group that a process is in.
    pub(super) fn group_of(&self, pid: u32) -> Option<u32> {
        let first = self.members.partition_point(|&(member, _)| member < pid);
        self.members.get(first).filter(|&&(member, _)| member == pid).map(|&(_, group)| group)
    }

    /// The place of the group that the text of /proc/PID/cgroup tells; `None` where it was not there when they were looked at.
    pub(super) fn place_told(&self, text: &[u8]) -> Option<u32> {
        let path = text.split(|&byte| byte == b'\n').find_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            line.get(colon..)?.strip_prefix(self.mark)
        })?;
        let path: &[u8] = if path == b"/" { b"" } else { path };
        let place = self.table.iter().position(|group| group.path.as_bytes() == path)?;
        u32::try_from(place).ok()
    }

    /// Reads what systemd leaves at a group's folder.
    pub(super) fn marks(&self, group: &Group, reader: &mut Reader) -> Marks {
        let path = below(&group.path, "");
        reader.calls += 4;
        let Some(folder) = path.and_then(|path| self.folder.folder(path.as_c_str()).ok()) else {
            return Marks::default();
        };
        let is_set = |name: &CStr| {
            let mut value = [0u8; 8];
            let length = rustix::fs::fgetxattr(&folder, name, &mut value[..]).unwrap_or(0);
            matches!(value.get(..length), Some(b"1" | b"1\0" | b"yes" | b"true" | b"on"))
        };
        Marks { omit: is_set(c"user.oomd_omit"), avoid: is_set(c"user.oomd_avoid") }
    }

    /// Reads anew what the largest groups hold of those that are jobs; of one that has gone, nothing.
    pub(super) fn weigh_largest(&mut self, has_swap: bool, reader: &mut Reader) {
        let mut largest = ArrayVec::<(u64, usize), LARGEST>::new();
        for (at, group) in self.table.iter().enumerate() {
            // What lies in it was taken away from it, and would have to be read anew, too.
            if let Some((memory, _)) = group.memory.filter(|_| !group.holds_others) {
                keep_largest(&mut largest, memory.0, at);
            }
        }
        for (_, at) in largest {
            if let Some(group) = self.table.get_mut(at) {
                group.memory = Some(memory_of(&self.folder, group, has_swap, reader).unwrap_or_default());
            }
        }
    }

    fn look_into(&mut self, at: usize, reader: &mut Reader) {
        let Some(group) = self.table.get(at).copied() else { return };
        // Its error leaves them to the group above; so it is for groups of threads, which tell no processes.
        let _ = self.take_members(&group, at as u32, reader);
        let Some(path) = below(&group.path, "") else { return };
        if reader.is_leaf(&self.folder, path.as_c_str()) {
            return;
        }
        let (table, left_out) = (&mut self.table, &mut self.left_out);
        let _ = reader.list(&self.folder, path.as_c_str(), |name, kind, identity| {
            if kind == FileType::Directory && !add(table, at, &group, name, identity) {
                *left_out = left_out.saturating_add(1);
            }
        });
    }

    fn take_members(&mut self, group: &Group, place: u32, reader: &mut Reader) -> Result<(), Errno> {
        let path = below(&group.path, "cgroup.procs").ok_or(Errno::NAMETOOLONG)?;
        let (members, left_out) = (&mut self.members, &mut self.left_out);
        // 0 is a process that we cannot see.
        reader.numbers(&self.folder, path.as_c_str(), |pid| match members.len() < members.capacity() {
            _ if pid == 0 => {}
            true => members.push((pid, place)),
            false => *left_out = left_out.saturating_add(1),
        })
    }

    /// What holds the watchdog is told by its trees, so that what else is in there can be ended.
    fn open_up(&mut self, own: u32) {
        let Some(top) = self.table.get(own as usize).map(|group| group.top) else { return };
        for group in &mut self.table {
            if group.top == top && top != NOWHERE {
                group.place = Place::Trees;
                group.top = NOWHERE;
                group.realm = top;
            }
        }
    }

    /// Reads what each job's own group holds.
    fn weigh(&mut self, has_swap: bool, reader: &mut Reader) {
        for (at, group) in self.table.iter_mut().enumerate() {
            if group.top == at as u32 && self.version == Version::Two {
                group.memory = memory_of(&self.folder, group, has_swap, reader);
            }
        }
        self.take_nested_away();
    }

    /// What a container in the unit of its manager holds counts once, as the container's.
    fn take_nested_away(&mut self) {
        for at in (0..self.table.len()).rev() {
            let Some(group) = self.table.get(at).copied().filter(|group| group.top == at as u32) else {
                continue;
            };
            let Some(holder) = self.holder_of(&group).and_then(|holder| self.table.get_mut(holder as usize))
            else {
                continue;
            };
            holder.holds_others = true;
            let (held, held_swap) = group.memory.unwrap_or_default();
            holder.memory = holder.memory.map(|(memory, swap)| (memory.less(held), swap.less(held_swap)));
        }
    }

    /// The job's group that a group of another job lies in.
    fn holder_of(&self, group: &Group) -> Option<u32> {
        let mut above = self.table.get(group.above as usize)?;
        while above.top == NOWHERE {
            above = self.table.get(above.above as usize)?;
        }
        Some(above.top)
    }
}

/// Keeps the largest amounts with their places, the largest first.
pub(super) fn keep_largest<const ROOM: usize>(
    largest: &mut ArrayVec<(u64, usize), ROOM>,
    amount: u64,
    place: usize,
) {
    if largest.is_full() && largest.last().is_none_or(|&(least, _)| least >= amount) {
        return;
    }
    let behind = largest.partition_point(|&(other, _)| other >= amount);
    if largest.is_full() {
        largest.pop();
    }
    let _ = largest.try_insert(behind, (amount, place));
}

/// A file in a group's folder, or the folder itself, as seen from the hierarchy's.
fn below(path: &GroupPath, file: &str) -> Option<FilePath> {
    FilePath::new(format_args!(".{path}/{file}"))
}

/// Adds a group that was found in another; `false` if there is no room for it.
fn add(table: &mut Vec<Group>, at: usize, above: &Group, name: &CStr, identity: u64) -> bool {
    let Ok(text) = name.to_str() else { return false };
    let mut path = above.path;
    if table.len() == table.capacity() || path.try_push('/').is_err() || path.try_push_str(text).is_err() {
        return false;
    }
    let place = above.place.within(text);
    let top = if place.begins_below(above.place) { table.len() as u32 } else { above.top };
    let is_whole = matches!(place, Place::Unit { .. } | Place::Container);
    let top = if is_whole { top } else { NOWHERE };
    let realm = match (place, above.place) {
        (Place::Trees, Place::Trees) => above.realm,
        (Place::Trees, _) => table.len() as u32,
        _ => 0,
    };
    let above = at as u32;
    table.push(Group { path, identity, above, place, top, realm, memory: None, holds_others: false });
    true
}

fn memory_of(folder: &Folder, group: &Group, has_swap: bool, reader: &mut Reader) -> Option<(Bytes, Bytes)> {
    let path = below(&group.path, "memory.stat")?;
    let anonymous = named(reader.file(folder, path.as_c_str()).ok()?, b"anon ")?;
    let swap = if has_swap { swap_of(folder, group, reader) } else { None };
    let swap = Bytes(swap.unwrap_or(0));
    Some((Bytes(anonymous) + swap, swap))
}

fn swap_of(folder: &Folder, group: &Group, reader: &mut Reader) -> Option<u64> {
    let path = below(&group.path, "memory.swap.current")?;
    unsigned(reader.file(folder, path.as_c_str()).ok()?.trim_ascii())
}

fn named(text: &[u8], name: &[u8]) -> Option<u64> {
    let line = text.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(name))?;
    unsigned(line.trim_ascii())
}

/// Version 2 where it is the only one; else the hierarchy in which systemd keeps its units, else that of the memory controller.
fn hierarchy(root: &Path, reader: &mut Reader) -> Option<(Folder, Version, &'static [u8])> {
    let folder = Folder::open(root).ok()?;
    if folder.file(c"cgroup.controllers").is_ok() {
        return Some((folder, Version::Two, UNIFIED));
    }
    let below: [(_, _, &'static [u8]); 3] = [
        (c"unified", Version::Two, UNIFIED),
        (c"systemd", Version::One, b":name=systemd:"),
        (c"memory", Version::One, b":memory:"),
    ];
    below.into_iter().find_map(|(name, version, mark)| {
        let mut has_groups = false;
        reader.list(&folder, name, |_, kind, _| has_groups |= kind == FileType::Directory).ok()?;
        let folder = folder.folder(name).ok().filter(|_| has_groups)?;
        Some((folder, version, mark))
    })
}
