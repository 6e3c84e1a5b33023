//! `memtune completions`.

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::ui::terminal::Terminal;

/// The completions for `shell`, as they are committed under completions/.
///
/// # Errors
/// Fails only if clap writes something that is no text.
pub fn render(shell: Shell) -> Result<String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "memtune", &mut script);
    Ok(String::from_utf8(script)?)
}

/// Runs the command.
///
/// # Errors
/// Says why they could not be shown.
pub fn run(shell: Shell, terminal: &mut Terminal) -> Result<Exit> {
    terminal.show(&render(shell)?)?;
    Ok(Exit::Done)
}
