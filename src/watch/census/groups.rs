//! The control groups of the machine: one walk from the top, each with the processes that are in it.

use std::ffi::CStr;
use std::path::Path;

use rustix::fs::FileType;
use rustix::io::Errno;

use crate::facts::process_stat::unsigned;
use crate::sys::bytes::Bytes;
use crate::watch::job::GroupPath;

use super::folder::{Folder, Listing, Text, each_number};
use super::kin::NOWHERE;
use super::place::Place;
use super::text::PathText;

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
    pub(super) table: Vec<Group>,
    /// Process and place of its group, sorted by process.
    members: Vec<(u32, u32)>,
    /// How many groups and members did not fit, or have a path that is too long.
    pub(super) left_out: u32,
}

impl Groups {
    /// Finds the hierarchy below `root` that tells units apart, and makes the tables; `None` where there is none.
    pub(super) fn open(root: &Path, groups: usize, processes: usize, listing: &mut Listing) -> Option<Self> {
        let (folder, version) = hierarchy(root, listing)?;
        let (table, members) = (Vec::with_capacity(groups), Vec::with_capacity(processes));
        Some(Self { folder, version, table, members, left_out: 0 })
    }

    /// Looks at all groups anew. `ours` is the watchdog: a unit or container that holds it is not taken as a whole.
    pub(super) fn walk(&mut self, ours: u32, listing: &mut Listing, text: &mut Text) {
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
            self.look_into(at, listing, text);
            at += 1;
        }
        self.members.sort_unstable();
        if let Some(own) = self.group_of(ours) {
            self.open_up(own);
        }
        self.weigh(text);
    }

    /// The place of the group that a process is in.
    pub(super) fn group_of(&self, pid: u32) -> Option<u32> {
        let first = self.members.partition_point(|&(member, _)| member < pid);
        self.members.get(first).filter(|&&(member, _)| member == pid).map(|&(_, group)| group)
    }

    /// Reads a setting that systemd leaves at a group's folder, such as `user.oomd_omit`.
    pub(super) fn has_mark(&self, group: &Group, name: &CStr) -> bool {
        let Ok(folder) = self.open_group(&group.path) else { return false };
        let mut value = [0u8; 8];
        let length = rustix::fs::fgetxattr(folder.handle(), name, &mut value[..]).unwrap_or(0);
        matches!(value.get(..length), Some(b"1" | b"1\0" | b"yes" | b"true" | b"on"))
    }

    fn look_into(&mut self, at: usize, listing: &mut Listing, text: &mut Text) {
        let Some(group) = self.table.get(at).copied() else { return };
        // A group may go while we walk.
        let Ok(folder) = self.open_group(&group.path) else { return };
        self.take_members(&folder, at as u32, text);
        // A folder without folders has two links; file systems that do not count have one.
        if rustix::fs::fstat(folder.handle()).is_ok_and(|status| status.st_nlink == 2) {
            return;
        }
        let (table, left_out) = (&mut self.table, &mut self.left_out);
        let _ = folder.list(listing, |name, kind, identity| {
            if kind == FileType::Directory && !add(table, at, &group, name, identity) {
                *left_out = left_out.saturating_add(1);
            }
        });
    }

    fn take_members(&mut self, folder: &Folder, group: u32, text: &mut Text) {
        let Ok(file) = folder.file(c"cgroup.procs") else { return };
        let (members, left_out) = (&mut self.members, &mut self.left_out);
        // A group of threads tells no processes: its error leaves them to the group above. 0 is a process that we cannot see.
        let _ = each_number(&file, text, |pid| match members.len() < members.capacity() {
            _ if pid == 0 => {}
            true => members.push((pid, group)),
            false => *left_out = left_out.saturating_add(1),
        });
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
    fn weigh(&mut self, text: &mut Text) {
        for at in 0..self.table.len() {
            let Some(group) = self.table.get(at).copied() else { continue };
            if group.top != at as u32 {
                continue;
            }
            let memory = match self.version {
                Version::Two => self.open_group(&group.path).ok().and_then(|folder| memory_of(&folder, text)),
                Version::One => None,
            };
            if let Some(group) = self.table.get_mut(at) {
                group.memory = memory;
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

    fn open_group(&self, path: &GroupPath) -> Result<Folder, Errno> {
        let path = PathText::of(format_args!(".{path}")).ok_or(Errno::NAMETOOLONG)?;
        self.folder.folder(path.as_path())
    }
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

fn memory_of(folder: &Folder, text: &mut Text) -> Option<(Bytes, Bytes)> {
    let anonymous = named(folder.read(c"memory.stat", text).ok()?, b"anon ")?;
    let swap = folder.read(c"memory.swap.current", text).ok().and_then(|text| unsigned(text.trim_ascii()));
    let swap = Bytes(swap.unwrap_or(0));
    Some((Bytes(anonymous) + swap, swap))
}

fn named(text: &[u8], name: &[u8]) -> Option<u64> {
    let line = text.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(name))?;
    unsigned(line.trim_ascii())
}

/// Version 2 where it is the only one; else the hierarchy in which systemd keeps its units, else that of the memory controller.
fn hierarchy(root: &Path, listing: &mut Listing) -> Option<(Folder, Version)> {
    let folder = Folder::open(root).ok()?;
    if folder.file(c"cgroup.controllers").is_ok() {
        return Some((folder, Version::Two));
    }
    let below = [(c"unified", Version::Two), (c"systemd", Version::One), (c"memory", Version::One)];
    below.into_iter().find_map(|(name, version)| {
        let folder = folder.folder(name).ok()?;
        let mut has_groups = false;
        folder.list(listing, |_, kind, _| has_groups |= kind == FileType::Directory).ok()?;
        has_groups.then_some((folder, version))
    })
}
