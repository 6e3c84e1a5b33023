//! Lines of unit files that systemd said it ignores, in a text that holds the journal.

use std::collections::BTreeMap;

use crate::host::{Host, IfThere};

use super::malformed::MOST_ENTRIES;
use super::unit_journal::TEXTS;

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The text that holds it.
    pub source: String,
    /// The unit file or drop-in.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What systemd said.
    pub text: String,
}

/// Reads a line such as `.. systemd[1]: /etc/systemd/system/a.service:3: Invalid memory limit '24GB', ignoring: Invalid argument`.
pub fn parse(source: &str, line: &str) -> Option<Complaint> {
    let said = line.split_once("systemd[1]: ")?.1;
    let (place, text) = said.split_once(": ")?;
    let (file, number) = place.rsplit_once(':')?;
    let is_told = file.starts_with('/') && text.to_ascii_lowercase().contains("ignoring");
    let line = number.parse().ok().filter(|_| is_told)?;
    Some(Complaint { source: source.to_owned(), file: file.to_owned(), line, text: text.to_owned() })
}

/// Those in a tree, each line of a file once, as it was said last: systemd repeats itself at every reload. The live machine's files are
/// read themselves, which costs less than its journal.
pub fn read(host: &Host) -> Vec<Complaint> {
    if host.is_live() {
        return Vec::new();
    }
    let mut found: BTreeMap<(String, usize), Complaint> = BTreeMap::new();
    for path in TEXTS {
        let take = |line: &str| {
            if let Some(new) = parse(path, line).filter(|_| found.len() < MOST_ENTRIES) {
                found.insert((new.file.clone(), new.line), new);
            }
        };
        if matches!(host.each_line(path, take).if_there(), Ok(Some(()))) {
            break;
        }
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    const SAID: &str = "Nov 21 10:00:00 web1 systemd[1]: /etc/systemd/system/a.service.d/1.conf:2: \
                        Invalid memory limit '24GB', ignoring: Invalid argument";

    #[test]
    fn file_line_and_words_are_told() {
        let complaint = parse("/l", SAID).unwrap();
        assert_eq!((complaint.file.as_str(), complaint.line), ("/etc/systemd/system/a.service.d/1.conf", 2));
        assert!(complaint.text.starts_with("Invalid memory limit '24GB'"));
        assert_eq!(parse("/l", "Nov 21 10:00:00 web1 systemd[1]: Reloading."), None);
        assert_eq!(
            parse("/l", "Nov 21 web1 systemd[1]: /etc/a.service:5: Support for option X= has been removed"),
            None
        );
    }

    #[test]
    fn each_line_is_told_once() {
        let text = format!("{SAID}\nNov 21 web1 kernel: x\n{SAID}\n");
        let (_folder, host) = made_tree(&[("/var/log/messages", &text)]);
        assert_eq!(read(&host).len(), 1);
        assert_eq!(read(&Host::live()), []);
    }

    proptest! {
        #[test]
        fn any_line_is_read(text in "(\\PC|systemd\\[1\\]: |/a:[0-9]{1,22}: |ignoring)*") {
            parse("/l", &text);
        }
    }
}
