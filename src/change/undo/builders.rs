//! Entries that build upon others.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::changes::{Change, knob_name};
use crate::change::journal::{Entry, Journal};
use crate::exit::{Exit, Fault};

/// Later entries that changed one of the same targets, or had the kernel move it, would be overwritten, too.
pub(super) fn refuse_builders(
    journal: &Journal,
    selected: &[&Entry],
    except: &BTreeSet<String>,
) -> Result<(), Fault> {
    // Who among the selected comes first: what is later than any of them is later than that one.
    let mut earliest: BTreeMap<String, u64> = BTreeMap::new();
    for entry in selected {
        for target in targets(entry, except) {
            let first = earliest.entry(target).or_insert(entry.id);
            *first = entry.id.min(*first);
        }
    }
    let ids: BTreeSet<u64> = selected.iter().map(|entry| entry.id).collect();
    let builds = |later: &&Entry| later.is_in_force() && later.undoes.is_empty() && !ids.contains(&later.id);
    for later in journal.entries.iter().filter(builds) {
        for target in targets(later, except) {
            if let Some(&id) = earliest.get(&target).filter(|&&id| id < later.id) {
                return Err(refused(later, &target, id));
            }
        }
    }
    Ok(())
}

fn refused(later: &Entry, target: &str, id: u64) -> Fault {
    let is_set = later.changes.iter().any(|change| change.touched().iter().any(|touched| touched == target));
    let deed = if is_set { "set" } else { "moved" };
    let name = knob_name(target);
    let message = format!(
        "change {} ({}) {deed} `{name}` after change {id}, and is still in force",
        later.id, later.title
    );
    Fault::new(Exit::Refused, message).hint(format!("take that back first: `memtune undo {}`", later.id))
}

fn targets(entry: &Entry, except: &BTreeSet<String>) -> Vec<String> {
    let changes = entry.changes.iter().filter(|change| !except.contains(change.target()));
    changes.flat_map(|change| change.touched().into_iter().chain(moved(change))).collect()
}

/// The knobs that the kernel moves along with it, also those that it computes anew.
fn moved(change: &Change) -> Vec<String> {
    match change {
        Change::Knob(knob) => knob.companions.iter().map(|companion| companion.target.clone()).collect(),
        _ => Vec::new(),
    }
}
