//! How things look: width, marks and colours.

use anstyle::{AnsiColor, Style};

use crate::doctor::finding::Severity;
use crate::sys::harmless::Harmless;

/// What the reader's terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of text.
    pub width: usize,
    /// Whether marks beyond ASCII can be shown.
    pub has_unicode: bool,
    /// Whether the reader, who is root on the very machine that is examined, can do without sudo.
    pub is_root: bool,
}

impl Look {
    /// The mark of a severity, one column wide.
    pub fn mark(self, severity: Severity) -> &'static str {
        let (plain, fine) = match severity {
            Severity::Skip => ("-", "-"),
            Severity::Ok => ("+", "✓"),
            Severity::Info => ("i", "i"),
            Severity::Warn => ("!", "!"),
            Severity::Error => ("x", "✗"),
        };
        if self.has_unicode { fine } else { plain }
    }
}

/// The colour of a severity: it repeats the mark, so nothing is lost without colours.
pub fn style_of(severity: Severity) -> Style {
    match severity {
        Severity::Skip => Style::new().dimmed(),
        Severity::Ok => AnsiColor::Green.on_default(),
        Severity::Info => AnsiColor::Cyan.on_default(),
        Severity::Warn => AnsiColor::Yellow.on_default().bold(),
        Severity::Error => AnsiColor::Red.on_default().bold(),
    }
}

/// A heading.
pub const HEADING: Style = Style::new().bold();

/// What to type.
pub const COMMAND: Style = AnsiColor::Blue.on_default();

/// What matters less.
pub const FAINT: Style = Style::new().dimmed();

/// `text` in a style.
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// `text` without the characters that could steer a terminal: it may come from a hostile tree.
pub fn harmless(text: &str) -> String {
    Harmless(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(harmless("a\u{202e}b"), "a\u{fffd}b");
        assert_eq!(harmless("a\x1b[2Jb\u{9b}c\n"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}");
    }
}
