//! /etc/memtune/ignore: findings that the owner knows and accepts, each with a reason.

use crate::facts::malformed::{MOST_ENTRIES, shortened};
use crate::host::{Host, IfThere, Lacking};

use super::registry;

/// The file.
pub const PATH: &str = "/etc/memtune/ignore";

/// What the owner accepts, and the lines that could not be taken so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    reasons: Vec<(&'static str, String)>,
    /// Lines that were not taken, and why, for the owner to read.
    pub complaints: Vec<String>,
}

impl Ignored {
    /// The owner's reason to ignore the check `id`.
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.reasons.iter().find(|(known, _)| *known == id).map(|(_, reason)| reason.as_str())
    }
}

/// Reads `ID REASON` a line. A line without a reason is not taken: in a year nobody would know why.
pub fn parse(text: &str) -> Ignored {
    let mut ignored = Ignored::default();
    for (number, line) in (1..).zip(text.lines().take(MOST_ENTRIES)) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match registry::find(name) {
            None => ignored
                .complaints
                .push(format!("{PATH} line {number}: there is no check `{}`", shortened(name))),
            Some(check) if reason.trim().is_empty() => {
                let complaint =
                    format!("{PATH} line {number}: {} is not ignored, for no reason is given", check.id);
                ignored.complaints.push(complaint);
            }
            Some(check) => ignored.reasons.push((check.id, reason.trim().to_owned())),
        }
    }
    ignored
}

/// Reads it from a machine; without the file nothing is ignored.
///
/// # Errors
/// Says why it cannot be read.
pub fn read(host: &Host) -> Result<Ignored, Lacking> {
    Ok(parse(&host.read(PATH).if_there()?.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn takes_only_lines_with_a_reason() {
        let ignored = parse("# ours\nS13  the vendor asks for it\n\nS08\nX99 why\n");
        assert_eq!(ignored.reason("S13"), Some("the vendor asks for it"));
        assert_eq!(ignored.reason("S08"), None);
        assert_eq!(ignored.complaints.len(), 2);
        assert!(ignored.complaints[0].contains("line 4") && ignored.complaints[1].contains("`X99`"));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|S13 )*") {
            parse(&text);
        }
    }
}
