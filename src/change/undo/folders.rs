//! The folders that go along with a file.

use crate::change::changes::Change;
use crate::change::journal::{Entry, State};
use crate::host::Host;

use super::chain::Chain;

/// The folders above the target of `chain` that memtune had made by the time it made the file, the outermost first. Which entry
/// made them does not matter: the file that goes last takes them along.
pub(super) fn made(entries: &[Entry], chain: &Chain<'_>) -> Vec<String> {
    let target = chain.first.target();
    let mut folders: Vec<&String> = entries
        .iter()
        .filter(|entry| was_in_force(entry, chain.first_entry))
        .flat_map(|entry| &entry.changes)
        .filter_map(|change| match change {
            Change::File(file) if file.before.is_none() => Some(&file.folders),
            _ => None,
        })
        .flatten()
        .filter(|folder| target.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/')))
        .collect();
    folders.sort();
    folders.dedup();
    folders.into_iter().cloned().collect()
}

/// Whether what `entry` did was there when the entry `id` came.
fn was_in_force(entry: &Entry, id: u64) -> bool {
    let is_undone_later = entry.undone_by.is_some_and(|by| by > id);
    let is_there = matches!(entry.state, State::Applied | State::Incomplete) || is_undone_later;
    entry.id <= id && is_there
}

/// Whether the innermost of `folders` that is there holds nothing.
pub(super) fn are_idle(host: &Host, folders: &[String]) -> bool {
    let innermost = folders.iter().rev().find_map(|folder| host.list(folder).ok());
    innermost.is_some_and(|names| names.is_empty())
}
