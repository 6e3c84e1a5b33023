//! A text that does not follow its format.

use crate::host::Lacking;

/// No sound source of ours has more entries; a hostile one shall not fill the memory.
pub const MOST_ENTRIES: usize = 20_000;

/// The place where a text stops making sense, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line, counted from 1.
    pub line: usize,
    /// What was expected, or what was found instead.
    pub what: String,
}

impl Malformed {
    /// Says what is wrong with `line`, counted from 1.
    pub fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }

    /// Says that a number was expected where `found` stands.
    pub fn not_a_number(line: usize, found: &str) -> Self {
        Self::new(line, format!("expected a number, found `{}`", shortened(found)))
    }
}

/// Names the file that a text came from.
pub trait InFile<T> {
    /// Turns a place in a text into a place in the file `path`.
    fn in_file(self, path: &str) -> Result<T, Lacking>;
}

impl<T> InFile<T> for Result<T, Malformed> {
    fn in_file(self, path: &str) -> Result<T, Lacking> {
        self.map_err(|malformed| Lacking::malformed(path, malformed.line, malformed.what))
    }
}

/// The lines of a text that hold something, numbered from 1.
pub fn numbered_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty())
}

/// Enough of a found text to recognise it, with nothing in it that could steer a terminal.
pub fn shortened(found: &str) -> String {
    let plain = found.chars().map(|character| if character.is_control() { '?' } else { character });
    plain.take(40).collect()
}
