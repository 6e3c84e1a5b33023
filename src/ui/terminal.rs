//! The reader's terminal, or the pipe in its place.

use std::env;
use std::io::{self, IsTerminal, Write};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};

use crate::cli::Colour;

use super::look::Look;

const WIDTH_OF_A_PIPE: usize = 80;

/// Longer lines are hard to read, however wide the terminal.
const WIDEST: usize = 110;
const NARROWEST: usize = 40;

/// Where answers go.
pub struct Terminal {
    has_colours: bool,
    /// What it can show.
    pub look: Look,
}

impl Terminal {
    /// Finds out what standard output can show. `--color` goes before NO_COLOR, and both before what the terminal can.
    pub fn new(colour: Colour) -> Self {
        let choice = match colour {
            Colour::Auto => AutoStream::choice(&io::stdout()),
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        Self {
            has_colours: choice != ColorChoice::Never,
            look: Look { width: width(), has_unicode: has_unicode(), is_root: false },
        }
    }

    /// Writes an answer.
    ///
    /// # Errors
    /// Fails where the reader has gone or the disk behind it is full.
    pub fn show(&mut self, text: &str) -> io::Result<()> {
        // In one piece: a stream that takes colours out as it goes writes each line by itself.
        let plain = (!self.has_colours).then(|| strip_str(text).to_string());
        let mut out = io::stdout().lock();
        out.write_all(plain.as_deref().unwrap_or(text).as_bytes())?;
        out.flush()
    }
}

/// Writes beside an answer that is somebody else's, such as the output of a program that was run for the caller.
///
/// # Errors
/// Fails where the reader has gone.
pub fn show_beside(text: &str, colour: Colour) -> io::Result<()> {
    let choice = match colour {
        Colour::Auto => AutoStream::choice(&io::stderr()),
        Colour::Always => ColorChoice::Always,
        Colour::Never => ColorChoice::Never,
    };
    let mut beside = AutoStream::new(io::stderr().lock(), choice);
    beside.write_all(text.as_bytes())?;
    beside.flush()
}

/// COLUMNS wins, as in other programs: a terminal does not export it, so whoever set it meant it.
fn width() -> usize {
    let wanted = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let own = || rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    let width = wanted.or_else(own).filter(|&columns| columns > 0).unwrap_or(WIDTH_OF_A_PIPE);
    width.clamp(NARROWEST, WIDEST)
}

/// The first of the locale variables that is set decides, as in C.
fn has_unicode() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(|name| env::var(name).ok());
    let locale = set.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Whether someone watches standard error.
pub(super) fn is_watched() -> bool {
    io::stderr().is_terminal()
}
