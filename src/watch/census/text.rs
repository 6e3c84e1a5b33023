//! Text of fixed size: paths that the kernel takes, and names that are cut where they do not fit.

use std::ffi::CStr;
use std::fmt::{self, Write};

use arrayvec::{ArrayString, ArrayVec};

/// Room for the path of a group and a file in it.
const LONGEST: usize = 640;

/// A path that is put together without allocating.
#[derive(Debug)]
pub(super) struct PathText(ArrayVec<u8, LONGEST>);

impl PathText {
    /// The path that is written; `None` if it is too long, or holds what no path holds.
    pub(super) fn of(arguments: fmt::Arguments<'_>) -> Option<Self> {
        let mut path = Self(ArrayVec::new());
        path.write_fmt(arguments).ok()?;
        path.0.try_push(0).ok()?;
        CStr::from_bytes_with_nul(&path.0).is_ok().then_some(path)
    }

    /// As the kernel takes it.
    pub(super) fn as_path(&self) -> &CStr {
        CStr::from_bytes_with_nul(&self.0).unwrap_or_default()
    }
}

impl Write for PathText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.try_extend_from_slice(text.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// As much of the text as fits, in whole letters.
pub(super) fn cut<const ROOM: usize>(text: &str) -> ArrayString<ROOM> {
    let mut kept = ArrayString::new();
    for letter in text.chars() {
        if kept.try_push(letter).is_err() {
            break;
        }
    }
    kept
}

/// Bytes as text: what is no letter, and what would move the cursor of a terminal, is shown as the mark for it.
pub(super) fn plain<const ROOM: usize>(bytes: &[u8]) -> ArrayString<ROOM> {
    let mut kept = ArrayString::new();
    for chunk in bytes.utf8_chunks() {
        let wrong = if chunk.invalid().is_empty() { None } else { Some(char::REPLACEMENT_CHARACTER) };
        for letter in chunk.valid().chars().chain(wrong) {
            let letter = if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
            if kept.try_push(letter).is_err() {
                return kept;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_whole_or_none() {
        let path = PathText::of(format_args!("{}/{}", 17, "stat")).unwrap();
        assert_eq!(path.as_path(), c"17/stat");
        assert!(PathText::of(format_args!("{}", "a".repeat(LONGEST))).is_none());
        assert!(PathText::of(format_args!("a\0b")).is_none());
    }

    #[test]
    fn names_are_cut_at_a_letter() {
        assert_eq!(cut::<5>("aäää").as_str(), "aää");
        assert_eq!(plain::<48>(b"a\n\xffb").as_str(), "a\u{fffd}\u{fffd}b");
    }

    proptest! {
        #[test]
        fn a_command_of_any_bytes_fits(bytes in prop::collection::vec(any::<u8>(), 0..16)) {
            let shown = plain::<48>(&bytes);
            prop_assert!(!shown.contains(char::is_control));
            prop_assert_eq!(shown.is_empty(), bytes.is_empty());
        }
    }
}
