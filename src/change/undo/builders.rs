//! Entries that build upon others.

use std::collections::BTreeSet;

use crate::change::changes::{Change, knob_name};
use crate::change::journal::{Entry, Journal};
use crate::exit::{Exit, Fault};

/// Later entries that changed one of the same targets would be overwritten, too.
pub(super) fn refuse_builders(
    journal: &Journal,
    selected: &[&Entry],
    except: &BTreeSet<String>,
) -> Result<(), Fault> {
    let targets = |entry| targets(entry, except);
    let is_selected = |id: u64| selected.iter().any(|entry| entry.id == id);
    let builds = |later: &&Entry| later.is_in_force() && later.undoes.is_empty() && !is_selected(later.id);
    for later in journal.entries.iter().filter(builds) {
        let touched: BTreeSet<String> = targets(later).collect();
        let earlier = selected.iter().filter(|entry| entry.id < later.id);
        for entry in earlier {
            if let Some(target) = targets(entry).find(|target| touched.contains(target)) {
                let name = knob_name(&target);
                let message = format!(
                    "change {} ({}) set `{name}` after change {}, and is still in force",
                    later.id, later.title, entry.id
                );
                return Err(Fault::new(Exit::Refused, message)
                    .hint(format!("take that back first: `memtune undo {}`", later.id)));
            }
        }
    }
    Ok(())
}

fn targets<'e>(entry: &'e Entry, except: &BTreeSet<String>) -> impl Iterator<Item = String> + use<'e> {
    let changes = entry.changes.iter().filter(|change| !except.contains(change.target()));
    changes.flat_map(Change::touched).collect::<Vec<_>>().into_iter()
}
