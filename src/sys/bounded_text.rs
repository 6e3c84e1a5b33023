//! Text whose room was made once: writing to it never allocates; what does not fit is cut off, and that can be asked.

use std::fmt;
use std::io;

/// A text of at most so many bytes. What is written after something was cut off is dropped as well, so that no middle is lacking.
#[derive(Debug)]
pub struct BoundedText {
    bytes: Vec<u8>,
    limit: usize,
    is_cut: bool,
}

impl BoundedText {
    /// An empty one with room for `limit` bytes; the only place that allocates.
    pub fn with_limit(limit: usize) -> Self {
        Self { bytes: Vec::with_capacity(limit), limit, is_cut: false }
    }

    /// Makes it empty and whole.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.is_cut = false;
    }

    /// What was written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written, as text; nothing where bytes were added that are none.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// Whether something did not fit.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// How many bytes still fit.
    pub fn room(&self) -> usize {
        if self.is_cut { 0 } else { self.limit.saturating_sub(self.bytes.len()) }
    }

    /// Adds bytes, all of them or none.
    pub fn add(&mut self, bytes: &[u8]) -> bool {
        self.is_cut |= self.room() < bytes.len();
        if !self.is_cut {
            self.bytes.extend_from_slice(bytes);
        }
        !self.is_cut
    }

    /// Adds what `write` writes where all of it fits and `reserve` bytes are left behind it; else it is as it was before.
    pub fn attempt(&mut self, reserve: usize, write: impl FnOnce(&mut Self) -> fmt::Result) -> bool {
        if self.is_cut {
            return false;
        }
        let length = self.bytes.len();
        let is_written = write(self).is_ok() && !self.is_cut && self.room() >= reserve;
        if !is_written {
            self.bytes.truncate(length);
            self.is_cut = false;
        }
        is_written
    }

    /// Where something was cut off, makes place for `mark` and ends with it.
    pub fn mark_cut(&mut self, mark: &str) {
        if !self.is_cut {
            return;
        }
        let keep = self.limit.saturating_sub(mark.len()).min(self.bytes.len());
        self.bytes.truncate(boundary(&self.bytes, keep));
        if self.bytes.len() + mark.len() <= self.limit {
            self.bytes.extend_from_slice(mark.as_bytes());
        }
    }
}

impl fmt::Write for BoundedText {
    /// Never fails, so that what comes after a cut is formatted for nothing rather than an error everywhere.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = text.floor(self.room());
        if !self.is_cut {
            self.bytes.extend_from_slice(fits.as_bytes());
        }
        self.is_cut |= fits.len() < text.len();
        Ok(())
    }
}

impl io::Write for BoundedText {
    /// As bytes, of which what does not fit is dropped; it never fails either.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

trait Floor {
    /// The longest beginning of at most so many bytes that splits no character.
    fn floor(&self, most: usize) -> &str;
}

impl Floor for str {
    fn floor(&self, most: usize) -> &str {
        let end = boundary(self.as_bytes(), most.min(self.len()));
        self.get(..end).unwrap_or_default()
    }
}

/// The last start of a character at or before `at`.
fn boundary(bytes: &[u8], at: usize) -> usize {
    let is_inside = |at: &usize| bytes.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    (0..=at).rev().find(|at| !is_inside(at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write;

    #[test]
    fn says_that_it_was_cut() {
        let mut text = BoundedText::with_limit(5);
        write!(text, "{}", 1234).unwrap();
        assert!(!text.is_cut() && text.room() == 1);
        write!(text, "56").unwrap();
        write!(text, "7").unwrap();
        assert_eq!((text.as_str(), text.is_cut(), text.room()), ("12345", true, 0));
        text.mark_cut("..");
        assert_eq!(text.as_str(), "123..");
        text.clear();
        text.mark_cut("..");
        assert!(text.add(b"12345") && !text.add(b"6") && !text.add(b""));
        assert_eq!(text.as_bytes(), b"12345");
    }

    #[test]
    fn an_attempt_is_whole_or_was_never_made() {
        let mut text = BoundedText::with_limit(8);
        assert!(text.attempt(2, |text| text.write_str("abc")));
        assert!(!text.attempt(2, |text| text.write_str("defg")));
        assert!(!text.attempt(0, |text| text.write_str("defghi")));
        assert!(!text.attempt(0, |_| Err(fmt::Error)));
        assert_eq!((text.as_str(), text.is_cut()), ("abc", false));
    }

    proptest! {
        #[test]
        fn never_grows_and_never_splits_a_character(parts in proptest::collection::vec("\\PC{0,6}", 0..8), limit in 0usize..24) {
            let mut text = BoundedText::with_limit(limit);
            let room = text.bytes.capacity();
            for part in &parts {
                write!(text, "{part}").unwrap();
            }
            let all = parts.concat();
            prop_assert!(std::str::from_utf8(text.as_bytes()).is_ok());
            prop_assert!(all.starts_with(text.as_str()));
            prop_assert_eq!(text.is_cut(), all.len() > limit);
            text.mark_cut("…");
            prop_assert!(text.as_bytes().len() <= limit && text.bytes.capacity() == room);
            prop_assert!(std::str::from_utf8(text.as_bytes()).is_ok());
        }
    }
}
