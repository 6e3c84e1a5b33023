//! Where the journal lies, and how it is written.

use crate::change::fault;
use crate::exit::{Exit, Fault};
use crate::host::{FileState, Host, Lock};

use super::entry::Entry;

/// The folder of all that memtune keeps.
pub const HOME: &str = "/var/lib/memtune";

pub(super) const FOLDER: &str = "/var/lib/memtune/journal";

const LOCK: &str = "/var/lib/memtune/lock";

/// It holds unit files and the like, which not everybody may read.
const CLOSED_FILE: u32 = 0o600;
const CLOSED_FOLDER: u32 = 0o700;

/// Less than what is read of a file, so that what is added until the end still fits.
const LARGEST_ENTRY: usize = (4 << 20) - (64 << 10);

/// Keeps others from changing the machine until it is dropped.
pub(in crate::change) fn lock(host: &Host) -> Result<Lock, Fault> {
    refuse_strangers(host)?;
    host.lock(LOCK).map_err(|failure| fault::on_lock(LOCK, failure))
}

/// Refuses a journal in whose folders others than root and the caller may write: what it says would be done with the rights of the
/// caller.
pub(super) fn refuse_strangers(host: &Host) -> Result<(), Fault> {
    host.refuse_strange_folder(HOME, FOLDER).map_err(|distrust| fault::on_distrust(FOLDER, distrust))
}

/// Writes an entry; it is on the disk when this returns.
pub(in crate::change) fn write(host: &Host, entry: &Entry) -> Result<(), Fault> {
    let path = path_of(entry.id);
    let wrong = |error| Fault::new(Exit::Bug, format!("cannot write `{path}`: {error}"));
    if let Some(excess) = entry.excess() {
        let message = format!("the plan is too large for the journal: {excess}");
        return Err(Fault::new(Exit::Refused, message).hint("change less at once"));
    }
    let mut text = serde_json::to_string(entry).map_err(wrong)?;
    text.push('\n');
    if text.len() > LARGEST_ENTRY {
        let message = format!("the plan is too large for the journal: {} bytes", text.len());
        return Err(Fault::new(Exit::Refused, message).hint("change fewer or smaller files at once"));
    }
    let state = FileState { mode: CLOSED_FILE, ..FileState::new(text) };
    host.replace_below(&path, &state, CLOSED_FOLDER).map_err(|error| fault::on_file("write", &path, &error))
}

/// The number of the next entry: no file that is there is ever overwritten.
pub(in crate::change) fn next_id(host: &Host) -> Result<u64, Fault> {
    let last = super::listing::numbers(host)?.into_iter().max().unwrap_or(0);
    last.checked_add(1).ok_or_else(|| {
        Fault::new(Exit::Refused, format!("`{}` leaves no number for another entry", path_of(last)))
            .hint("move that file away")
    })
}

pub(super) fn path_of(id: u64) -> String {
    format!("{FOLDER}/{id:06}.json")
}
