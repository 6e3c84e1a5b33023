//! A kill as it is kept: of fixed size, in memory and in the state file alike.

use std::fmt::Write;
use std::time::SystemTime;

use arrayvec::{ArrayString, ArrayVec};
use serde::{Deserialize, Serialize};

use crate::sys::bytes::Bytes;
use crate::watch::job::{Kind, Name};
use crate::watch::level::Level;

use super::event::{Happened, Recovery};
use super::sentence::Because;
use super::telling::Telling;

/// A moment as RFC 3339 writes it, in UTC.
pub type Moment = ArrayString<32>;
/// So many numbers of processes are kept, those of the largest.
const PIDS: usize = 16;

/// A job that was ended, or asked to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When it got its first signal.
    pub time: Moment,
    /// Its name.
    pub job: Name,
    /// Its kind.
    pub kind: Kind,
    /// What it held: memory, swap and of the GPU's.
    pub bytes: Bytes,
    /// How many processes it had.
    pub processes: u32,
    /// The numbers of the largest of them.
    pub pids: ArrayVec<u32, PIDS>,
    /// The rule.
    pub rule: ArrayString<16>,
    /// The rule with its amounts, in words.
    pub reason: ArrayString<320>,
    /// The level.
    pub level: Level,
    /// What was available.
    pub available: Bytes,
    /// Of how much.
    pub total: Bytes,
    /// Whether nothing was done to it.
    pub dry_run: bool,
    /// Whether it was asked to end.
    pub asked: bool,
    /// Whether it was killed.
    pub killed: bool,
    /// What became of it, once it is known.
    pub recovery: Option<Recovery>,
}

impl Record {
    /// What is known at its first signal; `None` of an event that is none.
    pub fn of(telling: &Telling<'_>) -> Option<Self> {
        let event = telling.event;
        let (job, reason, scene) = (telling.victim()?, event.reason()?, telling.scene);
        let is_asked = matches!(event.happened, Happened::Term { .. });
        let mut words = ArrayString::new();
        // What does not fit is a name's end.
        let _ = write!(words, "{}", Because(&reason, &event.sample));
        Some(Self {
            time: moment(event.time),
            job: job.name,
            kind: job.kind,
            bytes: job.memory + job.gpu,
            processes: scene.all_members(),
            pids: scene.members().iter().take(PIDS).map(|process| process.pid).collect(),
            rule: ArrayString::from(reason.name()).unwrap_or_default(),
            reason: words,
            level: event.level,
            available: event.sample.available,
            total: event.sample.total,
            dry_run: event.is_dry_run,
            asked: is_asked,
            killed: !is_asked,
            recovery: None,
        })
    }
}

/// A moment as it is written, to the second.
pub fn moment(time: SystemTime) -> Moment {
    let mut text = Moment::new();
    let _ = write!(text, "{}", humantime::format_rfc3339_seconds(time));
    text
}
