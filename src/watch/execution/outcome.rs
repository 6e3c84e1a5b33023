//! What became of a victim, for the account.

use serde::{Deserialize, Serialize};

use crate::sys::bytes::Bytes;

/// Whether anything was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Yes.
    Started,
    /// Of the processes that were counted none is left, or none may be ended: another one must be chosen.
    NobodyLeft,
    /// The last victim is not done with.
    Busy,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// Nobody is being ended.
    Idle,
    /// The victim was asked, and has time.
    Asked,
    /// It was killed in this tick.
    Killed,
    /// It was killed, and is not gone yet.
    Ending,
    /// It went in this tick.
    Gone,
    /// It is gone, and memory may still come back.
    Settling,
    /// It is done with, and the next one may be chosen.
    Over(Outcome),
    /// A second after it was gone or given up, if nothing else was begun meanwhile.
    ASecondLater(Outcome),
}

/// How it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It has not.
    #[default]
    Unfinished,
    /// All of it is gone.
    Gone,
    /// Something of it does not end, although it was killed; it is passed over from now on.
    DoesNotEnd,
    /// Nothing was done, for this was a rehearsal.
    Rehearsed,
}

/// What went wrong, as counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errors {
    /// Not the watchdog's to signal (EPERM).
    pub not_allowed: u32,
    /// Ended before the signal came (ESRCH).
    pub vanished: u32,
    /// No more handles could be opened (EMFILE, ENFILE, ENOMEM); it was tried again later.
    pub no_handle: u32,
    /// The control group could not be killed, frozen or thawed as a whole.
    pub group: u32,
    /// Any other answer.
    pub other: u32,
}

/// Who was counted but not taken, as counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    /// Gone, or another process by now.
    pub gone: u32,
    /// Moved to another control group.
    pub moved: u32,
    /// Started so shortly before the count that its number alone does not say who it is.
    pub too_young: u32,
    /// The first process, the watchdog, who started it, a thread of the kernel.
    pub guarded: u32,
    /// Did not end when it was killed before.
    pub overdue: u32,
    /// More than fit into the table.
    pub beyond_the_table: u32,
}

/// What became of it. Times are milliseconds on the monotonic clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether no signal was really sent.
    pub is_rehearsal: bool,
    /// How it ended.
    pub end: End,
    /// When SIGTERM was sent.
    pub asked: Option<u64>,
    /// When SIGKILL was sent.
    pub killed: Option<u64>,
    /// When the last of it was gone.
    pub gone: Option<u64>,
    /// Whether the kernel ended the control group as a whole.
    pub by_group: bool,
    /// How many processes were held to be ended, newcomers among them.
    pub processes: u32,
    /// How many of these came after the count.
    pub newcomers: u32,
    /// How many of them have ended.
    pub ended: u32,
    /// What was available when it began.
    pub available_before: Bytes,
    /// By how much more was available when it was last looked.
    pub freed: Bytes,
    /// By how much more was available one second after it was gone or given up.
    pub freed_after_a_second: Option<Bytes>,
    /// For how long memory came back, from the first signal to the last rise; milliseconds.
    pub rose_for: u64,
    /// How often memory was taken back by process_mrelease(2).
    pub released: u32,
    /// Where that was refused with EINVAL: somebody who lives on shares the memory.
    pub release_refused: u32,
    /// Who was not taken.
    pub passed_over: PassedOver,
    /// What went wrong.
    pub errors: Errors,
}
