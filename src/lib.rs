//! memtune keeps Linux machines from dying of memory.
//!
//! The house is described in ARCHITECTURE.md; each room begins with a paragraph on what it is for.

use anyhow::Result;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, Fault};
use crate::host::Host;
use crate::ui::terminal::Terminal;

pub mod change;
pub mod cli;
pub mod cmd;
pub mod doctor;
pub mod exit;
pub mod facts;
pub mod host;
pub mod sys;
pub mod ui;

/// Does what was typed.
///
/// # Errors
/// Says what went wrong; a [`Fault`] among the causes knows the exit status.
pub fn run(cli: &Cli) -> Result<Exit> {
    let mut terminal = Terminal::new(cli.global.color);
    match &cli.command {
        Command::Doctor(arguments) => cmd::doctor::run(arguments, &cli.global, &host(cli)?, &mut terminal),
        Command::Completions { shell } => cmd::completions::run(*shell, &mut terminal),
        Command::Man { folder } => cmd::manual::run(folder),
    }
}

fn host(cli: &Cli) -> Result<Host> {
    let Some(folder) = &cli.global.root else { return Ok(Host::live()) };
    let wrong = |error| Fault::new(Exit::Usage, format!("cannot open the tree `{}`: {error}", folder.display()));
    Ok(Host::at(folder).map_err(wrong)?)
}
