//! systemd-tmpfiles: of several lines for one path, which may be a pattern, the first counts, and lines of the same text do no
//! harm. (Lines of kind `w+` are no exception, whatever the manual says: tried with systemd 252 and 257.)

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::facts::tmpfiles::{self, WriteLine};
use crate::sysctl::forecast::{Assignment, Origin, Place};
use crate::sysctl::layers::{Kind, Layers};
use crate::sysctl::names;
use crate::sysctl::write::{Target, Write};

/// Where its files lie.
pub(in crate::sysctl) static TMPFILES_FOLDERS: Kind<WriteLine> = Kind {
    folders: &[
        "/etc/tmpfiles.d",
        "/run/tmpfiles.d",
        "/usr/local/lib/tmpfiles.d",
        "/usr/lib/tmpfiles.d",
        "/lib/tmpfiles.d",
    ],
    suffix: ".conf",
    has_links: false,
    parse: tmpfiles::parse,
};

/// The writes in their order.
pub(in crate::sysctl) fn writes(layers: &Layers<WriteLine>) -> Vec<Write> {
    let nothing = Arc::new(BTreeSet::new());
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut writes: Vec<Write> = Vec::new();
    for file in layers.effective() {
        for line in file.lines.iter() {
            let place = Place { file: file.real.clone(), line: line.line };
            let key = names::key_of_path(&line.path).unwrap_or_else(|| line.path.clone());
            let value = line.value.trim().to_owned();
            let assignment = Assignment { place, key, value, origin: Origin::Tmpfiles };
            let target = match names::is_glob(&line.path) {
                true => Target::Pattern { pattern: line.path.clone(), except: Arc::clone(&nothing) },
                false => Target::Path(line.path.clone()),
            };
            let is_first = *first.entry(&line.path).or_insert(writes.len()) == writes.len();
            let write =
                Write { happens: is_first, is_computed: line.is_computed, ..Write::new(assignment, target) };
            writes.push(write);
        }
    }
    writes
}
