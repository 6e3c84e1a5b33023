//! Lines of the account, each with its prefix and no longer than the terminal is wide.

use std::fmt::{self, Write};

use arrayvec::ArrayString;

use crate::sys::bounded_text::BoundedText;
use crate::sys::harmless::harmless;

/// In front of each line.
const PREFIX: &str = "watch: ";
/// At least so much of a name is shown, however narrow it is.
const LEAST: usize = 6;

/// Writes lines.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    /// Where to.
    pub(super) text: &'a mut BoundedText,
    /// Columns; `None` for a log, whose lines may be as long as they like.
    pub(super) width: Option<usize>,
}

impl Lines<'_> {
    /// Whether columns have to be left out.
    pub(super) fn is_narrow(&self) -> bool {
        self.width.is_some_and(|width| width < 60)
    }

    /// A sentence, broken between words; the first line stands in by `first`, the others by `indent`.
    pub(super) fn sentence(
        &mut self,
        first: usize,
        indent: usize,
        sentence: fmt::Arguments<'_>,
    ) -> fmt::Result {
        let mut words = Words { lines: self, column: 0, first, indent, word: ArrayString::new() };
        words.write_fmt(sentence)?;
        words.place()?;
        self.text.write_char('\n')
    }

    /// A line that ends with a name, which is shortened where it does not fit; `behind` follows if there is still room for it, else it gets
    /// a line of its own.
    pub(super) fn named(
        &mut self,
        head: fmt::Arguments<'_>,
        name: &str,
        behind: Option<&str>,
    ) -> fmt::Result {
        let mut start = ArrayString::<64>::new();
        start.write_fmt(head)?;
        let used = PREFIX.len() + start.chars().count() + "''".len();
        let most = self.width.map_or(usize::MAX, |width| width.saturating_sub(used).max(LEAST));
        write!(self.text, "{PREFIX}{start}'{}'", Clipped { name, most })?;
        let taken = used + name.chars().count().min(most);
        match behind {
            Some(behind) if self.width.is_none_or(|width| taken + 2 + behind.len() <= width) => {
                writeln!(self.text, ": {behind}")
            }
            Some(behind) => {
                self.text.write_char('\n')?;
                self.sentence(9, 9, format_args!("{behind}"))
            }
            None => self.text.write_char('\n'),
        }
    }
}

/// Puts words on lines as they come.
struct Words<'a, 'b> {
    lines: &'a mut Lines<'b>,
    column: usize,
    first: usize,
    indent: usize,
    word: ArrayString<256>,
}

impl Words<'_, '_> {
    fn place(&mut self) -> fmt::Result {
        let length = self.word.chars().count();
        if length == 0 {
            return Ok(());
        }
        let is_full = self.lines.width.is_some_and(|width| self.column + 1 + length > width);
        if self.column == 0 {
            self.begin(self.first)?;
        } else if is_full && self.column > PREFIX.len() + self.indent {
            self.lines.text.write_char('\n')?;
            self.begin(self.indent)?;
        } else {
            self.lines.text.write_char(' ')?;
            self.column += 1;
        }
        self.lines.text.write_str(&self.word)?;
        self.column += length;
        self.word.clear();
        Ok(())
    }

    fn begin(&mut self, indent: usize) -> fmt::Result {
        self.column = PREFIX.len() + indent;
        write!(self.lines.text, "{PREFIX}{:indent$}", "")
    }
}

impl fmt::Write for Words<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            // A line end in a text from outside is no line end of ours.
            let character = harmless(character);
            // A number stays with what it counts.
            if character == ' ' && !self.word.ends_with(|last: char| last.is_ascii_digit()) {
                self.place()?;
            } else if self.word.try_push(character).is_err() {
                self.place()?;
                let _ = self.word.try_push(character);
            }
        }
        Ok(())
    }
}

/// A name without what steers a terminal, of at most so many characters.
struct Clipped<'a> {
    name: &'a str,
    most: usize,
}

impl fmt::Display for Clipped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_longer = self.name.chars().nth(self.most).is_some();
        let keep = if is_longer { self.most.saturating_sub(1) } else { self.most };
        self.name.chars().take(keep).try_for_each(|character| formatter.write_char(harmless(character)))?;
        if is_longer { formatter.write_char('…') } else { Ok(()) }
    }
}
