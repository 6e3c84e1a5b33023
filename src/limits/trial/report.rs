//! What a run under limits has shown.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::host::{Ended, Stop};
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
    /// How often they came up against MemoryMax.
    pub reached: Option<u64>,
    /// How often they were slowed down at MemoryHigh.
    pub slowed: Option<u64>,
    /// Seconds of processor time.
    pub processor: Option<f64>,
    /// Seconds in which CPUQuota stopped them.
    pub throttled: Option<f64>,
    /// How often TasksMax refused them another process or thread.
    pub tasks_refused: Option<u64>,
    /// The most processes that were seen at once.
    pub processes: Option<u64>,
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
    /// The signal that ended it, as far as that can be told.
    pub signal: Option<i32>,
    /// How long it ran, in seconds.
    pub seconds: f64,
    /// What it used.
    #[serde(flatten)]
    pub used: Used,
    /// Processes that it left behind, which were ended; `None` where nothing holds them together, so that they go on.
    pub left_behind: Option<u64>,
    /// The limit that it died of, as far as that can be told.
    pub died_of: Option<String>,
    /// All of it in a sentence or two.
    pub verdict: String,
}

impl Report {
    /// Whether it ran to its end, ended well, and lost nothing of it on the way.
    pub fn survived(&self) -> bool {
        self.status == 0 && self.used.oom_kills.unwrap_or_default() == 0
    }
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// As a shell has it: 128 and the signal's number.
    pub(super) status: u8,
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
    /// The signal that its status stands for: a shell tells so that one ended what it ran.
    pub(super) told: Option<i32>,
}

impl Ending {
    /// A gate is a shell, so that of the program itself only a status is known.
    pub(super) fn of(ended: Ended, stop: Stop) -> Self {
        match ended {
            Ended::Status(status) => {
                let told = Some(status.saturating_sub(128)).filter(|number| (1..=64).contains(number));
                let signal = told.filter(|_| stop == Stop::Gate);
                Self { status: u8::try_from(status).unwrap_or(u8::MAX), signal, told }
            }
            Ended::Signal(signal) => {
                let status = u8::try_from(signal.saturating_add(128)).unwrap_or(u8::MAX);
                Self { status, signal: Some(signal), told: None }
            }
        }
    }

    /// The signal, whoever tells of it.
    pub(super) fn any_signal(self) -> Option<i32> {
        self.signal.or(self.told)
    }

    /// In words, to be followed by what is known of the reason.
    pub(super) fn words(self) -> String {
        match (self.status, self.signal, self.told) {
            (0, ..) => "it ran to its end".to_owned(),
            (status, _, Some(told)) => {
                format!("it ended with status {status}, which stands for {}", signal_name(told))
            }
            (_, Some(signal), None) => format!("it was ended by {}", signal_name(signal)),
            (status, None, None) => format!("it ended with status {status}"),
        }
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
        for (ended, stop, status, signal, told) in [
            (Ended::Status(0), Stop::Own, 0, None, None),
            (Ended::Status(3), Stop::Gate, 3, None, None),
            (Ended::Status(128), Stop::Gate, 128, None, None),
            (Ended::Status(137), Stop::Gate, 137, Some(9), Some(9)),
            (Ended::Status(137), Stop::Own, 137, None, Some(9)),
            (Ended::Signal(11), Stop::Own, 139, Some(11), None),
            (Ended::Status(255), Stop::Gate, 255, None, None),
        ] {
            assert_eq!(Ending::of(ended, stop), Ending { status, signal, told }, "{ended:?}");
        }
    }

    #[test]
    fn an_ending_is_told_in_words() {
        let words = |ended| Ending::of(ended, Stop::Own).words();
        assert_eq!(words(Ended::Status(0)), "it ran to its end");
        assert_eq!(words(Ended::Status(2)), "it ended with status 2");
        assert_eq!(words(Ended::Status(137)), "it ended with status 137, which stands for SIGKILL");
        assert_eq!(words(Ended::Signal(9)), "it was ended by SIGKILL");
        assert_eq!(words(Ended::Signal(62)), "it was ended by signal 62");
    }
}
