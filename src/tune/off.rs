//! The plan that takes back all that profiles changed.

use std::collections::BTreeSet;

use crate::change::{Area, Plan, Why, undo};
use crate::exit::Fault;
use crate::host::Host;

use super::unit;

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
