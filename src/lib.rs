//! memtune keeps Linux machines from dying of memory.
//!
//! The house is described in ARCHITECTURE.md; each room begins with a paragraph on what it is for.

use anyhow::Result;

use crate::change::undo::Force;
use crate::cli::{Cli, Command, Global};

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
pub mod limits;
pub mod profile;
pub mod service;
pub mod swap;
pub mod sys;
pub mod sysctl;
pub mod tune;
pub mod ui;
pub mod watch;

/// From here on a panic, which is always a mistake of ours, says so and ends with the status of a bug.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        ui::message::bug(&panic.to_string());
        std::process::exit(i32::from(Exit::Bug.status()));
    }));
}

/// Does what was typed.
///
/// # Errors
/// Says what went wrong; a [`Fault`] among the causes knows the exit status.
pub fn run(cli: &Cli) -> Result<Exit> {
    let mut terminal = Terminal::new(cli.global.color);
    match &cli.command {
        Command::Completions { shell } => cmd::completions::run(*shell, &mut terminal),
        Command::Man { folder } => cmd::manual::run(folder),
        of_a_machine => {
            let host = host(cli)?;
            terminal.look.is_root = host.is_live() && rustix::process::geteuid().is_root();
            run_on(&host, of_a_machine, &cli.global, &mut terminal)
        }
    }
}

fn run_on(host: &Host, command: &Command, global: &Global, terminal: &mut Terminal) -> Result<Exit> {
    match command {
        Command::Doctor(arguments) => cmd::doctor::run(arguments, global, host, terminal),
        Command::Tune(arguments) => cmd::tune::run(arguments, global, host, terminal),
        Command::Limits(arguments) => cmd::limits::run(arguments, global, host, terminal),
        Command::Swap(arguments) => cmd::swap::run(arguments, global, host, terminal),
        Command::Watch(arguments) => cmd::watch::run(arguments, global, host, terminal),
        Command::History { id } => cmd::history::run(*id, global, host, terminal),
        Command::Undo { id, force } => {
            let force = if *force { Force::Yes } else { Force::No };
            cmd::undo::run(*id, force, global, host, terminal)
        }
        Command::Completions { .. } | Command::Man { .. } => Ok(Exit::Done),
    }
}

fn host(cli: &Cli) -> Result<Host> {
    let Some(folder) = &cli.global.root else { return Ok(Host::live()) };
    let wrong =
        |error| Fault::new(Exit::Usage, format!("cannot open the tree `{}`: {error}", folder.display()));
    Ok(Host::at(folder).map_err(wrong)?)
}
