//! Exit statuses: the one table, for the code, the manual and the tests.

use std::fmt;
use std::process::ExitCode;

/// How memtune ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, nothing to complain of.
    Done,
    /// Findings at or above `--fail-on`, or values that do not hold in `verify`.
    Findings,
    /// Wrong usage.
    Usage,
    /// A privilege is needed that the caller lacks.
    Privilege,
    /// Refused, since it would not be safe.
    Refused,
    /// Failed; nothing was left half done.
    Failed,
    /// Failed, and something is left that could not be taken back.
    Incomplete,
    /// memtune itself is wrong.
    Bug,
    /// With the status of the program that was run for the caller.
    Of(u8),
}

impl Exit {
    /// All of memtune's own, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Findings,
        Self::Usage,
        Self::Privilege,
        Self::Refused,
        Self::Failed,
        Self::Incomplete,
        Self::Bug,
    ];

    /// The number that the shell sees.
    pub fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Privilege => 3,
            Self::Refused => 4,
            Self::Failed => 5,
            Self::Incomplete => 6,
            Self::Bug => 70,
            Self::Of(status) => status,
        }
    }

    /// What it means, for the manual.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, and nothing to complain of",
            Self::Findings => {
                "there are findings at or above --fail-on, values that do not hold in verify, or a budget that does not fit"
            }
            Self::Usage => "wrong usage, also a question that could not be asked",
            Self::Privilege => "a privilege is needed that the caller lacks",
            Self::Refused => "refused: it would not be safe on this machine, or conflicts with what is there",
            Self::Failed => "failed; whatever was done before was taken back",
            Self::Incomplete => "failed, and taking it back failed too; the message says what is left",
            Self::Bug => "a bug in memtune",
            Self::Of(_) => "what the program that was run ended with",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}

/// A failure that knows its exit status and what to do next.
#[derive(Debug)]
pub struct Fault {
    /// How memtune shall end.
    pub exit: Exit,
    message: String,
    /// What the caller may do next.
    pub hint: Option<String>,
}

impl Fault {
    /// A failure with this exit status; the message is a fragment in lower case.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    /// Adds what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
