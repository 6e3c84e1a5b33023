//! The programs that kill when memory runs short.

use std::collections::BTreeMap;

use crate::host::Lacking;

use super::process_program::program_of;
use super::processes;
use super::readings::Readings;

/// systemd's own, which distributions switch on by themselves.
pub const OOMD: &str = "systemd-oomd";

/// Ours.
pub const OWN: &str = "memtune-watchd";

/// The watchdogs. Distributions switch systemd-oomd on by themselves, so it gives way to one that somebody chose.
pub const WATCHDOGS: [&str; 8] =
    [OWN, "earlyoom", "nohang-desktop", "nohang", "bustd", "ram-sentinel", "oomd", OOMD];

/// Those that run, in the order of [`WATCHDOGS`], each with one of its processes.
///
/// # Errors
/// Says why the processes cannot be listed.
pub fn running(readings: &Readings) -> Result<Vec<(&'static str, u32)>, Lacking> {
    let mut found: BTreeMap<&str, u32> = BTreeMap::new();
    for process in readings.processes()? {
        let program = program_of(readings, process);
        let Some(&name) = WATCHDOGS.iter().find(|&&name| name == program) else {
            continue;
        };
        let name = match name {
            "nohang" if is_for_desktops(readings, process.pid) => "nohang-desktop",
            _ => name,
        };
        found.entry(name).or_insert(process.pid);
    }
    Ok(WATCHDOGS.into_iter().filter_map(|name| found.get(name).map(|&pid| (name, pid))).collect())
}

/// nohang-desktop is the same program with another configuration.
fn is_for_desktops(readings: &Readings, pid: u32) -> bool {
    processes::command_line(readings.host(), pid).iter().any(|word| word.ends_with("nohang-desktop.conf"))
}
