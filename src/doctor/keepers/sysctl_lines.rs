//! The lines of sysctl's files that set certain knobs; which of them wins is another question.

use std::collections::BTreeSet;

use crate::facts::malformed::MOST_ENTRIES;
use crate::host::{Host, IfThere, Lacking};

/// Where sysctl's files lie, strongest first; /etc/sysctl.conf is read besides.
const FOLDERS: [&str; 4] = ["/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d"];

/// No sound machine has more files there.
const MOST_FILES: usize = 500;

/// A line of a sysctl file that sets a vm.* knob.
pub(super) struct Line {
    pub(super) file: String,
    pub(super) number: usize,
    pub(super) key: String,
    pub(super) value: String,
}

/// A knob's name as people write it: without the dash that forgives errors, with dots.
pub(super) fn plain_key(key: &str) -> String {
    key.trim().trim_start_matches('-').replace('/', ".")
}

/// The lines of sysctl's files that set one of `keys`. A file of a stronger folder hides its namesakes.
pub(super) fn sysctl_lines(host: &Host, keys: &BTreeSet<&str>) -> Result<Vec<Line>, Lacking> {
    let mut files = vec!["/etc/sysctl.conf".to_owned()];
    let mut seen = BTreeSet::new();
    for folder in FOLDERS {
        for name in host.list(folder).if_there()?.unwrap_or_default() {
            let file = format!("{folder}/{name}");
            // Debian's 99-sysctl.conf is a link to the file that is read anyway.
            let is_link = host.link(&file).is_ok_and(|to| to.ends_with("/sysctl.conf"));
            if name.ends_with(".conf") && seen.insert(name) && !is_link {
                files.push(file);
            }
        }
    }
    let mut lines = Vec::new();
    for file in files.into_iter().take(MOST_FILES) {
        let text = host.read(&file).ok().unwrap_or_default();
        for (number, content) in (1..).zip(text.lines()) {
            if content.trim_start().starts_with(['#', ';']) {
                continue;
            }
            let Some((key, value)) = content.split_once('=') else {
                continue;
            };
            let key = plain_key(key);
            if keys.contains(key.as_str()) && lines.len() < MOST_ENTRIES {
                lines.push(Line { file: file.clone(), number, key, value: value.trim().to_owned() });
            }
        }
    }
    Ok(lines)
}
