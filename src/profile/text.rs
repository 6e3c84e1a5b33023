//! What a profile may say: its texts end up in configuration files, on terminals and in comments.

/// The longest text of one line, in bytes.
const LONGEST: usize = 2_000;

/// Refuses what is empty, too long or holds a control character, newlines included.
pub(super) fn check_line(text: &str) -> Result<(), String> {
    match text {
        _ if text.trim().is_empty() => Err("the text is empty: one line is needed".to_owned()),
        _ if text.contains(['\n', '\r']) => {
            Err("the text has several lines, but only one is allowed: it is written into comments".to_owned())
        }
        _ if text.contains(is_steering) => {
            Err("the text holds a control character: only visible characters and blanks are allowed"
                .to_owned())
        }
        _ if text.len() > LONGEST => Err(format!("the text is longer than {LONGEST} bytes")),
        _ => Ok(()),
    }
}

/// Refuses the same, but takes several lines.
pub(super) fn check_paragraph(text: &str) -> Result<(), String> {
    text.lines().filter(|line| !line.is_empty()).try_for_each(check_line)?;
    if text.trim().is_empty() { Err("the text is empty: a paragraph is needed".to_owned()) } else { Ok(()) }
}

/// Control characters, those that turn the direction of writing, and the two that end a line without being one of ASCII.
fn is_steering(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
}

/// The name of a profile: what can be typed without quotes, and cannot be a path.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let is_sound = |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'-');
    match !name.is_empty() && name.len() <= 64 && name.bytes().all(is_sound) {
        true => Ok(()),
        false => Err("the name of a profile has small letters, digits and `-` only, 64 at most".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_end_a_line_or_steer_a_terminal() {
        for text in
            ["a\nvm.swappiness = 0", "a\r", "\u{1b}[2J", "a\u{2028}b", "\u{202e}a", "\0", "", "  ", "\u{85}"]
        {
            assert!(check_line(text).is_err(), "{text:?}");
        }
        assert!(check_line(&"a".repeat(LONGEST + 1)).is_err());
        assert_eq!(check_line("ein Grund: 1 % – für \"alle\" µ"), Ok(()));
        assert_eq!(check_paragraph("one\n\ntwo\n"), Ok(()));
        assert!(check_paragraph("\n").is_err() && check_paragraph("a\n\u{1b}[0m").is_err());
    }

    #[test]
    fn names_are_no_paths() {
        assert_eq!(check_name("jetson-llm2"), Ok(()));
        for name in ["", "../x", "A", "a b", "a.toml", "a\n", "ä"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
    }
}
