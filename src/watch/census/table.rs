//! The tables of one count: processes, what else is known of them, and the jobs that they make.

use std::cmp::Reverse;

use crate::sys::bytes::Bytes;
use crate::watch::job::{Job, Kind, Process, Spared};

use super::groups::{Group, Groups};
use super::keepers::Role;
use super::kin::{Kin, NOWHERE};
use super::place::{Place, name_of};
use super::text::cut;
use super::trees::{self, Runs};

/// The realm of those that turn swap off: no tree of anybody else reaches into it.
const APART: u32 = NOWHERE - 1;

/// What the census knows of a job beyond what the ranking needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    /// The group that it is, or `NOWHERE`.
    pub(super) group: u32,
    /// The place of its root, or `NOWHERE`.
    pub(super) root: u32,
    /// It was looked at in full.
    pub(super) is_looked_at: bool,
    /// Its group tells its memory.
    pub(super) is_weighed: bool,
}

/// What may become a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Candidate {
    Group(u32),
    Tree(u32),
}

/// The tables; the first three have one line for each process, the next two for each job.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) processes: Vec<Process>,
    pub(super) kin: Vec<Kin>,
    /// `NOWHERE` where it was not asked for.
    pub(super) owners: Vec<u32>,
    pub(super) jobs: Vec<Job>,
    pub(super) sides: Vec<Side>,
    /// The job of each group, by its place.
    pub(super) group_jobs: Vec<u32>,
    pub(super) grown: Vec<i64>,
    pub(super) left_out_jobs: u32,
    /// The first three as the last count left them.
    pub(super) before: Before,
    sums: Vec<u64>,
    group_sums: Vec<u64>,
    firsts: Vec<u32>,
    candidates: Vec<(Reverse<u64>, Candidate)>,
    /// Scratch for sorting.
    pub(super) runs: Runs,
}

/// What the last count knew of the processes.
#[derive(Debug)]
pub(super) struct Before {
    pub(super) processes: Vec<Process>,
    pub(super) kin: Vec<Kin>,
    pub(super) owners: Vec<u32>,
}

impl Table {
    /// Makes the tables.
    pub(super) fn new(processes: usize, jobs: usize, groups: usize) -> Self {
        Self {
            processes: Vec::with_capacity(processes),
            kin: Vec::with_capacity(processes),
            owners: Vec::with_capacity(processes),
            jobs: Vec::with_capacity(jobs),
            sides: Vec::with_capacity(jobs),
            group_jobs: Vec::with_capacity(groups),
            grown: Vec::with_capacity(jobs),
            left_out_jobs: 0,
            before: Before {
                processes: Vec::with_capacity(processes),
                kin: Vec::with_capacity(processes),
                owners: Vec::with_capacity(processes),
            },
            sums: Vec::with_capacity(processes),
            group_sums: Vec::with_capacity(groups),
            firsts: Vec::with_capacity(groups),
            candidates: Vec::with_capacity(processes + groups),
            runs: Vec::with_capacity(processes),
        }
    }

    /// Begins a new one: what was counted last is what was before.
    pub(super) fn turn(&mut self) {
        std::mem::swap(&mut self.processes, &mut self.before.processes);
        std::mem::swap(&mut self.kin, &mut self.before.kin);
        std::mem::swap(&mut self.owners, &mut self.before.owners);
        self.processes.clear();
        self.kin.clear();
        self.owners.clear();
        self.forget_jobs();
    }

    fn forget_jobs(&mut self) {
        self.jobs.clear();
        self.sides.clear();
        self.grown.clear();
        self.left_out_jobs = 0;
    }

    /// Adds a process; they come in the order of their numbers.
    pub(super) fn put(&mut self, process: Process, kin: Kin, owner: Option<u32>) {
        self.processes.push(process);
        self.kin.push(kin);
        self.owners.push(owner.unwrap_or(NOWHERE));
    }

    /// What is in memory of all that was counted: of those jobs whose group tells it, and of all other processes.
    pub(super) fn resident(&self, groups: Option<&Groups>) -> Bytes {
        let groups: &[Group] = groups.map_or(&[], |groups| &groups.table);
        let is_loose = |kin: &&Kin| {
            let top = groups.get(kin.place as usize).and_then(|group| groups.get(group.top as usize));
            top.is_none_or(|top| top.memory.is_none())
        };
        let told: Bytes =
            groups.iter().filter_map(|group| group.memory).map(|(all, swap)| all.less(swap)).sum();
        told + self.kin.iter().filter(is_loose).map(|kin| kin.resident).sum::<Bytes>()
    }

    /// Makes jobs of the processes. Where there are too many, the largest are kept.
    pub(super) fn assemble(&mut self, groups: Option<&Groups>) {
        self.forget_jobs();
        let groups: &[Group] = groups.map_or(&[], |groups| &groups.table);
        self.settle(groups);
        trees::plant(&self.processes, &mut self.kin, &mut self.runs);
        self.sum_up(groups);
        self.list_candidates(groups);
        self.make_jobs(groups);
        self.hand_out(groups);
        self.judge(groups);
    }

    /// Tells within what each process's tree is told, if at all.
    fn settle(&mut self, groups: &[Group]) {
        self.firsts.clear();
        self.firsts.extend(groups.iter().map(|_| NOWHERE));
        for (at, kin) in self.kin.iter_mut().enumerate() {
            let group = groups.get(kin.place as usize);
            // Whatever it is a part of is not to end with it.
            let top = group.filter(|_| !kin.turns_swap_off).map_or(NOWHERE, |group| group.top);
            kin.realm = match top {
                _ if kin.turns_swap_off => APART,
                NOWHERE => group.map_or(0, |group| group.realm),
                _ => NOWHERE,
            };
            kin.root = NOWHERE;
            // Where a group does not tell its memory, its processes are followed as those of a tree are.
            if let Some(first) = self.firsts.get_mut(top as usize)
                && groups.get(top as usize).is_some_and(|group| group.memory.is_none())
            {
                *first = if *first == NOWHERE { at as u32 } else { *first };
                kin.root = *first;
            }
        }
    }

    fn sum_up(&mut self, groups: &[Group]) {
        self.sums.clear();
        self.sums.extend(self.processes.iter().map(|_| 0));
        self.group_sums.clear();
        self.group_sums.extend(groups.iter().map(|_| 0));
        for (process, kin) in self.processes.iter().zip(&self.kin) {
            let sum = match top_of(groups, kin) {
                Some(top) => self.group_sums.get_mut(top as usize),
                None => self.sums.get_mut(kin.root as usize),
            };
            if let Some(sum) = sum {
                *sum = sum.saturating_add(process.memory.0);
            }
        }
    }

    fn list_candidates(&mut self, groups: &[Group]) {
        self.candidates.clear();
        for (at, (group, sum)) in groups.iter().zip(&self.group_sums).enumerate() {
            if group.top == at as u32 && !matches!(group.place, Place::Trees) {
                let memory = group.memory.map_or(*sum, |(memory, _)| memory.0);
                self.candidates.push((Reverse(memory), Candidate::Group(at as u32)));
            }
        }
        for (at, (kin, sum)) in self.kin.iter().zip(&self.sums).enumerate() {
            if kin.realm != NOWHERE && kin.root == at as u32 {
                self.candidates.push((Reverse(*sum), Candidate::Tree(at as u32)));
            }
        }
        self.candidates.sort_unstable();
        let kept = self.candidates.len().min(self.jobs.capacity());
        self.left_out_jobs = (self.candidates.len() - kept) as u32;
        self.candidates.truncate(kept);
    }

    fn make_jobs(&mut self, groups: &[Group]) {
        self.group_jobs.clear();
        self.group_jobs.extend(groups.iter().map(|_| NOWHERE));
        self.processes.iter_mut().for_each(|process| process.job = NOWHERE);
        for &(Reverse(memory), candidate) in &self.candidates {
            let number = self.jobs.len() as u32;
            let (job, side) = match candidate {
                Candidate::Group(at) => {
                    let Some(group) = groups.get(at as usize) else { continue };
                    if let Some(job) = self.group_jobs.get_mut(at as usize) {
                        *job = number;
                    }
                    of_group(group, at)
                }
                Candidate::Tree(at) => {
                    let both = self.processes.get_mut(at as usize).zip(self.kin.get(at as usize));
                    let Some((root, kin)) = both else { continue };
                    root.job = number;
                    of_tree(root, kin, at)
                }
            };
            self.jobs.push(Job { memory: Bytes(memory), ..job });
            self.sides.push(side);
        }
        self.grown.extend(self.jobs.iter().map(|_| 0));
    }

    fn hand_out(&mut self, groups: &[Group]) {
        for at in 0..self.processes.len() {
            let Some(kin) = self.kin.get(at).copied() else { continue };
            let job = match top_of(groups, &kin) {
                Some(top) => self.group_jobs.get(top as usize).copied(),
                None => self.processes.get(kin.root as usize).map(|root| root.job),
            };
            if let Some(process) = self.processes.get_mut(at) {
                process.job = job.unwrap_or(NOWHERE);
            }
        }
    }

    fn judge(&mut self, groups: &[Group]) {
        for (process, kin) in self.processes.iter().zip(&self.kin) {
            let Some(job) = self.jobs.get_mut(process.job as usize) else { continue };
            let is_weighed = self.sides.get(process.job as usize).is_some_and(|side| side.is_weighed);
            if !is_weighed {
                job.swap = job.swap + kin.swap;
            }
            if is_endable(process, kin) {
                job.processes = job.processes.saturating_add(1);
            }
            job.spared = job.spared.or_else(|| spared_by(process, kin, groups));
        }
        for job in &mut self.jobs {
            if job.processes == 0 {
                job.spared = job.spared.or(Some(Spared::HasNothingToEnd));
            }
        }
    }
}

/// Whether a process may get a signal.
pub(super) fn is_endable(process: &Process, kin: &Kin) -> bool {
    process.pid > 1 && !kin.is_gone && !kin.is_ours && !kin.is_anchor && kin.adjustment != Some(-1000)
}

fn top_of(groups: &[Group], kin: &Kin) -> Option<u32> {
    if kin.turns_swap_off {
        return None;
    }
    groups.get(kin.place as usize).map(|group| group.top).filter(|&top| top != NOWHERE)
}

fn of_group(group: &Group, at: u32) -> (Job, Side) {
    let kind = if group.place == Place::Container { Kind::Container } else { Kind::Unit };
    let is_kept = matches!(group.place, Place::Unit { is_kept: true, .. });
    let job = Job {
        name: name_of(group.place, &group.path),
        kind,
        group: Some(group.path),
        swap: group.memory.map_or(Bytes(0), |(_, swap)| swap),
        spared: is_kept.then_some(Spared::KeepsTheMachineUsable),
        ..Job::default()
    };
    (job, Side { group: at, root: NOWHERE, is_looked_at: false, is_weighed: group.memory.is_some() })
}

fn of_tree(root: &Process, kin: &Kin, at: u32) -> (Job, Side) {
    let job = Job {
        name: cut(&root.command),
        kind: Kind::Session,
        root: Some(root.pid),
        turns_swap_off: kin.turns_swap_off,
        ..Job::default()
    };
    (job, Side { group: NOWHERE, root: at, is_looked_at: false, is_weighed: false })
}

/// Names count among a user's own units, and in no container, which is ended as a whole; an application that brings its own bus or sound
/// is no part of the desktop.
fn spared_by(process: &Process, kin: &Kin, groups: &[Group]) -> Option<Spared> {
    if kin.is_ours {
        return Some(Spared::IsTheWatchdog);
    }
    if process.pid == 1 {
        return Some(Spared::KeepsTheMachineUsable);
    }
    let Some(top) = top_of(groups, kin).and_then(|top| groups.get(top as usize)) else {
        return kin.is_anchor.then_some(Spared::KeepsTheMachineUsable);
    };
    let is_desktop = matches!(top.place, Place::Unit { of_user: true, .. }) && kin.role == Some(Role::Keeper);
    let name = top.path.rsplit_once('/').map_or("", |(_, name)| name);
    (is_desktop && !name.starts_with("app-")).then_some(Spared::KeepsTheMachineUsable)
}
