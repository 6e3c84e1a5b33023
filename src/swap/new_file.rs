//! A swap file that is not there yet, made the way of its file system.

use crate::change::{Plan, SwapFile, Why};
use crate::exit::{Exit, Fault};
use crate::facts::mounts::{self, Mount};
use crate::facts::readings::Readings;
use crate::host::{self, Host};
use crate::sys::bytes::Bytes;
use crate::sys::uuid::Uuid;

use super::add::unknown;
use super::filling::Filling;
use super::{commands, place, space};

/// Where swap files are explained.
const SOURCE: &str = "swapon(8), mkswap(8)";

/// Plans the file alone: the way of its file system, and as much as that can spare.
///
/// # Errors
/// Says why there can be none, or that it does not fit.
pub(super) fn make(readings: &Readings, plan: &mut Plan, path: &str, size: Bytes) -> Result<(), Fault> {
    let host = readings.host();
    let mount = mount_of(readings, path)?;
    let kernel = readings.identity().kernel_version();
    let filling = Filling::of(mount, kernel).map_err(|why| {
        let fault = Fault::new(Exit::Refused, format!("cannot make the swap file `{path}`: {why}"));
        let way = "name a path on ext4, xfs or btrfs with `--file`";
        fault.hint(match commands::keeps_zram(host) {
            true => format!("{way}, or take `memtune swap zram 50%`"),
            false => way.to_owned(),
        })
    })?;
    let folder = place::folder_of(path);
    let is_own_subvolume = filling == Filling::WithoutCopies && !host.has(folder);
    let existing = if is_own_subvolume { place::folder_of(folder) } else { folder };
    refuse_missing(host, existing)?;
    space::check(host, existing, size)?;
    let file = SwapFile {
        filling: blocks(filling),
        no_copy_on_write: filling == Filling::WithoutCopies,
        ..SwapFile::new(size, new_uuid()?)
    };
    match filling {
        Filling::WithoutCopies if is_own_subvolume => subvolume(host, plan, folder)?,
        Filling::WithoutCopies => plan.note(format!(
            "btrfs makes no snapshot of the subvolume that holds `{path}` while that is on; in a subvolume of its own it is in nobody's way"
        )),
        Filling::Reserve | Filling::Write => {}
    }
    plan.swap_file(host, path, file, Why::new(reason(filling), SOURCE))
}

fn blocks(filling: Filling) -> host::Filling {
    if filling == Filling::Write { host::Filling::Zeroes } else { host::Filling::Allocate }
}

/// How the swap file at `path` would get its blocks, were it made once more.
pub(super) fn filling_there(readings: &Readings, path: &str) -> host::Filling {
    let mount = mount_of(readings, path).ok();
    let filling = mount.and_then(|mount| Filling::of(mount, readings.identity().kernel_version()).ok());
    filling.map(blocks).unwrap_or(host::Filling::Allocate)
}

/// The mount that will hold `path`.
pub(super) fn mount_of<'r>(readings: &'r Readings, path: &str) -> Result<&'r Mount, Fault> {
    let mounts = readings.mounts().map_err(unknown)?;
    let message = || Fault::new(Exit::Failed, format!("what is mounted at `{path}` is not known"));
    mounts::holding(mounts, path).ok_or_else(message)
}

/// A new UUID, by which the area will be known.
pub(super) fn new_uuid() -> Result<Uuid, Fault> {
    let failed = |error| Fault::new(Exit::Failed, format!("the kernel gave no random numbers: {error}"));
    Uuid::random().map_err(failed)
}

fn reason(filling: Filling) -> &'static str {
    match filling {
        Filling::Reserve => "its blocks are reserved, its header is written, and only root can read it",
        Filling::Write => "this kernel wants every block written; only root can read it",
        Filling::WithoutCopies => {
            "btrfs swaps only into files that are never copied on write; only root can read it"
        }
    }
}

fn refuse_missing(host: &Host, folder: &str) -> Result<(), Fault> {
    if host.has(folder) {
        return Ok(());
    }
    let message = format!("the folder `{folder}` is not there");
    Err(Fault::new(Exit::Usage, message)
        .hint(format!("make it with `sudo mkdir -p {folder}`, or name another path")))
}

fn subvolume(host: &Host, plan: &mut Plan, folder: &str) -> Result<(), Fault> {
    if host.output("btrfs", &["--version"]).is_err() {
        let message = format!("the swap file needs the subvolume `{folder}`, and `btrfs` is not installed");
        return Err(Fault::new(Exit::Refused, message)
            .hint("install btrfs-progs (Debian, Fedora: `btrfs-progs`), and try again"));
    }
    let make = ["btrfs", "subvolume", "create", folder];
    // Only where it is empty: what somebody put into it is not memtune's to delete.
    let delete = ["rmdir", "--ignore-fail-on-non-empty", folder];
    let why = Why::new(
        "a subvolume of its own is in no snapshot: btrfs makes none of an active swap file",
        "btrfs(5), swap files",
    );
    plan.command(&make, Some(&delete), why);
    Ok(())
}
