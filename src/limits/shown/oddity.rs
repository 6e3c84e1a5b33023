//! Something odd about the limits of a unit: `limits show` says it, and doctor judges it.

use std::fmt;

use crate::facts::ignored_setting::Ignored;
use crate::facts::malformed::shortened;
use crate::sys::bytes::Bytes;

/// What is odd, with the numbers that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// So many of its processes were killed for want of memory.
    Killed(u64),
    /// Its last run ended so.
    Ended,
    /// systemd starts it no more, for it had to do so too often.
    GivenUp,
    /// It has properties that control groups of version 1 know nothing of.
    WithoutEffect(Vec<String>),
    /// Its MemoryMax is no limit here.
    LargerThanMemory {
        /// Its MemoryMax.
        max: Bytes,
        /// What there is.
        memory: Bytes,
    },
    /// Its MemoryHigh is never reached.
    Order {
        /// Its MemoryHigh.
        high: Bytes,
        /// Its MemoryMax.
        max: Bytes,
    },
    /// It has held more than its MemoryHigh lets it hold undisturbed, not counting what could be dropped.
    HighBelowPeak {
        /// Its MemoryHigh.
        high: Bytes,
        /// The most that it has held.
        peak: Bytes,
        /// Of that, the cache of files that can go.
        cache: Bytes,
    },
    /// It has no room below its MemoryHigh, and nothing to put into swap.
    Crawls {
        /// Its MemoryHigh.
        high: Bytes,
        /// What cannot simply be dropped of it.
        needed: Bytes,
        /// Whether it stands still now.
        is_now: bool,
    },
    /// It works in swap all the time, for its MemoryHigh holds it back.
    HeldBack {
        /// Its MemoryHigh.
        high: Bytes,
        /// How much of the last minute all of it waited, in whole per cent.
        waiting: u64,
    },
    /// It is almost at its limit.
    Full {
        /// The limit that counts.
        max: Bytes,
        /// What cannot simply be dropped of it.
        needed: Bytes,
    },
    /// A slice above leaves it less than its own limit.
    Narrowed {
        /// Its MemoryMax.
        max: Bytes,
        /// Who narrows it.
        by: String,
        /// What that leaves.
        effective: Bytes,
    },
    /// systemd has not read its files since they changed.
    NeedsReload,
    /// A line of its files does not count.
    Ignored(Ignored),
    /// systemd had to start it again so often.
    Restarted(u64),
}

impl fmt::Display for Oddity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Killed(1) => formatter.write_str("one of its processes was killed for want of memory"),
            Self::Killed(count) => write!(formatter, "{count} of its processes were killed for want of memory"),
            Self::Ended => formatter
                .write_str("its last run ended because a process was killed for want of memory"),
            Self::GivenUp => formatter.write_str(
                "systemd has given up starting it, for it ended too often: `sudo systemctl reset-failed` lets it try again",
            ),
            Self::WithoutEffect(properties) => write!(
                formatter,
                "{} does nothing here: control groups of version 1 know only MemoryMax",
                properties.join(", ")
            ),
            Self::LargerThanMemory { max, memory } => write!(
                formatter,
                "its MemoryMax of {max} does not protect the machine, which has {memory} of memory"
            ),
            Self::Order { high, max } => {
                write!(formatter, "its MemoryHigh of {high} is never reached before its MemoryMax of {max}")
            }
            Self::HighBelowPeak { high, peak, cache } => write!(
                formatter,
                "it has held {peak}, of which {cache} could be dropped, and its MemoryHigh of {high} slows it down before that"
            ),
            Self::Crawls { high, needed, is_now } => {
                let is = if *is_now { "it stands still now" } else { "it is slowed down until it stands still" };
                write!(
                    formatter,
                    "it needs {needed}, its MemoryHigh is {high}, and it has no swap: {is}, and nothing ends it"
                )
            }
            Self::HeldBack { high, waiting } => write!(
                formatter,
                "its MemoryHigh of {high} held it back: all of it waited for memory in {waiting} % of the last minute"
            ),
            Self::Full { max, needed } => write!(
                formatter,
                "it needs {needed} of the {max} that it may hold: little more, and it is killed"
            ),
            Self::Narrowed { max, by, effective } => {
                write!(formatter, "its MemoryMax is {max}, but {by} leaves it only {effective}")
            }
            Self::NeedsReload => formatter.write_str(
                "its files have changed since systemd read them: `sudo systemctl daemon-reload` makes them count",
            ),
            Self::Ignored(Ignored { setting, why, .. }) => write!(
                formatter,
                "systemd ignores {}={} in {}:{}: {why}",
                shortened(&setting.key),
                shortened(&setting.value),
                setting.file,
                setting.line
            ),
            Self::Restarted(1) => formatter.write_str("systemd had to start it again once"),
            Self::Restarted(count) => write!(formatter, "systemd had to start it again {count} times"),
        }
    }
}
