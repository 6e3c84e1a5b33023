//! What was there before memtune came, told by the entries that are still in force.

use std::collections::BTreeMap;

use crate::change::changes::Change;
use crate::change::plan::Area;
use crate::exit::Fault;
use crate::host::{FileState, Host};

use super::entry::Entry;
use super::listing;

/// What a target was at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Was {
    /// A file, or none.
    File(Option<FileState>),
    /// A knob and its value.
    Knob(String),
}

impl Was {
    /// As text; `None` where there was no file.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::File(file) => file.as_ref().map(|file| String::from_utf8_lossy(&file.content).into_owned()),
            Self::Knob(value) => Some(value.clone()),
        }
    }
}

/// A file or knob that memtune changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its path.
    pub target: String,
    /// What was there before the first entry that changed it.
    pub before: Was,
    /// What the last of them put there.
    pub after: Was,
}

/// What entries of `area` that are in force changed, each with what was there before the first of them.
///
/// # Errors
/// Says why the journal cannot be read.
pub fn originals(host: &Host, area: Area) -> Result<Vec<Original>, Fault> {
    let entries = listing::entries(host)?;
    let in_force = entries.iter().filter(|entry| entry.area == area && entry.is_in_force());
    Ok(of_entries(in_force))
}

fn of_entries<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<Original> {
    let mut originals: Vec<Original> = Vec::new();
    // The kernel may have moved a knob before it was set itself.
    let mut moved: BTreeMap<&str, &str> = BTreeMap::new();
    for change in entries.flat_map(|entry| &entry.changes) {
        let Some((mut before, after)) = ends(change) else { continue };
        if let Some(&value) = moved.get(change.target()) {
            before = Was::Knob(value.to_owned());
        }
        if let Change::Knob(knob) = change {
            for companion in &knob.companions {
                moved.entry(&companion.target).or_insert(&companion.before);
            }
        }
        match originals.iter_mut().find(|original| original.target == change.target()) {
            Some(original) => original.after = after,
            None => originals.push(Original { target: change.target().to_owned(), before, after }),
        }
    }
    originals
}

fn ends(change: &Change) -> Option<(Was, Was)> {
    match change {
        Change::File(file) => Some((Was::File(file.before.clone()), Was::File(file.after.clone()))),
        Change::Knob(knob) => Some((Was::Knob(knob.before.clone()), Was::Knob(knob.after.clone()))),
        Change::Command(_) | Change::SwapFile(_) | Change::SwapArea(_) => None,
    }
}
