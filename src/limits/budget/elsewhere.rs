//! What units take where no control group tells it: systemd's own numbers, or in a tree the limits that stand in files.

use crate::exit::{Exit, Fault};
use crate::facts::cgroup_memory::{GroupMemory, Limit};
use crate::facts::unit_files;
use crate::facts::unit_folders;
use crate::facts::unit_settings::winning;
use crate::host::Host;
use crate::sys::size;

use super::super::shown::tree::{TOP, Tree};
use super::super::shown::unit::Unit;

/// Fills `tree`, and says what is not so well known as it should be.
///
/// # Errors
/// Says that nothing tells what units take.
pub(super) fn fill(host: &Host, units: &[Unit], tree: &mut Tree) -> Result<Option<String>, Fault> {
    for unit in units.iter().filter(|unit| unit.is_active()) {
        let (current, peak) = (unit.bytes("MemoryCurrent"), unit.bytes("MemoryPeak"));
        let max = unit.limit("MemoryMax");
        if let Some(path) = unit.group().filter(|path| *path != TOP) {
            tree.insert(path, GroupMemory { current, peak, max, ..GroupMemory::default() });
        }
    }
    if tree.counts_memory() {
        return Ok(None);
    }
    if host.is_live() {
        return Err(failed(
            "no control group counts memory here, so nothing tells what units take".to_owned(),
        )
        .hint("`memtune limits show` says why"));
    }
    from_files(host, tree);
    if !tree.counts_memory() {
        return Err(failed("this tree does not tell what units take: it holds no control groups, nothing of systemd, and no limit in a file of a unit".to_owned()));
    }
    Ok(Some("This tree holds no control groups: only the limits that stand in the files of its units count, whether they run or not".to_owned()))
}

fn from_files(host: &Host, tree: &mut Tree) {
    let folders = unit_folders::search_path();
    let settings = unit_files::read(host, &folders, &[".service"], &["MemoryMax"]).unwrap_or_default();
    for setting in winning(settings) {
        let path = format!("/system.slice/{}", setting.unit);
        // A template is none that could run.
        if let Ok(bytes) = size::parse(&setting.value).map(Limit::At)
            && !setting.unit.contains("@.")
        {
            tree.insert(&path, GroupMemory { max: Some(bytes), ..GroupMemory::default() });
        }
    }
}

fn failed(message: String) -> Fault {
    Fault::new(Exit::Failed, message)
}
