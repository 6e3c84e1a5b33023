//! /etc/security/limits.conf and its folder: the limits that pam_limits sets when a user logs in.

use crate::host::{Host, IfThere, Lacking};

use super::malformed::{MOST_ENTRIES, numbered_lines};

const FILE: &str = "/etc/security/limits.conf";
const FOLDER: &str = "/etc/security/limits.d";
const MOST_FILES: usize = 200;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserLimit {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// Whom it concerns: a user, `@group`, `*`, ..
    pub whom: String,
    /// What is limited, such as `memlock`.
    pub item: String,
    /// How much, as it is written: KiB, `unlimited`, ..
    pub value: String,
}

/// Reads `WHOM TYPE ITEM VALUE` a line; comments, and lines of another shape, are passed over.
pub fn parse(file: &str, text: &str) -> Vec<UserLimit> {
    let limit = |(line, content): (usize, &str)| {
        let content = content.split('#').next().unwrap_or_default();
        let mut words = content.split_whitespace();
        let (whom, _, item, value) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some(UserLimit {
            file: file.to_owned(),
            line,
            whom: whom.to_owned(),
            item: item.to_owned(),
            value: value.to_owned(),
        })
    };
    numbered_lines(text).filter_map(limit).take(MOST_ENTRIES).collect()
}

/// Reads those of a machine; without the files there are none.
///
/// # Errors
/// Says which of them cannot be read.
pub fn read(host: &Host) -> Result<Vec<UserLimit>, Lacking> {
    let names = host.list(FOLDER).if_there()?.unwrap_or_default();
    let more = names.into_iter().filter(|name| name.ends_with(".conf"));
    let files = std::iter::once(FILE.to_owned()).chain(more.map(|name| format!("{FOLDER}/{name}")));
    let mut limits = Vec::new();
    for file in files.take(MOST_FILES) {
        let text = host.read(&file).if_there()?.unwrap_or_default();
        limits.extend(parse(&file, &text));
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_lines() {
        let text = "# redis - memlock 1\n\nredis - memlock unlimited # why\n@audio -\n";
        let limits = parse("/f", text);
        assert_eq!(limits.len(), 1);
        let limit = &limits[0];
        assert_eq!(
            (limit.line, limit.whom.as_str(), limit.item.as_str(), limit.value.as_str()),
            (3, "redis", "memlock", "unlimited")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|[a-z]+ - (memlock|as) [0-9]*\n)*") {
            parse("/f", &text);
        }
    }
}
