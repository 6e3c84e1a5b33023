//! What several entries did to one target, as one step.

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
    /// A change that did not find what the one before it had left.
    pub(super) broken_at: Option<(&'e Change, &'e Change)>,
}

/// The chains of all targets of `entries` (the oldest first), in the order of their last changes.
pub(super) fn chains<'e>(entries: &[&'e Entry]) -> Vec<Chain<'e>> {
    let mut chains: Vec<Chain<'e>> = Vec::new();
    for &entry in entries {
        for change in entry.changes.iter().filter(|change| !matches!(change, Change::Command(_))) {
            let place = chains.iter().position(|chain| chain.first.is_about_the_same_as(change));
            let chain = match place.map(|place| chains.remove(place)) {
                None => Chain { first: change, last: change, entry, first_entry: entry.id, broken_at: None },
                Some(known) => known.with(entry, change),
            };
            chains.push(chain);
        }
    }
    chains
}

impl<'e> Chain<'e> {
    fn with(self, entry: &'e Entry, change: &'e Change) -> Self {
        let broken = (!follows(self.last, change)).then_some((self.last, change));
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
