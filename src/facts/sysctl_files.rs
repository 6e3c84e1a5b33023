//! Files of sysctl.d, and /etc/sysctl.conf, as systemd-sysctl reads them.

use super::malformed::MOST_ENTRIES;

/// systemd gives a file up at a longer line.
const LONGEST_LINE: usize = 1 << 20;

/// A line that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SysctlLine {
    /// The line, counted from 1.
    pub line: usize,
    /// The knob as it is written, without the dash that forgives errors; the whole line where it is no assignment.
    pub key: String,
    /// What it says.
    pub content: Content,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// `key = value`.
    Value {
        /// The value as it is written, blanks around it taken off.
        value: String,
        /// Whether a dash before the key says that a failure does not matter.
        is_forgiving: bool,
    },
    /// `-key`: patterns do not reach this knob.
    Exclusion,
    /// Anything else, which is passed over.
    Nonsense,
}

/// Reads a file.
pub fn parse(text: &str) -> Vec<SysctlLine> {
    let lines = Lines { left: text };
    let sound = lines.take_while(|line| line.len() <= LONGEST_LINE);
    (1..).zip(sound).filter_map(|(number, line)| read_line(number, line)).take(MOST_ENTRIES).collect()
}

fn read_line(line: usize, text: &str) -> Option<SysctlLine> {
    let text = stripped(text);
    if text.is_empty() || text.starts_with(['#', ';']) {
        return None;
    }
    let plain = text.strip_prefix('-');
    let (key, content) = match (text.split_once('='), plain) {
        (Some((key, value)), _) => {
            let value = stripped(value).to_owned();
            let bare = key.strip_prefix('-');
            (bare.unwrap_or(key), Content::Value { value, is_forgiving: bare.is_some() })
        }
        (None, Some(key)) => (key, Content::Exclusion),
        (None, None) => (text, Content::Nonsense),
    };
    Some(SysctlLine { line, key: stripped(key).to_owned(), content })
}

/// systemd's blanks; a form feed is none.
fn stripped(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// Lines end with a line feed, a carriage return, both in either order, or a zero byte behind which nothing belongs to the end.
struct Lines<'t> {
    left: &'t str,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        if self.left.is_empty() {
            return None;
        }
        let end = self.left.find(['\n', '\r', '\0']).unwrap_or(self.left.len());
        let (line, ending) = self.left.split_at(end);
        let mut seen = Vec::new();
        for letter in ending.bytes() {
            let is_ending = matches!(letter, b'\n' | b'\r' | 0);
            if !is_ending || seen.contains(&letter) || seen.contains(&0) {
                break;
            }
            seen.push(letter);
        }
        self.left = ending.get(seen.len()..).unwrap_or_default();
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Content {
        Content::Value { value: text.to_owned(), is_forgiving: false }
    }

    fn read(text: &str) -> Vec<(usize, String, Content)> {
        parse(text).into_iter().map(|one| (one.line, one.key, one.content)).collect()
    }

    #[test]
    fn reads_assignments_exclusions_and_nonsense() {
        let text = "# a = 1\n ; b = 1\nvm.swappiness=10\n\tvm/dirty_ratio \t=  5 # half\n-net.*.x\n - vm.x = 1\nvm.y\nvm.z=\n=5\na=b=c";
        let forgiving = Content::Value { value: "1".to_owned(), is_forgiving: true };
        let expected = [
            (3, "vm.swappiness", value("10")),
            (4, "vm/dirty_ratio", value("5 # half")),
            (5, "net.*.x", Content::Exclusion),
            (6, "vm.x", forgiving),
            (7, "vm.y", Content::Nonsense),
            (8, "vm.z", value("")),
            (9, "", value("5")),
            (10, "a", value("b=c")),
        ];
        assert_eq!(read(text), expected.map(|(line, key, content)| (line, key.to_owned(), content)));
    }

    #[test]
    fn lines_end_as_systemd_ends_them() {
        for text in ["a=1\r\n\r\nb=2", "a=1\n\nb=2", "a=1\r\rb=2", "a=1\0\0b=2", "a=1\n\r\n\rb=2\n"] {
            let lines: Vec<usize> = parse(text).into_iter().map(|one| one.line).collect();
            assert_eq!(lines, [1, 3], "{text:?}");
        }
        assert_eq!(read("a=1\\\n=2").len(), 2, "a backslash goes on to no other line");
    }

    #[test]
    fn a_gigantic_line_ends_the_file() {
        let text = format!("a=1\nb={}\nc=2\n", "x".repeat(LONGEST_LINE));
        assert_eq!(parse(&text).len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|\r|\0|[a-z.]+ ?= ?[a-z0-9]*|-)*") {
            parse(&text);
        }
    }
}
