//! Words of a shell: what goes into a command that somebody may copy into a terminal.

/// Whether a terminal takes `text` as it stands: control characters end a line or do worse, and a replacement character stands
/// for bytes that were not kept.
pub(super) fn can_be_typed(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() || character == char::REPLACEMENT_CHARACTER)
}

/// `text` as one word.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-+:@%,".contains(character);
    match text.chars().all(is_plain) && !text.is_empty() {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a real shell makes of a word.
    fn echoed(word: &str) -> String {
        #[expect(clippy::disallowed_methods, reason = "asks a real shell")]
        let output =
            std::process::Command::new("sh").args(["-c", &format!("printf %s {word}")]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        assert_eq!(quoted("/dev/disk/by-uuid/1-2"), "/dev/disk/by-uuid/1-2");
        let texts =
            ["/my swap", "/it's", "/$(reboot)", "/a\\b;c", "", "/näh", "~", "=ls", "a\\x2db@1.service", "''"];
        for text in texts {
            assert_eq!(echoed(&quoted(text)), text);
            assert!(can_be_typed(text));
        }
    }

    #[test]
    fn what_a_terminal_would_act_on_cannot_be_typed() {
        for text in ["/a\u{1b}[2Jb", "/a\nreboot", "/a\tb", "/a\u{9b}b", "/a\u{fffd}b"] {
            assert!(!can_be_typed(text), "{text:?}");
        }
    }
}
