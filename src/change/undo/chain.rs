//! What several entries did to one target, as one step.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

use crate::change::changes::Change;
use crate::change::file::is_same;
use crate::change::journal::Entry;
use crate::change::swap_file::Found;

/// A target with the first and the last change of it.
#[derive(Debug)]
pub(super) struct Chain<'e> {
    pub(super) first: &'e Change,
    pub(super) last: &'e Change,
    /// Whose last change it is.
    pub(super) entry: &'e Entry,
    /// Whose first change it is.
    pub(super) first_entry: u64,
    /// All of its changes, the oldest first.
    pub(super) all: Vec<&'e Change>,
    /// A change that did not find what the one before it had left.
    pub(super) broken_at: Option<(&'e Change, &'e Change)>,
}

/// The chains of all targets of `entries` (the oldest first), in the order of their last changes.
pub(super) fn chains<'e>(entries: &[&'e Entry]) -> Vec<Chain<'e>> {
    let changes = entries.iter().flat_map(|&entry| entry.changes.iter().map(move |change| (entry, change)));
    let mut chains: HashMap<(Discriminant<Change>, &str), (usize, Chain<'e>)> = HashMap::new();
    for (place, (entry, change)) in changes.enumerate() {
        if matches!(change, Change::Command(_)) {
            continue;
        }
        let key = (discriminant(change), change.target());
        let chain = match chains.remove(&key) {
            None => Chain {
                first: change,
                last: change,
                entry,
                first_entry: entry.id,
                all: vec![change],
                broken_at: None,
            },
            Some((_, known)) => known.with(entry, change),
        };
        chains.insert(key, (place, chain));
    }
    let mut chains: Vec<(usize, Chain<'e>)> = chains.into_values().collect();
    chains.sort_by_key(|(place, _)| *place);
    chains.into_iter().map(|(_, chain)| chain).collect()
}

impl<'e> Chain<'e> {
    fn with(mut self, entry: &'e Entry, change: &'e Change) -> Self {
        let broken = (!follows(self.last, change)).then_some((self.last, change));
        self.all.push(change);
        Self { last: change, entry, broken_at: self.broken_at.or(broken), ..self }
    }
}

/// Whether `next` found what `change` had left.
fn follows(change: &Change, next: &Change) -> bool {
    match (change, next) {
        (Change::File(change), Change::File(next)) => is_same(change.after.as_ref(), next.before.as_ref()),
        (Change::SwapFile(change), Change::SwapFile(next)) => {
            Found::of(change.after.as_ref()).is(next.before.as_ref())
        }
        // A boot between the two may have given a knob any value; it is its value now that counts.
        _ => true,
    }
}
