//! What is answered: of fixed size on the watchdog's side, one object of JSON in one line on the way.

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use crate::sys::bytes::Bytes;
use crate::watch::configuration::Bound;
use crate::watch::level::Level;

/// A sentence of fixed size.
pub type Text = ArrayString<512>;

/// What one request gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "the watchdog allocates nothing, so that nothing can be boxed")]
pub enum Answer {
    /// To `status`.
    Status(Status),
    /// It was done, or will be at the next look.
    Done {
        /// What was done, in a sentence.
        what: Text,
    },
    /// It was not.
    Refused {
        /// Why, as a fragment.
        why: Text,
    },
}

impl Answer {
    /// That it was done.
    pub fn done(what: &str) -> Self {
        Self::Done { what: cut(what) }
    }

    /// That it was not.
    pub fn refused(why: &str) -> Self {
        Self::Refused { why: cut(why) }
    }
}

/// As much of `text` as fits.
pub(super) fn cut(text: &str) -> Text {
    let mut cut = Text::new();
    for letter in text.chars() {
        if cut.try_push(letter).is_err() {
            break;
        }
    }
    cut
}

/// How the watchdog is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Its process.
    pub pid: u32,
    /// Whether it acts; after `stop` it only looks on.
    pub running: bool,
    /// Whether each look at the memory is told.
    pub printing: bool,
    /// Whether memory will be taken for short at the next look.
    pub simulating: bool,
    /// Whether nobody is ended, whatever happens.
    pub dry_run: bool,
    /// For how long it has run, in seconds.
    pub uptime: u64,
    /// From one look to the next as things are, in milliseconds.
    pub interval: u64,
    /// The level that holds.
    pub level: Level,
    /// Warning, critical and redline in this machine's numbers.
    pub bounds: [Bound; 3],
    /// How often each of these was reached.
    pub reached: [u64; 3],
    /// What the last look showed.
    pub memory: Memory,
    /// How many jobs it has ended.
    pub kills: u64,
    /// What it did last, other than looking.
    pub last: Option<Decision>,
    /// What it lacks on this machine, in a sentence; empty where it lacks nothing.
    pub lacks: Text,
}

/// The memory at the last look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// All.
    pub total: Bytes,
    /// What can be had without swapping.
    pub available: Bytes,
    /// All swap.
    pub swap_total: Bytes,
    /// Free swap.
    pub swap_free: Bytes,
}

/// Something that the watchdog decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// How long ago, in seconds.
    pub ago: u64,
    /// What, in a sentence.
    pub what: Text,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::watch::controls) fn status() -> Status {
        let bound = |level, mib| Bound { level, available: Bytes::from_mib(mib), swap: None };
        Status {
            pid: u32::MAX,
            running: true,
            printing: false,
            simulating: false,
            dry_run: true,
            uptime: 61,
            interval: 10_000,
            level: Level::Warning,
            bounds: [bound(Level::Warning, 200), bound(Level::Critical, 100), bound(Level::Redline, 50)],
            reached: [1, 0, 0],
            memory: Memory { total: Bytes(u64::MAX), ..Memory::default() },
            kills: 0,
            last: Some(Decision { ago: 5, what: cut(&"\"".repeat(600)) }),
            lacks: cut(&"\\".repeat(600)),
        }
    }

    #[test]
    fn an_answer_comes_through_as_it_was() {
        for answer in [Answer::Status(status()), Answer::done("stopped"), Answer::refused("no")] {
            let line = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::from_str::<Answer>(&line).unwrap(), answer);
            assert!(!line.contains('\n'));
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_between_letters() {
        let cut = cut(&"ä".repeat(600));
        assert_eq!(cut.chars().count(), 256);
    }
}
