//! `sysctl --system` of procps: every line of every file in turn, and /etc/sysctl.conf last.
//!
//! Patterns reach only knobs that no line names, wherever it stands (src/sysctl.c of procps-ng 4).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::sysctl_files::{Content, SysctlLine};
use crate::sysctl::forecast::Origin;
use crate::sysctl::layers::Layers;
use crate::sysctl::names;
use crate::sysctl::write::Write;

use super::sysctl_file::{assignment, target};

/// The file that is read last.
const LAST: &str = "/etc/sysctl.conf";

/// The writes in their order; `last` holds the lines of /etc/sysctl.conf.
pub(in crate::sysctl) fn writes(layers: &Layers<SysctlLine>, last: &[SysctlLine]) -> Vec<Write> {
    let folders =
        layers.effective().flat_map(|file| file.lines.iter().map(|line| (file.real.as_str(), line)));
    let lines: Vec<(&str, &SysctlLine)> = folders.chain(last.iter().map(|line| (LAST, line))).collect();
    let named =
        lines.iter().filter(|(_, line)| line.content != Content::Nonsense && !names::is_glob(&line.key));
    let except: Arc<BTreeSet<String>> = Arc::new(named.map(|(_, line)| names::path_of(&line.key)).collect());
    let write = |&(file, line): &(&str, &SysctlLine)| match &line.content {
        Content::Value { value, .. } => {
            let assignment = assignment(file, line, value, Origin::SysctlFile);
            Some(Write::new(assignment, target(&line.key, &except)))
        }
        Content::Exclusion | Content::Nonsense => None,
    };
    lines.iter().filter_map(write).collect()
}
