//! Looks at the knobs of the machine: what they show, and which there are.

use std::collections::BTreeSet;

use crate::facts::readings::Readings;
use crate::host::{Host, Reason};

use super::names;
use super::pattern;
use super::sys_knob;
use super::write::{Target, Write};

const KNOBS: &str = "/proc/sys/";

/// The knobs of a machine.
pub(super) struct Look<'h> {
    host: &'h Host,
}

impl<'h> Look<'h> {
    pub(super) fn new(readings: &Readings<'h>) -> Self {
        Self { host: readings.host() }
    }

    /// What the knob at `path` shows; `None` where it cannot be read.
    pub(super) fn shown(&self, path: &str) -> Option<String> {
        let text = self.host.read(path).or_else(|lacking| match names::key_of_path(path) {
            // A capture may hold what `sysctl -a` printed.
            Some(key) if !self.host.is_live() => self.host.knob(&key),
            _ => Err(lacking),
        });
        text.ok().map(|text| text.trim().to_owned())
    }

    /// What a knob shows, short.
    pub(super) fn short(&self, path: &str, text: &str) -> String {
        if path.starts_with(KNOBS) { text.to_owned() } else { sys_knob::present(text) }
    }

    /// Whether the kernel has no knob at `path`. Where none of its knobs can be seen, as in an image, that is not known.
    pub(super) fn is_missing(&self, path: &str) -> bool {
        if !path.starts_with(KNOBS) || self.host.has(path) {
            return false;
        }
        let is_absent =
            |key: &str| self.host.knob(key).is_err_and(|lacking| lacking.reason == Reason::Absent);
        let sees_knobs = self.host.has("/proc/sys/kernel/ostype") || self.host.knob("vm.swappiness").is_ok();
        sees_knobs && names::key_of_path(path).is_none_or(|key| is_absent(&key))
    }

    /// The knobs under /proc/sys that the patterns among `writes` stand for, at most so many.
    pub(super) fn names_of_patterns(&self, writes: &[Write], most: usize) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut done = BTreeSet::new();
        for write in writes {
            if let Target::Pattern { pattern, except } = &write.target
                && let Some(inside) = pattern.strip_prefix(KNOBS)
                && done.insert(pattern)
            {
                let paths = self.fitting(inside, most.saturating_sub(found.len()));
                found.extend(
                    paths
                        .iter()
                        .filter(|path| !except.contains(*path))
                        .filter_map(|path| names::key_of_path(path)),
                );
            }
        }
        found
    }

    /// The paths that fit a pattern, part by part, so that no more folders are listed than it names.
    fn fitting(&self, inside: &str, most: usize) -> Vec<String> {
        let mut paths = vec![KNOBS.trim_end_matches('/').to_owned()];
        for part in inside.split('/') {
            let mut longer = Vec::new();
            for path in &paths {
                let is_pattern = names::is_glob(part);
                let entries =
                    if is_pattern { self.host.list(path).unwrap_or_default() } else { vec![part.to_owned()] };
                let fits = entries.into_iter().filter(|name| !is_pattern || pattern::part_fits(part, name));
                longer.extend(
                    fits.map(|name| format!("{path}/{name}")).take(most.saturating_sub(longer.len())),
                );
            }
            paths = longer;
        }
        paths.retain(|path| self.host.has(path));
        paths
    }
}
