//! `memtune swap`.

use anyhow::Result;

use crate::change;
use crate::cli::{Global, Swap, SwapAction};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::profile::{self, Profile, SizedSwap};
use crate::swap::add::Request;
use crate::swap::advice::Advice;
use crate::swap::overview::Overview;
use crate::tune::active;
use crate::ui::terminal::Terminal;
use crate::ui::{json, swap};

use super::{compressed, places, swap_areas};

/// Runs the command.
///
/// # Errors
/// Says what was typed wrongly, what is refused, or what cannot be read, shown or done.
pub fn run(arguments: &Swap, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    match &arguments.action {
        None | Some(SwapAction::Show) => show(global, host, terminal),
        Some(SwapAction::Advise { profiles }) => advise(profiles, global, host, terminal),
        Some(SwapAction::Zram { size }) => compressed::zram(size, global, host, terminal),
        Some(SwapAction::Zswap(wanted)) => compressed::zswap(wanted, global, host, terminal),
        Some(SwapAction::Add { size, file, priority, no_fstab }) => {
            let request =
                Request { size: *size, path: file.clone(), priority: *priority, at_boot: !no_fstab };
            swap_areas::add(&request, global, host, terminal)
        }
        Some(SwapAction::Remove { area, keep_file }) => {
            swap_areas::remove(area, *keep_file, global, host, terminal)
        }
        Some(SwapAction::Resize { area, size }) => swap_areas::resize(area, *size, global, host, terminal),
    }
}

fn show(global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let readings = Readings::new(host, None);
    let overview =
        Overview::of(&readings).map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))?;
    let text = match (global.json, global.quiet) {
        (true, _) => json::object(&overview)?,
        (_, true) => swap::overview::verdict(&overview),
        _ => swap::overview::render(&overview, &next(&overview, host), terminal.look),
    };
    terminal.show(&text)?;
    Ok(Exit::Done)
}

fn advise(profiles: &[String], global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let readings = Readings::new(host, None);
    let wishes = wishes(profiles, &readings)?;
    let advice =
        Advice::of(&readings, &wishes).map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))?;
    let text = match (global.json, global.quiet) {
        (true, _) => json::object(&advice)?,
        (_, true) => swap::advice::verdict(&advice),
        _ => swap::advice::render(&advice, !host.is_live(), terminal.look),
    };
    terminal.show(&text)?;
    Ok(Exit::Done)
}

/// What the named profiles wish for, or the active ones.
fn wishes(named: &[String], readings: &Readings) -> Result<Vec<SizedSwap>, Fault> {
    let host = readings.host();
    let active = if named.is_empty() { active::read(host)? } else { None };
    let numbers = active.as_ref().map(|active| active.request().numbers).unwrap_or_default();
    let names = active.map_or_else(|| named.to_vec(), |active| active.profiles);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let places = places::of_profiles(host);
    let loaded: Result<Vec<Profile>, Fault> = names.iter().map(|name| profile::load(&places, name)).collect();
    Ok(profile::size(&profile::compose(loaded?)?, readings, numbers)?.swap)
}

/// What tells more: doctor where something is odd, and always the advice.
fn next(overview: &Overview, host: &Host) -> Vec<String> {
    if overview.container.is_some() {
        return Vec::new();
    }
    let explain = overview.remarks.first().map(|remark| format!("doctor explain {}", remark.check));
    let commands = explain.into_iter().chain(["swap advise".to_owned()]);
    commands.map(|command| format!("{} {command}", on_same_machine(host))).collect()
}

/// How memtune is called for the same machine or tree again.
fn on_same_machine(host: &Host) -> String {
    let folder = host.folder().map(|folder| folder.display().to_string());
    let root = folder.map(|folder| format!(" --root {}", change::typed(&[folder])));
    format!("memtune{}", root.unwrap_or_default())
}
