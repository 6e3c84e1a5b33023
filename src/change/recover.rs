//! Takes back what a crash or a power cut left half done.

use serde::Serialize;

use crate::exit::{Exit, Fault};
use crate::host::Host;

use super::journal::{self, Entry, Journal, State};
use super::machine::Machine;
use super::observer::Observer;
use super::take_back::{Extent, take_back};

/// A plan that was cut short, and has been taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// Its number in the journal.
    pub id: u64,
    /// What it was for.
    pub title: String,
    /// The entries that it was about to take back, and that are in force again.
    pub undoes: Vec<u64>,
    /// What could not be taken back.
    pub left: Vec<String>,
    /// What is worth telling besides.
    pub notes: Vec<String>,
}

/// The entry of a run that goes on right now, or was cut short.
///
/// # Errors
/// Says why the journal cannot be read.
pub fn pending(host: &Host) -> Result<Option<Entry>, Fault> {
    Ok(journal::read(host)?.pending().cloned())
}

/// Takes back what a run that was cut short left; nothing is written where there is none. `observer` follows, but cannot stop it.
///
/// # Errors
/// Refuses while another memtune is at work, and where a damaged journal does not tell what was under way.
pub fn recover(host: &Host, observer: &dyn Observer) -> Result<Option<Recovered>, Fault> {
    let journal = journal::read(host)?;
    if journal.pending().is_none() && journal.riddle().is_none() {
        return Ok(None);
    }
    let lock = journal::lock(host)?;
    under_lock(&Machine::observed(host, observer).locked(&lock).unstoppable())
}

/// The same for who holds the lock.
pub(super) fn under_lock(machine: &Machine<'_>) -> Result<Option<Recovered>, Fault> {
    let journal = journal::read(machine.host)?;
    refuse_riddle(&journal)?;
    let mut last = None;
    // One run leaves one; each that a tampered journal holds besides is taken back as well, the newest first.
    for entry in journal.entries.into_iter().rev().filter(|entry| entry.state == State::Pending) {
        last = Some(take_entry_back(machine, entry)?);
    }
    Ok(last)
}

fn refuse_riddle(journal: &Journal) -> Result<(), Fault> {
    let Some(file) = journal.riddle() else { return Ok(()) };
    let message = format!("`{}` does not tell what was under way: {}", file.path, file.why);
    Err(Fault::new(Exit::Refused, message)
        .hint("if a newer memtune wrote it, use that one; otherwise move the file away after a look at it"))
}

fn take_entry_back(machine: &Machine<'_>, mut entry: Entry) -> Result<Recovered, Fault> {
    let back = take_back(machine, &entry, Extent::Unknown);
    entry.state = if back.left.is_empty() { State::RolledBack } else { State::Incomplete };
    entry.left.clone_from(&back.left);
    journal::write(machine.host, &entry)?;
    Ok(Recovered {
        id: entry.id,
        title: entry.title,
        undoes: entry.undoes,
        left: back.left,
        notes: back.notes,
    })
}
