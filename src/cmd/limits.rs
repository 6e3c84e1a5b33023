//! `memtune limits`.

use anyhow::Result;

use crate::change;
use crate::cli::{AskBudget, Global, Limits, LimitsAction, ShowUnits};
use crate::exit::Exit;
use crate::facts::readings::Readings;
use crate::facts::unit_listing::Wanted;
use crate::host::Host;
use crate::limits::budget::instances;
use crate::limits::budget::sum::{self, Budget};
use crate::limits::shown::overview::Overview;
use crate::limits::shown::units;
use crate::ui::terminal::Terminal;
use crate::ui::{json, limits};

use super::{limits_set, limits_suggest, trial};

/// Runs the command.
///
/// # Errors
/// Says what was typed wrongly, or what cannot be read or shown.
pub fn run(arguments: &Limits, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    match &arguments.action {
        None => show(&ShowUnits::default(), global, host, terminal),
        Some(LimitsAction::Show(wanted)) => show(wanted, global, host, terminal),
        Some(LimitsAction::Budget(asked)) => budget(asked, global, host, terminal),
        Some(LimitsAction::Suggest(asked)) => limits_suggest::suggest(asked, global, host, terminal),
        Some(LimitsAction::Set(wanted)) => limits_set::set(wanted, global, host, terminal),
        Some(LimitsAction::Unset(wanted)) => limits_set::unset(wanted, global, host, terminal),
        Some(LimitsAction::Try(asked)) => trial::scope(asked, global, host, terminal),
        Some(LimitsAction::Run(asked)) => trial::rlimits(asked, global, host, terminal),
    }
}

fn show(wanted: &ShowUnits, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let readings = Readings::new(host, None);
    let manager = limits_set::listed(wanted.user, host);
    let overview = match &wanted.unit {
        Some(unit) => Overview::of_unit(&readings, manager, unit)?,
        None => {
            let wanted = if wanted.all { Wanted::Loaded } else { Wanted::Active };
            Overview::of(&readings, units::Request { manager, wanted })?
        }
    };
    let text = match (global.json, global.quiet, &wanted.unit) {
        (true, ..) => json::object(&overview)?,
        (_, true, _) => limits::overview::verdict(&overview),
        (.., Some(_)) => limits::unit::render(&overview, &after_unit(&overview, host), terminal.look),
        (.., None) => limits::overview::render(&overview, &after_all(&overview, host), terminal.look),
    };
    terminal.show(&text)?;
    Ok(Exit::Done)
}

fn budget(asked: &AskBudget, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let mut parts = asked.instances.clone();
    if let Some(file) = &asked.file {
        parts.extend(instances::read(file)?);
    }
    let request = sum::Request { reserve: asked.reserve, additions: asked.add.clone(), instances: parts };
    let budget = Budget::of(&Readings::new(host, None), &request)?;
    let text = match (global.json, global.quiet) {
        (true, _) => json::object(&budget)?,
        (_, true) => limits::budget::verdict(&budget),
        _ => limits::budget::render(&budget, terminal.look),
    };
    terminal.show(&text)?;
    Ok(if budget.fits { Exit::Done } else { Exit::Findings })
}

/// What tells more: the unit that is in trouble, and whether all fits.
fn after_all(overview: &Overview, host: &Host) -> Vec<String> {
    let odd = overview.units.iter().find(|unit| !unit.remarks.is_empty());
    let show = odd.map(|unit| format!("limits show {}", change::typed(&[&unit.unit])));
    let commands = show.into_iter().chain(["limits budget".to_owned()]);
    commands.map(|command| format!("{} {command}", on_same_machine(host))).collect()
}

/// The unit's own words are in the journal.
fn after_unit(overview: &Overview, host: &Host) -> Vec<String> {
    let [unit] = overview.units.as_slice() else { return Vec::new() };
    let user = if unit.user { "--user " } else { "" };
    let journal = (host.is_live() && overview.systemd && unit.state.is_some())
        .then(|| format!("journalctl {user}-u {} -e", change::typed(&[&unit.unit])));
    journal.into_iter().chain([format!("{} limits budget", on_same_machine(host))]).collect()
}

/// How memtune is called for the same machine or tree again.
pub(super) fn on_same_machine(host: &Host) -> String {
    let folder = host.folder().map(|folder| folder.display().to_string());
    let root = folder.map(|folder| format!(" --root {}", change::typed(&[folder])));
    format!("memtune{}", root.unwrap_or_default())
}
