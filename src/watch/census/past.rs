//! What the last counts found, for how fast each job grows.
//!
//! Two counts are kept, five seconds apart at least: what grew within some tenths of a second is mostly noise, and a leak is seen over
//! seconds. The older one is what the present is compared with, unless it comes from an earlier fit of low memory.

use crate::sys::bytes::Bytes;
use crate::watch::job::Process;

use super::groups::Group;
use super::kin::{Kin, NOWHERE};

/// A newer count takes the place of the older one after so long.
const APART: u64 = 5_000;

/// What is older tells of other times.
const TOO_OLD: u64 = 30_000;

/// Milliseconds below which growth cannot be told.
const TOO_NEW: u64 = 50;

#[derive(Clone, Copy, Debug)]
struct Was {
    pid: u32,
    root: u32,
    started: u64,
    memory: u64,
    resident: u64,
    is_exact: bool,
    /// The job that took the place of the tree that it is the root of.
    heir: u32,
}

#[derive(Debug)]
struct Snapshot {
    at: u64,
    processes: Vec<Was>,
    groups: Vec<(u64, u64)>,
}

/// Two counts of the past.
#[derive(Debug)]
pub(super) struct Past {
    older: Option<Snapshot>,
    newer: Option<Snapshot>,
    spare: Vec<Snapshot>,
}

/// A job as the past is asked about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present<'p> {
    pub(super) at: u64,
    pub(super) processes: &'p [Process],
    pub(super) kin: &'p [Kin],
    pub(super) groups: &'p [Group],
}

impl Past {
    /// Makes the tables.
    pub(super) fn new(processes: usize, groups: usize) -> Self {
        let snapshot = || Snapshot {
            at: 0,
            processes: Vec::with_capacity(processes),
            groups: Vec::with_capacity(groups),
        };
        Self { older: None, newer: None, spare: vec![snapshot(), snapshot()] }
    }

    /// Adds to each job's place in `grown` what it has grown since, in bytes; tells the milliseconds that this took. A tree is followed by
    /// its processes, a group by the number of its folder. `group_jobs` tells the job of a group's place.
    pub(super) fn compare(
        &mut self,
        now: Present<'_>,
        group_jobs: impl Fn(usize) -> Option<(u32, Bytes)>,
        grown: &mut [i64],
    ) -> Option<u64> {
        let before = self.base(now.at)?;
        before.compare_processes(now, grown);
        before.compare_groups(now, group_jobs, grown);
        now.at.checked_sub(before.at)
    }

    /// Keeps the present for later.
    pub(super) fn keep(&mut self, now: Present<'_>, group_memory: impl Fn(usize) -> Option<Bytes>) {
        let is_due = self.newer.as_ref().is_none_or(|newer| now.at.abs_diff(newer.at) >= APART);
        if !is_due {
            return;
        }
        let Some(mut snapshot) = self.spare.pop().or_else(|| self.older.take()) else { return };
        snapshot.fill(now, group_memory);
        let before = self.newer.replace(snapshot);
        let oldest = std::mem::replace(&mut self.older, before);
        self.spare.extend(oldest);
    }

    fn base(&mut self, now: u64) -> Option<&mut Snapshot> {
        let age = |snapshot: &Option<Snapshot>| {
            snapshot.as_ref().and_then(|snapshot| now.checked_sub(snapshot.at)).filter(|&age| age >= TOO_NEW)
        };
        let (older, newer) = (age(&self.older), age(&self.newer));
        match (older, newer) {
            (Some(older), _) if older <= TOO_OLD => self.older.as_mut(),
            (_, Some(_)) => self.newer.as_mut(),
            _ => None,
        }
    }
}

impl Snapshot {
    fn fill(&mut self, now: Present<'_>, group_memory: impl Fn(usize) -> Option<Bytes>) {
        self.at = now.at;
        self.processes.clear();
        for (process, kin) in now.processes.iter().zip(now.kin).filter(|(_, kin)| kin.is_known) {
            let root = now.processes.get(kin.root as usize).map_or(process.pid, |root| root.pid);
            if self.processes.len() < self.processes.capacity() {
                self.processes.push(Was {
                    pid: process.pid,
                    root,
                    started: process.started,
                    memory: process.memory.0,
                    resident: kin.resident.0,
                    is_exact: kin.is_exact,
                    heir: NOWHERE,
                });
            }
        }
        self.groups.clear();
        for (at, group) in now.groups.iter().enumerate() {
            if let Some(memory) = group_memory(at)
                && self.groups.len() < self.groups.capacity()
            {
                self.groups.push((group.identity, memory.0));
            }
        }
        self.groups.sort_unstable();
    }

    fn find(&self, pid: u32) -> Option<usize> {
        self.processes.binary_search_by_key(&pid, |was| was.pid).ok()
    }

    fn compare_processes(&mut self, now: Present<'_>, grown: &mut [i64]) {
        self.processes.iter_mut().for_each(|was| was.heir = NOWHERE);
        for (process, kin) in now.processes.iter().zip(now.kin).filter(|(_, kin)| kin.root != NOWHERE) {
            let before = self
                .find(process.pid)
                .filter(|&at| self.processes.get(at).is_some_and(|was| was.started == process.started));
            let more = match before.and_then(|at| self.processes.get(at).copied()) {
                None => signed(process.memory.0),
                Some(was) => {
                    self.inherit(was.root, process.job);
                    more(&was, process, kin)
                }
            };
            add(grown, process.job, more);
        }
        self.take_ended_away(now.processes, grown);
    }

    fn inherit(&mut self, root: u32, job: u32) {
        if let Some(root) = self.find(root).and_then(|at| self.processes.get_mut(at))
            && root.heir == NOWHERE
        {
            root.heir = job;
        }
    }

    /// What processes held that have ended is no longer their job's: a build that starts one compiler after the other does not grow.
    fn take_ended_away(&self, now: &[Process], grown: &mut [i64]) {
        for was in &self.processes {
            let lives = now.binary_search_by_key(&was.pid, |process| process.pid).ok();
            let lives =
                lives.and_then(|at| now.get(at)).is_some_and(|process| process.started == was.started);
            let root = self.find(was.root).and_then(|at| self.processes.get(at));
            if let Some(root) = root.filter(|_| !lives) {
                add(grown, root.heir, -signed(was.memory));
            }
        }
    }

    fn compare_groups(
        &self,
        now: Present<'_>,
        group_jobs: impl Fn(usize) -> Option<(u32, Bytes)>,
        grown: &mut [i64],
    ) {
        for (at, group) in now.groups.iter().enumerate() {
            let Some((job, memory)) = group_jobs(at) else { continue };
            let before = self.groups.binary_search_by_key(&group.identity, |&(identity, _)| identity).ok();
            let before = before.and_then(|at| self.groups.get(at)).map_or(0, |&(_, memory)| memory);
            add(grown, job, signed(memory.0) - signed(before));
        }
    }
}

/// Like is compared with like: what was looked at once in full and once not, by what is resident.
fn more(was: &Was, process: &Process, kin: &Kin) -> i64 {
    match was.is_exact == kin.is_exact {
        true => signed(process.memory.0) - signed(was.memory),
        false => signed(kin.resident.0) - signed(was.resident),
    }
}

fn add(grown: &mut [i64], job: u32, more: i64) {
    if let Some(grown) = grown.get_mut(job as usize) {
        *grown = grown.saturating_add(more);
    }
}

/// No machine has more than 2^62 bytes: what a file says beyond that is cut.
fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes.min(1 << 62)).unwrap_or(i64::MAX)
}
