//! What is ranked and ended: jobs, each with its processes. All of it is of fixed size, so that tables of it are made once.

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use crate::sys::bytes::Bytes;

/// A command as the kernel cuts it: 15 bytes, which may be any.
pub type Command = ArrayString<48>;
/// The name of a job: that of its unit or container, or the command of the process at its root.
pub type Name = ArrayString<128>;
/// The path of a control group below its hierarchy; a longer one is kept as none, and its processes are ended one by one.
pub type GroupPath = ArrayString<512>;

/// What kind of thing a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A service or scope, of the system or of a user's own manager.
    #[default]
    Unit,
    /// A container, of whatever manager.
    Container,
    /// A process with all that it started, inside a login session, a terminal or a group that belongs to no unit.
    Session,
}

/// A process as the ranking sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its parent's.
    pub parent: u32,
    /// When it was started, in the kernel's ticks since the boot: a number that is used again has another one.
    pub started: u64,
    /// Its own memory: anonymous and in swap, as far as it is known.
    pub memory: Bytes,
    /// Its job's place in the table.
    pub job: u32,
    /// Its command.
    pub command: Command,
}

/// Something that can be ended as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Job {
    /// Its name.
    pub name: Name,
    /// Its kind.
    pub kind: Kind,
    /// Its control group, if it has one for itself.
    pub group: Option<GroupPath>,
    /// The process at its root, for sessions.
    pub root: Option<u32>,
    /// What would come free if it ended: anonymous memory and swap.
    pub memory: Bytes,
    /// The part of that which lies in swap.
    pub swap: Bytes,
    /// What it holds of the GPU's memory.
    pub gpu: Bytes,
    /// How fast it grew between the last two counts, in bytes a second.
    pub growth: Bytes,
    /// How many processes it has that could be ended.
    pub processes: u32,
    /// It turns swap off: with its end memory need not take what lies there.
    pub turns_swap_off: bool,
    /// Why it may not be chosen.
    pub spared: Option<Spared>,
    /// What rules and its owner wish.
    pub wish: Wish,
    /// The largest oom_score_adj of its large processes.
    pub adjustment: i16,
    /// What its place in the ranking comes from: its memory, weighted.
    pub badness: u64,
}

/// What was asked for a job by a rule, by ManagedOOMPreference, or by oom_score_adj of -999 to -500.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Last.
    Avoid,
    /// By its badness.
    #[default]
    None,
    /// First.
    Prefer,
}

/// Why a job is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spared {
    /// The first process, the user manager, the bus, the session's own shell or compositor, a login.
    KeepsTheMachineUsable,
    /// The watchdog itself, or who started it.
    IsTheWatchdog,
    /// A rule says so.
    ByRule,
    /// ManagedOOMPreference=omit, or oom_score_adj of -1000.
    ByItsOwner,
    /// Nothing in it could be ended.
    HasNothingToEnd,
    /// It holds so little that its end would not help.
    HoldsLittle,
    /// It was ended already, and does not go: uninterruptible, or zombies.
    DoesNotEnd,
}

/// The word behind a job in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Passed over.
    Skip(Spared),
    /// This one.
    Kill,
    /// The one after it.
    Next,
}
