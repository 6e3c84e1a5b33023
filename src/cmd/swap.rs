//! `memtune swap`.

use anyhow::Result;

use crate::change;
use crate::cli::{Global, Swap, SwapAction};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::swap::overview::Overview;
use crate::ui::terminal::Terminal;
use crate::ui::{json, swap};

/// Runs the command.
///
/// # Errors
/// Says what cannot be read or shown.
pub fn run(arguments: &Swap, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    match arguments.action {
        None | Some(SwapAction::Show) => show(global, host, terminal),
    }
}

fn show(global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let readings = Readings::new(host, None);
    let overview =
        Overview::of(&readings).map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))?;
    let text = if global.json {
        json::object(&overview)?
    } else {
        swap::overview::render(&overview, &next(&overview, host), terminal.look)
    };
    terminal.show(&text)?;
    Ok(Exit::Done)
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
