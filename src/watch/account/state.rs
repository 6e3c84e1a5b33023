//! What the watchdog did so far: the state file, and what the metrics are made from.

use std::time::SystemTime;

use arrayvec::ArrayString;
use serde::{Deserialize, Serialize};

use crate::sys::bounded_text::BoundedText;
use crate::sys::bytes::Bytes;
use crate::watch::level::Level;

use super::event::{End, Happened, Reason, Recovery};
use super::record::{Moment, Record, moment};
use super::telling::Telling;

/// The name of this shape.
pub const SCHEMA: &str = "memtune.watch-state/1";
/// Where the file lies.
pub const PLACE: &str = "/run/memtune/watch.json";
/// So many kills are kept, the newest.
pub const KEPT: usize = 16;
/// Room for the file, in bytes, whatever the names are.
pub const ROOM: usize = 64 << 10;

/// How often something happened since the watchdog was first started after the boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Changes to each level, the best first.
    pub levels: [u64; 4],
    /// Jobs that were asked to end; rehearsals do not count.
    pub asked: u64,
    /// Jobs that were killed; rehearsals do not count.
    pub killed: u64,
    /// Jobs that did not end.
    pub stuck: u64,
    /// Other things that did not work.
    pub errors: u64,
    /// Bytes that came back.
    pub freed: Bytes,
    /// Lines, entries and files that could not be written.
    pub lost: u64,
}

/// The whole of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// [`SCHEMA`].
    pub schema: ArrayString<32>,
    /// When it was written.
    pub time: Moment,
    /// The watchdog.
    pub pid: u32,
    /// Since when it runs.
    pub started: Moment,
    /// Whether it sends no signals.
    pub dry_run: bool,
    /// The level.
    pub level: Level,
    /// What was available.
    pub available: Bytes,
    /// Of how much.
    pub total: Bytes,
    /// How often.
    pub counts: Counts,
    /// The last kills, the oldest first; the watchdog keeps no more than [`KEPT`].
    pub kills: Vec<Record>,
}

impl State {
    /// The state of a watchdog that starts now. What an earlier one left since the boot is taken on, so that a restart forgets nothing.
    pub fn begin(pid: u32, now: SystemTime, earlier: Option<Self>) -> Self {
        let (counts, earlier) = earlier.map(|earlier| (earlier.counts, earlier.kills)).unwrap_or_default();
        let mut kills = Vec::with_capacity(KEPT);
        kills.extend(earlier.iter().skip(earlier.len().saturating_sub(KEPT)).cloned());
        Self {
            schema: ArrayString::from(SCHEMA).unwrap_or_default(),
            time: moment(now),
            pid,
            started: moment(now),
            dry_run: false,
            level: Level::Normal,
            available: Bytes(0),
            total: Bytes(0),
            counts,
            kills,
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Says what is wrong with it, another schema included.
    pub fn parse(text: &str) -> Result<Self, String> {
        let state: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match state.schema.as_str() {
            SCHEMA => Ok(state),
            other => Err(format!("its schema is `{other}` and not `{SCHEMA}`")),
        }
    }

    /// Takes down an event; says whether the file should be written anew.
    pub fn note(&mut self, telling: &Telling<'_>) -> bool {
        let event = telling.event;
        self.time = moment(event.time);
        (self.level, self.dry_run) = (event.level, event.is_dry_run);
        (self.available, self.total) = (event.sample.available, event.sample.total);
        match event.happened {
            Happened::Sample => return false,
            // Nothing was reached.
            Happened::Level { reason: Some(Reason::Simulated), .. } => {}
            Happened::Level { .. } => {
                let place = Level::ALL.iter().position(|level| *level == event.level).unwrap_or_default();
                self.counts.levels.get_mut(place).map(count).unwrap_or_default();
            }
            Happened::Term { .. } => {
                self.counts.asked = self.counts.asked.saturating_add(u64::from(!event.is_dry_run));
                self.keep(telling);
            }
            Happened::Kill { ignored_for, .. } => {
                self.counts.killed = self.counts.killed.saturating_add(u64::from(!event.is_dry_run));
                match self.last_of(telling).filter(|_| ignored_for.is_some()) {
                    Some(record) => record.killed = true,
                    None => self.keep(telling),
                }
            }
            Happened::Recovered(recovery) => self.recovered(telling, recovery),
            Happened::Nobody { .. } | Happened::Error(_) => count(&mut self.counts.errors),
            Happened::Simulate | Happened::Started(_) | Happened::Stopped(_) | Happened::Reloaded(_) => {}
        }
        true
    }

    /// Takes down a kill and forgets it, so that the place of the next one is in memory.
    pub fn rehearse(&mut self, telling: &Telling<'_>) {
        let length = self.kills.len();
        if length < KEPT {
            self.keep(telling);
            self.kills.truncate(length);
        }
    }

    fn recovered(&mut self, telling: &Telling<'_>, recovery: Recovery) {
        let mut before = Bytes(0);
        if let Some(record) = self.last_of(telling) {
            // The same victim is told of again one second later.
            before = record.recovery.map(freed).unwrap_or_default();
            record.recovery = Some(recovery);
        }
        self.counts.freed = self.counts.freed + freed(recovery).less(before);
        if recovery.end == End::DoesNotEnd {
            count(&mut self.counts.stuck);
        }
    }

    fn keep(&mut self, telling: &Telling<'_>) {
        let Some(record) = Record::of(telling) else { return };
        if self.kills.len() >= KEPT {
            self.kills.remove(0);
        }
        // There was room for so many from the start.
        self.kills.push(record);
    }

    /// The last record, if it is about this victim.
    fn last_of(&mut self, telling: &Telling<'_>) -> Option<&mut Record> {
        let name = telling.victim()?.name;
        self.kills.last_mut().filter(|record| record.job == name)
    }

    /// Writes the file's text; it is whole, or empty where not even that fits.
    pub fn write(&self, text: &mut BoundedText) {
        text.clear();
        let is_written = serde_json::to_writer(&mut *text, self).is_ok() && text.add(b"\n");
        if !is_written {
            text.clear();
        }
    }
}

fn freed(recovery: Recovery) -> Bytes {
    if recovery.end == End::Rehearsed {
        Bytes(0)
    } else {
        recovery.freed_after_a_second.unwrap_or(recovery.freed)
    }
}

fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
