//! Text of fixed size: names that are cut where they do not fit.

use arrayvec::ArrayString;

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
    // Nearly all names are like this.
    if let Ok(text) = str::from_utf8(bytes)
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && kept.try_push_str(text).is_ok()
    {
        return kept;
    }
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
