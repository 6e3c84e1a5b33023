//! What happened, as the loop tells it.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::sys::bytes::Bytes;
use crate::watch::job::Name;
use crate::watch::level::Level;
use crate::watch::sample::Sample;

use super::kind::{Kind, Priority};

/// Something that happened, and how memory stood then.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// What.
    pub happened: Happened<'a>,
    /// When, by the clock on the wall.
    pub time: SystemTime,
    /// How memory stood.
    pub sample: Sample,
    /// The level at that time; after a change of it, the new one.
    pub level: Level,
    /// Whether everything is done but the signals.
    pub is_dry_run: bool,
}

/// What can happen.
#[derive(Clone, Copy, Debug)]
pub enum Happened<'a> {
    /// A look at the memory.
    Sample,
    /// Another level.
    Level {
        /// The level before it.
        from: Level,
        /// The bounds by which it was reached; where things got better `None`.
        reason: Option<Reason>,
    },
    /// Memory is taken to be short at the next look.
    Simulate,
    /// SIGTERM to the victim of the scene.
    Term {
        /// Why.
        reason: Reason,
        /// How long it has before SIGKILL.
        grace: Duration,
    },
    /// SIGKILL to it.
    Kill {
        /// Why.
        reason: Reason,
        /// For how long it did not end when it was asked; `None` where it was not asked.
        ignored_for: Option<Duration>,
    },
    /// A job must go, and there is none that may be ended.
    Nobody {
        /// Why one must go.
        reason: Reason,
    },
    /// What became of it.
    Recovered(Recovery),
    /// Something did not work; a fragment that names the object and says what the kernel answered.
    Error(fmt::Arguments<'a>),
    /// The watchdog runs; what it lacks, if it lacks something.
    Started(Option<fmt::Arguments<'a>>),
    /// It ends; why.
    Stopped(fmt::Arguments<'a>),
    /// It was told to read its settings again; why they were refused, if they were.
    Reloaded(Option<fmt::Arguments<'a>>),
}

/// Which rule fits, with its bounds as amounts of this machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// Both are at or under their bounds.
    MemoryAndSwap {
        /// The bound of available memory.
        available: Bytes,
        /// The bound of what swap is worth.
        swap: Bytes,
    },
    /// Little memory, and tasks wait for it.
    Thrash {
        /// The bound of available memory.
        available: Bytes,
        /// The share of the time in which all tasks wait, in per cent.
        full: f64,
        /// For how long.
        lasts: Duration,
    },
    /// The GPU's share of the machine's memory.
    Gpu {
        /// Its bound, in per cent.
        percent: f64,
    },
    /// A unit or slice is over a bound of its own.
    Group {
        /// Its name.
        name: Name,
        /// What it may hold.
        memory: Option<Bytes>,
        /// The share of the time in which all its tasks may wait, in per cent.
        full: Option<f64>,
    },
    /// Somebody asked for it.
    Simulated,
}

/// What became of a victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// How it ended.
    pub end: End,
    /// Milliseconds from the first signal to its end, or to now.
    #[serde(rename = "took_ms")]
    pub took: u64,
    /// How many of its processes were to be ended.
    pub processes: u32,
    /// How many of these have ended.
    pub ended: u32,
    /// How many of these nobody but root may signal (EPERM).
    pub not_allowed: u32,
    /// How much more is available than before.
    pub freed: Bytes,
    /// The same one second after its end, where nothing else was begun meanwhile.
    pub freed_after_a_second: Option<Bytes>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// All of it is gone.
    Gone,
    /// Something of it does not go.
    DoesNotEnd,
    /// Nothing was done to it.
    Rehearsed,
}

impl Event<'_> {
    /// Its kind; a victim that does not end is an error.
    pub fn kind(&self) -> Kind {
        match self.happened {
            Happened::Sample => Kind::Sample,
            Happened::Level { .. } => Kind::Level,
            Happened::Simulate => Kind::Simulate,
            Happened::Term { .. } => Kind::Term,
            Happened::Kill { .. } => Kind::Kill,
            Happened::Recovered(Recovery { end: End::DoesNotEnd, .. }) => Kind::Error,
            Happened::Nobody { .. } | Happened::Error(_) => Kind::Error,
            Happened::Recovered(_) => Kind::Recovered,
            Happened::Started(_) => Kind::Started,
            Happened::Stopped(_) => Kind::Stopped,
            Happened::Reloaded(_) => Kind::Reloaded,
        }
    }

    /// How much it matters.
    pub fn priority(&self) -> Priority {
        match self.happened {
            Happened::Level { from, .. } if self.level > from => Priority::Warning,
            Happened::Term { .. } | Happened::Kill { .. } if self.is_dry_run => Priority::Notice,
            Happened::Started(Some(_)) => Priority::Warning,
            Happened::Reloaded(Some(_)) => Priority::Error,
            _ => self.kind().priority(),
        }
    }

    /// Which rule fits.
    pub fn reason(&self) -> Option<Reason> {
        match self.happened {
            Happened::Level { reason, .. } => reason,
            Happened::Term { reason, .. } | Happened::Kill { reason, .. } | Happened::Nobody { reason } => {
                Some(reason)
            }
            _ => None,
        }
    }

    /// What became of a victim.
    pub fn recovery(&self) -> Option<Recovery> {
        match self.happened {
            Happened::Recovered(recovery) => Some(recovery),
            _ => None,
        }
    }

    /// Whether it is about the victim of the scene.
    pub fn is_about_a_victim(&self) -> bool {
        matches!(self.happened, Happened::Term { .. } | Happened::Kill { .. } | Happened::Recovered(_))
    }

    /// Whether the walk through the ranking belongs to it: for a choice, not for what follows from it.
    pub fn has_walk(&self) -> bool {
        matches!(
            self.happened,
            Happened::Term { .. } | Happened::Kill { ignored_for: None, .. } | Happened::Nobody { .. }
        )
    }
}

impl Reason {
    /// Its name, as in `"rule"`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MemoryAndSwap { .. } => "memory-and-swap",
            Self::Thrash { .. } => "thrash",
            Self::Gpu { .. } => "gpu",
            Self::Group { .. } => "group",
            Self::Simulated => "simulated",
        }
    }

    /// The bound of available memory, where the rule has one.
    pub fn available(&self) -> Option<Bytes> {
        match self {
            Self::MemoryAndSwap { available, .. } | Self::Thrash { available, .. } => Some(*available),
            _ => None,
        }
    }

    /// The bound of what swap is worth, where the rule has one.
    pub fn swap(&self) -> Option<Bytes> {
        match self {
            Self::MemoryAndSwap { swap, .. } => Some(*swap),
            _ => None,
        }
    }

    /// The bound of waiting, in per cent of the time, where the rule has one.
    pub fn full(&self) -> Option<f64> {
        match self {
            Self::Thrash { full, .. } => Some(*full),
            Self::Group { full, .. } => *full,
            _ => None,
        }
    }

    /// The group's bound, where it is the rule of a group.
    pub fn group_memory(&self) -> Option<Bytes> {
        match self {
            Self::Group { memory, .. } => *memory,
            _ => None,
        }
    }

    /// The bound of the GPU's share in per cent, where the rule has one.
    pub fn gpu_percent(&self) -> Option<f64> {
        match self {
            Self::Gpu { percent } => Some(*percent),
            _ => None,
        }
    }
}

impl End {
    /// Its name, as in `"end"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::DoesNotEnd => "does-not-end",
            Self::Rehearsed => "rehearsed",
        }
    }
}
