//! Text that is wrapped to the width and indented.

use super::look::{COMMAND, Look, harmless, styled};

/// Wraps `text` to the width, each line behind `indent` blanks, and ends it with a newline.
pub fn indented(look: Look, indent: usize, text: &str) -> String {
    hanging(look, &" ".repeat(indent), indent, text)
}

/// Wraps `text` behind `first`, which is `indent` columns wide (colours do not count); further lines are indented as far.
pub fn hanging(look: Look, first: &str, indent: usize, text: &str) -> String {
    let width = look.width.saturating_sub(indent).max(20);
    let text = harmless(text);
    // Paths and commands stay whole: a broken one can be neither read nor copied.
    let options =
        textwrap::Options::new(width).break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
    let lines = textwrap::wrap(&text, options);
    let mut wrapped = String::new();
    for (number, line) in lines.iter().enumerate() {
        wrapped.push_str(&if number == 0 { first.to_owned() } else { " ".repeat(indent) });
        wrapped.push_str(line);
        wrapped.push('\n');
    }
    wrapped
}

/// A command to be typed, on a line of its own and never wrapped, so that it can be copied.
pub fn command(look: Look, indent: usize, command: &str) -> String {
    let command = if look.is_root { command.replace("sudo ", "") } else { command.to_owned() };
    format!("{}{}\n", " ".repeat(indent), styled(COMMAND, &format!("$ {}", harmless(&command))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_behind_its_mark() {
        let look = Look { width: 24, has_unicode: true, is_root: false };
        assert_eq!(
            hanging(look, "* ", 2, "one two three four five six"),
            "* one two three four\n  five six\n"
        );
        assert_eq!(command(look, 2, "x".repeat(90).as_str()).lines().count(), 1);
        let of_root = command(Look { is_root: true, ..look }, 0, "echo 1 | sudo tee /x");
        assert!(of_root.contains("$ echo 1 | tee /x"), "{of_root}");
    }
}
