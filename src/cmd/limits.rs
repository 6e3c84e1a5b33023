//! `memtune limits`.

use anyhow::Result;

use crate::cli::{Global, Limits, LimitsAction};
use crate::exit::Exit;
use crate::host::Host;
use crate::ui::terminal::Terminal;

use super::limits_set;

/// Runs the command.
///
/// # Errors
/// Says what was typed wrongly, what is refused, or what could not be done.
pub fn run(arguments: &Limits, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    match &arguments.action {
        LimitsAction::Set(wanted) => limits_set::set(wanted, global, host, terminal),
        LimitsAction::Unset(wanted) => limits_set::unset(wanted, global, host, terminal),
    }
}
