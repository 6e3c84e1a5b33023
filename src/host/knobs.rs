//! Reads the kernel's knobs by their sysctl names.

use std::collections::BTreeMap;

use sysctl::{Ctl, Sysctl};

use super::lacking::{IfThere, Lacking};
use super::machine::Host;

/// The file behind a knob, for messages and for the cases that the sysctl crate reports alike.
pub(super) fn path_of(name: &str) -> String {
    format!("/proc/sys/{}", name.replace('.', "/"))
}

pub(super) fn read_live(host: &Host, name: &str) -> Result<String, Lacking> {
    match Ctl::new(name).and_then(|knob| knob.value_string()) {
        Ok(value) => Ok(value.trim().to_owned()),
        // The crate says «not found» of a knob that may not be read, too; opening the file tells them apart.
        Err(_) => host.read(&path_of(name)).map(|value| value.trim().to_owned()),
    }
}

/// Reads from a tree: its own /proc/sys, or else what `sysctl -a` printed when it was captured.
pub(super) fn read_captured(host: &Host, name: &str) -> Result<String, Lacking> {
    if let Some(value) = host.read(&path_of(name)).if_there()? {
        return Ok(value.trim().to_owned());
    }
    let printed = host.captured_knobs().ok_or_else(|| Lacking::absent(path_of(name)))?;
    printed.get(name).cloned().ok_or_else(|| Lacking::absent(path_of(name)))
}

/// Reads what `sysctl -a` prints: one `name = value` a line.
pub(super) fn parse_listing(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.split_once(" = "));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}
