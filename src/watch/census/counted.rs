//! What a census is given, and what a count gives.

use std::fmt;
use std::path::Path;

use rustix::io::Errno;

use crate::sys::refusal::Refusal;
use crate::watch::job::{Job, Process};

/// Where the kernel shows itself.
#[derive(Clone, Copy, Debug)]
pub struct Places<'p> {
    /// `/proc`.
    pub processes: &'p Path,
    /// `/sys/fs/cgroup`.
    pub groups: &'p Path,
}

/// How large the tables are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacities {
    /// Processes; what does not fit is counted, and cannot be chosen.
    pub processes: usize,
    /// Jobs; of more the largest are kept.
    pub jobs: usize,
    /// Control groups.
    pub groups: usize,
}

impl Default for Capacities {
    fn default() -> Self {
        Self { processes: 65_536, jobs: 4_096, groups: 4_096 }
    }
}

/// What rules want to know of each process, which costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// Its command: a file of each process, also where its group tells the rest.
    pub commands: bool,
    /// Its owner: one system call more.
    pub owners: bool,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Processes in the table.
    pub processes: u32,
    /// Jobs in the table.
    pub jobs: u32,
    /// The kernel's own threads, which are in no table.
    pub kernel_threads: u32,
    /// Ended, but not yet looked after by their parents; in no table either.
    pub zombies: u32,
    /// Processes that had gone, or could not be read.
    pub unread: u32,
    /// Processes that did not fit.
    pub left_out_processes: u32,
    /// Jobs that did not fit, all smaller than those that did.
    pub left_out_jobs: u32,
    /// Groups, or processes in groups, that did not fit, or whose path is too long.
    pub left_out_groups: u32,
    /// Processes that may hide something in swap and were not looked at.
    pub unseen_swap: u32,
    /// Processes that were not read, for they held as much as before in the counts before.
    pub passed_over: u32,
    /// What all this took so far.
    pub calls: u32,
}

/// What the census cannot do without, and why it is not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// What was being done.
    pub what: &'static str,
    /// What the kernel answered.
    pub why: Errno,
}

impl fmt::Display for Lacking {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot {}: {}", self.what, Refusal(self.why))
    }
}

impl std::error::Error for Lacking {}

/// The tables of a count, as the ranking takes them.
pub struct Population<'p> {
    /// The jobs.
    pub jobs: &'p mut [Job],
    /// The processes, sorted by number.
    pub processes: &'p [Process],
    /// The owner of each process; `u32::MAX` where it is not known.
    pub owners: &'p [u32],
    /// The path of the group that a job is or lies in; empty where there is none.
    pub group_of: &'p dyn Fn(usize) -> &'p str,
}
