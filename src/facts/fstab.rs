//! /etc/fstab: what shall be mounted, and swapped on, at boot.

use crate::host::{Host, IfThere, Lacking};

use super::escapes::{BLANKS, unescape};
use super::malformed::{InFile, MOST_ENTRIES, Malformed, numbered_lines};

/// The file.
pub const PATH: &str = "/etc/fstab";

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its line, counted from 1.
    pub line: usize,
    /// The device, file, `UUID=..` or `LABEL=..`.
    pub source: String,
    /// Where to mount it; `none` or anything else for swap.
    pub point: String,
    /// The file system, or `swap`.
    pub kind: String,
    /// The options, as written.
    pub options: Vec<String>,
}

impl Entry {
    /// Whether it is swapped on at boot.
    pub fn is_swap_at_boot(&self) -> bool {
        self.kind == "swap" && !self.options.iter().any(|option| option == "noauto")
    }

    /// The `pri=` option.
    pub fn priority(&self) -> Option<i32> {
        self.options.iter().find_map(|option| option.strip_prefix("pri="))?.parse().ok()
    }
}

/// Reads `SOURCE POINT KIND [OPTIONS [DUMP [PASS]]]` a line; lines that begin with `#` are comments.
///
/// # Errors
/// Names the line with fewer than three words.
pub fn parse(text: &str) -> Result<Vec<Entry>, Malformed> {
    let mut entries = Vec::new();
    for (number, line) in numbered_lines(text).filter(|(_, line)| !is_comment(line)) {
        if entries.len() == MOST_ENTRIES {
            return Err(Malformed::new(number, format!("more than {MOST_ENTRIES} entries")));
        }
        entries.push(parse_entry(number, line)?);
    }
    Ok(entries)
}

/// Whether a line is none of an entry.
pub fn is_comment(line: &str) -> bool {
    line.trim_start_matches(BLANKS).starts_with('#')
}

/// Reads one line.
///
/// # Errors
/// Says that it has fewer than three words.
pub fn parse_entry(number: usize, line: &str) -> Result<Entry, Malformed> {
    let mut words = line.split(BLANKS).filter(|word| !word.is_empty());
    let (Some(source), Some(point), Some(kind)) = (words.next(), words.next(), words.next()) else {
        return Err(Malformed::new(number, "expected at least a source, a mount point and a type"));
    };
    let options = words.next().unwrap_or("defaults").split(',').map(str::to_owned).collect();
    Ok(Entry {
        line: number,
        source: unescape(source),
        point: unescape(point),
        kind: kind.to_owned(),
        options,
    })
}

/// Reads it from a machine; without the file there are no entries.
///
/// # Errors
/// Says why it cannot be read.
pub fn read(host: &Host) -> Result<Vec<Entry>, Lacking> {
    parse(&host.read(PATH).if_there()?.unwrap_or_default()).in_file(PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_odd_but_legal_lines() {
        let text = "# comment\n\n/swap\\040file\tnone\tswap\tsw,pri=10\t0 0\n/swapfile swap swap\n\
            UUID=1 none swap noauto,nofail\n";
        let entries = parse(text).unwrap();
        assert_eq!(
            (entries[0].line, entries[0].source.as_str(), entries[0].priority()),
            (3, "/swap file", Some(10))
        );
        assert!(entries[1].is_swap_at_boot() && entries[1].priority().is_none());
        assert!(!entries[2].is_swap_at_boot());
        assert_eq!(parse("/dev/sda1 /\n").unwrap_err().line, 1);
    }

    #[test]
    fn blanks_of_other_alphabets_are_part_of_a_name() {
        let entries = parse("/my\u{a0}swap\tnone swap\u{3000}x sw\n\u{3000}# /x none\n").unwrap();
        assert_eq!(
            (entries[0].source.as_str(), entries[0].kind.as_str()),
            ("/my\u{a0}swap", "swap\u{3000}x")
        );
        assert_eq!(entries[1].source, "\u{3000}#");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|/[a-z]+ none swap pri=[0-9]{1,12}\n)*") {
            let _ = parse(&text).map(|entries| entries.iter().filter_map(Entry::priority).max());
        }
    }
}
