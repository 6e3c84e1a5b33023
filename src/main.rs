//! Parses, dispatches, and ends with the right status.

use std::io;
use std::process::ExitCode;

use clap::Parser;
use memtune::cli::Cli;
use memtune::exit::{Exit, Fault};
use memtune::ui::message;

fn main() -> ExitCode {
    memtune::install_panic_hook();
    let cli = Cli::parse();
    memtune::run(&cli).unwrap_or_else(|error| end(&error)).into()
}

fn end(error: &anyhow::Error) -> Exit {
    // Whoever reads through `head` has seen enough: that is no failure.
    if error.chain().any(|cause| {
        cause.downcast_ref().is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe)
    }) {
        return Exit::Done;
    }
    let fault: Option<&Fault> = error.downcast_ref();
    message::error(&format!("{error:#}"), fault.and_then(|fault| fault.hint.as_deref()));
    fault.map_or(Exit::Failed, |fault| fault.exit)
}
