//! What a run under limits has shown.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::host::Ended;
use crate::sys::bytes::Bytes;

/// A limit as it was asked for, with the most that was seen of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    /// Its name, such as `MemoryMax` or `as`.
    pub name: String,
    /// As it was set.
    pub limit: String,
    /// The most that was seen, in the limit's own unit: bytes, seconds or pieces; `None` where nothing tells.
    pub most: Option<u64>,
}

/// What a group of processes used; `None` is what this kernel or this way of running does not tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Used {
    /// The most memory that they held together.
    pub peak: Option<Bytes>,
    /// The most that they had in swap.
    pub swap_peak: Option<Bytes>,
    /// Processes that were killed for want of memory.
    pub oom_kills: Option<u64>,
    /// How often they were slowed down at MemoryHigh.
    pub slowed: Option<u64>,
    /// Seconds of processor time.
    pub processor: Option<f64>,
    /// Seconds in which CPUQuota stopped them.
    pub throttled: Option<f64>,
    /// Seconds in which one of them waited for memory.
    pub some_pressure: Option<f64>,
    /// Seconds in which all of them waited for memory.
    pub full_pressure: Option<f64>,
}

/// What a run has shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What was run.
    pub command: Vec<String>,
    /// The limits.
    pub limits: Vec<Held>,
    /// The status that it ended with, 128 and the signal's number where a signal ended it; that of memtune is the same.
    pub status: u8,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// How long it ran, in seconds.
    pub seconds: f64,
    /// What it used.
    #[serde(flatten)]
    pub used: Used,
    /// The limit that it died of, as far as that can be told.
    pub died_of: Option<String>,
    /// All of it in a sentence or two.
    pub verdict: String,
}

impl Report {
    /// Whether it ran to its end, and ended well.
    pub fn survived(&self) -> bool {
        self.status == 0
    }
}

/// As a shell has it: 128 and the signal's number.
pub(super) fn status_of(ended: Ended) -> (u8, Option<i32>) {
    match ended {
        // A shell between us and the program tells of a signal in the same way.
        Ended::Status(status) => (
            u8::try_from(status).unwrap_or(u8::MAX),
            Some(status - 128).filter(|number| (1..=64).contains(number)),
        ),
        Ended::Signal(signal) => (u8::try_from(signal.saturating_add(128)).unwrap_or(u8::MAX), Some(signal)),
    }
}

/// How it ended, to be followed by what is known of the reason.
pub(super) fn ending(status: u8, signal: Option<i32>) -> String {
    match (status, signal) {
        (0, _) => "it ran to its end".to_owned(),
        (_, Some(signal)) => format!("it was ended by {}", signal_name(signal)),
        (status, None) => format!("it ended with status {status}"),
    }
}

fn signal_name(signal: i32) -> String {
    use rustix::process::Signal;
    const NAMES: [(Signal, &str); 12] = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
        (Signal::XFSZ, "SIGXFSZ"),
    ];
    let known = NAMES.iter().find(|(known, _)| known.as_raw() == signal);
    known.map_or_else(|| format!("signal {signal}"), |(_, name)| (*name).to_owned())
}

/// In seconds, to the millisecond.
pub(super) fn since(start: Instant) -> f64 {
    seconds(start.elapsed())
}

pub(super) fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_that_of_a_shell() {
        assert_eq!(status_of(Ended::Status(0)), (0, None));
        assert_eq!(status_of(Ended::Status(3)), (3, None));
        assert_eq!(status_of(Ended::Status(137)), (137, Some(9)));
        assert_eq!(status_of(Ended::Signal(11)), (139, Some(11)));
        assert_eq!(status_of(Ended::Status(255)), (255, None));
    }

    #[test]
    fn an_ending_is_told_in_words() {
        assert_eq!(ending(0, None), "it ran to its end");
        assert_eq!(ending(2, None), "it ended with status 2");
        assert_eq!(ending(137, Some(9)), "it was ended by SIGKILL");
        assert_eq!(ending(190, Some(62)), "it was ended by signal 62");
    }
}
