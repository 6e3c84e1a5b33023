//! Makes sure of who a process is, and holds it: those that were counted, and those that came after the count.

use std::mem::MaybeUninit;

use rustix::io::Errno;

use crate::facts::process_stat::Stat;
use crate::sys::process_handle::ProcessHandle;
use crate::watch::process_folder::ProcessFolder;

use super::executioner::Executioner;
use super::group::Group;
use super::roll::{Held, Roll};
use super::victim::{Reach, Target};

/// A process whose handle was opened before what is known of it was read, and which had not ended afterwards.
struct Seen {
    handle: ProcessHandle,
    life: Stat,
    is_in_group: bool,
}

impl Seen {
    fn into_held(self) -> Held {
        Held { handle: self.handle, process_group: self.life.process_group }
    }
}

/// What one walk through all processes came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Walk {
    /// Taken onto the roll.
    pub(super) newcomers: u32,
    /// Listed, and gone before they were looked at.
    pub(super) gone: u32,
}

impl Executioner {
    /// Takes a process of the list onto the roll, if it still is who it was.
    pub(super) fn enlist(&mut self, target: Target) {
        if self.guard.forbids(target.pid) {
            self.outcome.passed_over.guarded += 1;
        } else if self.overdue.contains(target) {
            self.outcome.passed_over.overdue += 1;
        } else if target.started >= self.counted {
            self.outcome.passed_over.too_young += 1;
        } else {
            let handle = if self.roll.has_room() { self.hold(target) } else { Hold::Later };
            self.enter(target, handle);
        }
    }

    /// Opens handles to those that have waited, as far as there is room by now.
    pub(super) fn hold_waiting(&mut self) {
        let mut from = 0;
        while self.roll.has_room()
            && let Some((place, target)) = self.roll.waiting_from(from)
        {
            from = place + 1;
            match self.hold(target) {
                Hold::Later => return,
                Hold::Never => self.roll.settle(place, None),
                Hold::Now(held) => {
                    self.roll.settle(place, Some(held));
                    self.outcome.processes += 1;
                }
            }
        }
    }

    /// Walks through all processes for those that came after the count.
    pub(super) fn find_newcomers(&mut self) -> Walk {
        if self.group.is_none() && self.roll.held().next().is_none() {
            // Nobody is left whose newcomers they could be.
            return Walk::default();
        }
        let (before, mut gone) = (self.outcome.newcomers, 0);
        let mut listing = [MaybeUninit::uninit(); 4096];
        let folder = self.processes.again();
        let walked = folder
            .and_then(|folder| folder.list(&mut listing, |pid, _| gone += u32::from(!self.consider(pid))));
        if walked.is_err() {
            self.outcome.errors.other += 1;
        }
        Walk { newcomers: self.outcome.newcomers - before, gone }
    }

    /// Takes it onto the roll where it belongs there; says whether it was still there.
    fn consider(&mut self, pid: u32) -> bool {
        if self.guard.forbids(pid) {
            return true;
        }
        let Some(life) = self.processes.find(pid) else { return false };
        let target = Target { pid, started: life.started };
        let is_known = self.roll.contains(target) || self.overdue.contains(target);
        // A cheap look has said that it may; only what is read now that a handle is open counts.
        if !self.may_belong(&life) || is_known || !self.roll.has_room() || !self.belongs(&life) {
            return true;
        }
        let Ok(seen) = see(&self.processes, self.group.as_ref(), pid) else { return false };
        if seen.life.started == life.started && self.may_belong(&seen.life) && self.is_ours(&seen) {
            self.enter(target, Hold::Now(seen.into_held()));
            self.outcome.newcomers += 1;
            self.stop_newest();
        }
        true
    }

    /// Whether it is no thread of the kernel, and not one that was counted and left out for a reason.
    fn may_belong(&self, life: &Stat) -> bool {
        let is_new = life.started >= self.counted;
        !life.is_of_kernel && (is_new || self.is_by_group())
    }

    /// Whether everybody in the group is to be ended.
    pub(super) fn is_by_group(&self) -> bool {
        self.reach == Reach::WholeGroup && self.group.is_some()
    }

    fn belongs(&self, life: &Stat) -> bool {
        match &self.group {
            Some(group) => is_in(&self.processes, group, life.pid) == Ok(true),
            None => is_of_family(&self.roll, life),
        }
    }

    fn is_ours(&self, seen: &Seen) -> bool {
        if self.group.is_some() { seen.is_in_group } else { is_of_family(&self.roll, &seen.life) }
    }

    fn enter(&mut self, target: Target, hold: Hold) {
        let held = match hold {
            Hold::Never => return,
            Hold::Later => None,
            Hold::Now(held) => Some(held),
        };
        let is_held = held.is_some();
        if !self.roll.add(target, held) {
            self.outcome.passed_over.beyond_the_table += 1;
        } else if is_held {
            self.outcome.processes += 1;
        }
    }

    fn hold(&mut self, target: Target) -> Hold {
        let passed_over = &mut self.outcome.passed_over;
        match see(&self.processes, self.group.as_ref(), target.pid) {
            Err(Errno::MFILE | Errno::NFILE | Errno::NOMEM) => {
                self.outcome.errors.no_handle += 1;
                return Hold::Later;
            }
            Ok(seen) if seen.life.started == target.started => {
                if seen.life.is_of_kernel {
                    passed_over.guarded += 1;
                } else if !seen.is_in_group && self.group.is_some() {
                    passed_over.moved += 1;
                } else {
                    return Hold::Now(seen.into_held());
                }
            }
            Ok(_) | Err(_) => passed_over.gone += 1,
        }
        Hold::Never
    }
}

/// What became of the attempt to hold a process.
enum Hold {
    Now(Held),
    Later,
    Never,
}

/// Looks at the process that has this number now.
fn see(processes: &ProcessFolder, group: Option<&Group>, pid: u32) -> Result<Seen, Errno> {
    let handle = ProcessHandle::open(pid)?;
    let life = processes.find(pid).ok_or(Errno::SRCH)?;
    let is_in_group = group.map_or(Ok(false), |group| is_in(processes, group, pid))?;
    // As long as it has not ended its number is nobody else's, and what was read is about it.
    if handle.has_ended()? { Err(Errno::SRCH) } else { Ok(Seen { handle, life, is_in_group }) }
}

fn is_in(processes: &ProcessFolder, group: &Group, pid: u32) -> Result<bool, Errno> {
    let mut buffer = [0; 4096];
    processes.read(pid, "cgroup", &mut buffer).map(|text| group.holds(text))
}

/// Whether its parent or the leader of its session is a member, or it is in a process group of theirs. The member has not ended *after* this
/// was read; thus the number was its own while it was.
fn is_of_family(roll: &Roll, life: &Stat) -> bool {
    roll.lives(life.parent) || roll.lives(life.session) || roll.has_group(life.process_group)
}
