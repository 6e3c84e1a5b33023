//! Parses, dispatches, and ends with the right status.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use memtune::cli::Cli;
use memtune::exit::{Exit, Fault};
use memtune::ui::message;

fn main() -> ExitCode {
    memtune::install_panic_hook();
    let cli = Cli::parse();
    memtune::run(&cli).unwrap_or_else(|error| end(&error, cli.global.root.as_deref())).into()
}

fn end(error: &anyhow::Error, root: Option<&Path>) -> Exit {
    // Whoever reads through `head` has seen enough: that is no failure.
    if error.chain().any(|cause| {
        cause.downcast_ref().is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe)
    }) {
        return Exit::Done;
    }
    let fault: Option<&Fault> = error.downcast_ref();
    let hint = fault.and_then(|fault| fault.hint.as_deref()).map(|hint| for_same_tree(hint, root));
    // What stands by itself came from the only thing that is written to without a word about it.
    let what = if error.is::<io::Error>() { "cannot write the answer: " } else { "" };
    message::error(&format!("{what}{error:#}"), hint.as_deref());
    fault.map_or(Exit::Failed, |fault| fault.exit)
}

/// What a hint proposes to type shall not hit this machine where a tree was meant.
fn for_same_tree(hint: &str, root: Option<&Path>) -> String {
    let Some(root) = root else { return hint.to_owned() };
    let root = memtune::change::typed(&[root.to_string_lossy()]);
    hint.replace("`memtune ", &format!("`memtune --root {root} "))
}
