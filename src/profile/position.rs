//! A place in a profile's file, for messages.

use std::ops::Range;

use crate::exit::{Exit, Fault};

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
        Fault::new(Exit::Usage, format!("`{}` line {line}: {}", self.file, what.as_ref()))
            .hint("`man 5 memtune-profile` describes the format")
    }

    fn line(self, place: usize) -> usize {
        1 + self.text.bytes().take(place).filter(|&byte| byte == b'\n').count()
    }
}
