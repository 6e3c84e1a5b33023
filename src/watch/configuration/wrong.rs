//! What is wrong with a file, and where.

use std::fmt;
use std::ops::Range;

/// A longer message says no more.
const LONGEST: usize = 1_000;

/// Why the settings cannot be used; shown in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The file.
    pub file: String,
    /// The line and the column in it, both from 1 on; `None` where it is not a matter of one place.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what would do.
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((line, column)) => {
                write!(formatter, "`{}` line {line}, column {column}: {}", self.file, self.what)
            }
            None => write!(formatter, "`{}`: {}", self.file, self.what),
        }
    }
}

impl std::error::Error for Wrong {}

/// The text of one file, and what it is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Text<'_> {
    /// Says what is wrong at a place, counted in bytes.
    pub(super) fn wrong(self, place: &Range<usize>, what: impl AsRef<str>) -> Wrong {
        let before: String = String::from_utf8_lossy(
            self.text.as_bytes().get(..place.start.min(self.text.len())).unwrap_or_default(),
        )
        .into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Wrong { file: self.file.to_owned(), place: Some((line, column)), what: harmless(what.as_ref()) }
    }

    /// Says what TOML or serde found wrong.
    pub(super) fn malformed(self, error: &toml::de::Error) -> Wrong {
        let what = error.message().lines().collect::<Vec<_>>().join("; ");
        let meant = nearest(&what).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        self.wrong(&error.span().unwrap_or(0..0), what + &meant)
    }
}

/// What is quoted from a file may hold anything.
pub(super) fn harmless(what: &str) -> String {
    let plain = |letter: char| if letter.is_control() { '?' } else { letter };
    what.chars().map(plain).take(LONGEST).collect()
}

/// The known name that comes nearest to the unknown one, as serde's message quotes them: the unknown one first.
fn nearest(message: &str) -> Option<String> {
    if !message.starts_with("unknown field") && !message.starts_with("unknown variant") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    let rated = quoted.map(|name| (strsim::jaro_winkler(unknown, name), name));
    let best = rated.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 > 0.75).then(|| best.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_lines_and_letters() {
        let text = Text { file: "/w", text: "a = 1\nä = \"x\"\n" };
        assert_eq!(text.wrong(&(0..1), "x").place, Some((1, 1)));
        assert_eq!(text.wrong(&(11..12), "x").to_string(), "`/w` line 2, column 5: x");
        assert_eq!(text.wrong(&(900..901), "a\nb").to_string(), "`/w` line 3, column 1: a?b");
    }

    #[test]
    fn the_nearest_name_is_meant() {
        assert_eq!(
            nearest("unknown field `availble`, expected one of `available`, `swap`").as_deref(),
            Some("available")
        );
        assert_eq!(nearest("unknown field `zzz`, expected `available` or `swap`"), None);
        assert_eq!(nearest("missing field `available`"), None);
    }
}
