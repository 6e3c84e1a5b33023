//! Text as roff wants it.

/// A word and what it means.
pub(super) fn entry(term: &str, meaning: &str) -> String {
    format!(".TP\n\\fB{}\\fR\n{}\n", escaped(term), escaped(meaning))
}

/// A paragraph behind a list of entries, which would otherwise be taken for the end of the last one.
pub(super) fn behind_entries(text: &str) -> String {
    format!(".PP\n{}", line(text))
}

/// A paragraph.
pub(super) fn line(text: &str) -> String {
    escaped(text) + "\n"
}

/// Text as roff wants it: no line may begin with its control characters, and hyphens shall stay hyphens when copied.
pub(super) fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

/// Text as it is to be typed.
pub(super) fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", escaped(text))
}

/// Text in whose place something else is to be typed.
pub(super) fn italic(text: &str) -> String {
    format!("\\fI{}\\fR", escaped(text))
}
