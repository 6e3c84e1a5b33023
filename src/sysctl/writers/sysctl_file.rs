//! What the readers of sysctl's files have in common.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::sysctl_files::{self, SysctlLine};
use crate::sysctl::forecast::{Assignment, Origin, Place};
use crate::sysctl::layers::Kind;
use crate::sysctl::names;
use crate::sysctl::write::Target;

/// Where sysctl's files lie.
pub(in crate::sysctl) static SYSCTL_FOLDERS: Kind<SysctlLine> = Kind {
    folders: &[
        "/etc/sysctl.d",
        "/run/sysctl.d",
        "/usr/local/lib/sysctl.d",
        "/usr/lib/sysctl.d",
        "/lib/sysctl.d",
    ],
    suffix: ".conf",
    has_links: true,
    parse: sysctl_files::parse,
};

pub(super) fn assignment(file: &str, line: &SysctlLine, value: &str, origin: Origin) -> Assignment {
    let place = Place { file: file.to_owned(), line: line.line };
    Assignment { place, key: names::dotted(&line.key), value: value.to_owned(), origin }
}

/// Where a line's value goes. systemd and procps refuse a path that leads out of its folder.
pub(super) fn target(key: &str, except: &Arc<BTreeSet<String>>) -> Target {
    let path = names::path_of(key);
    match names::is_glob(key) {
        true => Target::Pattern { pattern: path, except: Arc::clone(except) },
        false => Target::Path(path),
    }
}
