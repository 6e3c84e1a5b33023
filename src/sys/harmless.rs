//! Text from outside, without what could steer a terminal; it allocates nothing.

use std::fmt::{self, Write};

/// Shows a text with a replacement character in the place of each that steers.
#[derive(Clone, Copy, Debug)]
pub struct Harmless<'a>(pub &'a str);

impl fmt::Display for Harmless<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| formatter.write_char(harmless(character)))
    }
}

/// The character, or what is shown in its place.
pub fn harmless(character: char) -> char {
    if steers(character) { char::REPLACEMENT_CHARACTER } else { character }
}

/// Control characters, and those that turn the direction of what follows or are not seen at all.
pub fn steers(character: char) -> bool {
    let is_hidden = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    character.is_control() || is_hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_replaced() {
        assert_eq!(Harmless("a\x1b[2Jb\n\u{202e}c").to_string(), "a\u{fffd}[2Jb\u{fffd}\u{fffd}c");
        assert_eq!(Harmless("größer than 'you'").to_string(), "größer than 'you'");
    }
}
