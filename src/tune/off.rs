//! The plan that takes back all that profiles changed.

use std::collections::BTreeSet;

use crate::change::journal::{self, Entry};
use crate::change::{Area, Plan, Why, undo};
use crate::exit::Fault;
use crate::host::Host;

use super::unit;

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
/// Refuses where somebody else has changed one of them since, and shows it.
pub fn plan(host: &Host) -> Result<Plan, Fault> {
    let mut plan = Plan::new("take back what profiles changed", Area::Undo);
    undo::take_back(&mut plan, host, Area::Tune, &BTreeSet::new())?;
    if plan.steps().iter().any(|step| step.target().starts_with(unit::FOLDER)) {
        plan.afterwards(
            &["systemctl", "daemon-reload"],
            Why::new("systemd reads its units anew", "systemctl(1)"),
        );
    }
    Ok(plan)
}
