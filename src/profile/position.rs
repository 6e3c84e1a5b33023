//! A place in a profile's file, for messages.

use std::ops::Range;

use crate::exit::{Exit, Fault};

/// A longer message says no more.
const LONGEST: usize = 1_000;

/// The text of one file, and what it is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Text<'_> {
    /// Says what is wrong at a place, counted in bytes.
    pub(super) fn wrong(self, place: &Range<usize>, what: impl AsRef<str>) -> Fault {
        let line = self.line(place.start);
        // What is quoted from the file may hold anything.
        let plain = |letter: char| if letter.is_control() { '?' } else { letter };
        let what: String = what.as_ref().chars().map(plain).take(LONGEST).collect();
        Fault::new(Exit::Usage, format!("`{}` line {line}: {what}", self.file))
            .hint("`man 5 memtune-profile` describes the format")
    }

    fn line(self, place: usize) -> usize {
        1 + self.text.bytes().take(place).filter(|&byte| byte == b'\n').count()
    }
}
