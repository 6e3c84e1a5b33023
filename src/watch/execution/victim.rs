//! Who is to be ended, and how.

use crate::sys::bytes::Bytes;
use crate::watch::job::{GroupPath, Process};
use crate::watch::sample::Sample;

/// One process of the victim, as it was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its number.
    pub pid: u32,
    /// When it was started, in the kernel's ticks since the boot.
    pub started: u64,
}

impl From<&Process> for Target {
    fn from(process: &Process) -> Self {
        Self { pid: process.pid, started: process.started }
    }
}

/// Who belongs to it besides those that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Who was started by them, or in their group, since they were counted.
    Listed,
    /// Everybody in its group and below, listed or not.
    WholeGroup,
}

/// A job that was chosen.
#[derive(Clone, Copy, Debug)]
pub struct Victim<'a> {
    /// Its control group, if it has one for itself: who is not in it any more is not ended.
    pub group: Option<&'a GroupPath>,
    /// Who else belongs to it.
    pub reach: Reach,
    /// When the count began from which the list of its processes comes, by [`ticks`](super::clock::ticks).
    pub counted: u64,
    /// Swap is being turned off: the kernel may have got to do with its memory just then, and does not let go of it for the victim's end.
    pub may_keep_memory: bool,
}

/// How it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// SIGTERM, and SIGKILL after the time of grace.
    Ask,
    /// SIGKILL.
    AtOnce,
}

/// What is known of the machine when something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds on the monotonic clock.
    pub at: u64,
    /// Memory that can be had.
    pub available: Bytes,
}

impl From<&Sample> for Moment {
    fn from(sample: &Sample) -> Self {
        Self { at: sample.at, available: sample.available }
    }
}
