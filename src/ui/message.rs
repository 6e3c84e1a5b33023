//! What is said on standard error.

use std::io::Write;

use anstyle::{AnsiColor, Style};

use super::look::{harmless, styled};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// Says why memtune ends, and what to do next.
pub fn error(message: &str, hint: Option<&str>) {
    say(ERROR, "error", message);
    if let Some(hint) = hint {
        say(HINT, "hint", hint);
    }
}

/// Says what was not taken as it was meant; memtune goes on.
pub fn warning(message: &str) {
    say(WARNING, "warning", message);
}

/// Says that memtune itself is wrong, in a panic.
pub fn bug(details: &str) {
    say(ERROR, "bug", details);
    say(
        HINT,
        "hint",
        "this is a mistake in memtune, not in your machine; please report it with the line above",
    );
}

fn say(style: Style, label: &str, text: &str) {
    // Without a reader on standard error there is nobody left to tell.
    let _ = writeln!(anstream::stderr(), "{} {}", styled(style, &format!("{label}:")), harmless(text));
}
