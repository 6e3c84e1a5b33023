//! The plan that takes back all that profiles changed.

use std::collections::BTreeSet;

use crate::change::journal::{self, Entry};
use crate::change::{Area, Plan, undo};
use crate::exit::{Exit, Fault};
use crate::host::Host;

use super::{active, files};

/// The changes of profiles that are still in force, by their numbers in the journal.
///
/// # Errors
/// Says why the journal cannot be read.
pub fn entries(host: &Host) -> Result<Vec<u64>, Fault> {
    let is_meant = |entry: &&Entry| entry.area == Area::Tune && entry.is_in_force();
    Ok(journal::entries(host)?.iter().filter(is_meant).map(|entry| entry.id).collect())
}

/// Plans to bring back every byte and every running value that was there before the first profile.
///
/// # Errors
/// Refuses where somebody else has changed one of them since, and where a profile is in force of which the journal knows nothing.
pub fn plan(host: &Host) -> Result<Plan, Fault> {
    let mut plan = Plan::new("take back what profiles changed", Area::Undo);
    undo::take_back(&mut plan, host, Area::Tune, &BTreeSet::new())?;
    let ours = [active::PATH, files::SYSCTL, files::TMPFILES, files::WATCH];
    match ours.into_iter().find(|path| plan.is_empty() && host.has(path)) {
        Some(path) => Err(Fault::new(
            Exit::Refused,
            format!(
                "`{path}` is there, but the journal knows of no profile: what was before it is not known"
            ),
        )
        .hint(format!(
            "look at {} and remove what you do not want; the values that run go with the next boot",
            ours.join(", ")
        ))),
        None => Ok(plan),
    }
}
