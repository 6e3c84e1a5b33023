//! What turns more swap on, now and at every boot.

use crate::change::{Area, Plan, SwapFile, SwapOn, Why};
use crate::exit::{Exit, Fault};
use crate::facts::mounts::{self, Mount};
use crate::facts::readings::Readings;
use crate::host::{self, Host, Lacking};
use crate::sys::bytes::Bytes;
use crate::sys::size::Size;
use crate::sys::uuid::Uuid;

use super::devices;
use super::filling::Filling;
use super::{boot, device, place, sizing, space};

/// Where swap files are explained.
const SOURCE: &str = "swapon(8), mkswap(8)";

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// How much; `None` for all of a device.
    pub size: Option<Size>,
    /// The file, which is made, or the device; `None` for a file by the usual name.
    pub path: Option<String>,
    /// From 0 to 32767; `None` leaves the area behind all that have one.
    pub priority: Option<i32>,
    /// Whether it shall be on at every boot.
    pub at_boot: bool,
}

/// A plan, and the area that it turns on.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// The path as /proc/swaps will show it.
    pub path: String,
}

/// Plans what was asked for.
///
/// # Errors
/// Refuses what would not be safe or cannot last, with the reason; [`Exit::Usage`] where the request itself is wrong.
pub fn plan(readings: &Readings, request: &Request) -> Result<Planned, Fault> {
    refuse_place(readings)?;
    let host = readings.host();
    let named = request.path.as_deref();
    let mut planned = match named.filter(|path| host.status(path).is_ok_and(|status| status.is_block_device))
    {
        Some(path) => device::plan(readings, path, request)?,
        None => file(readings, request)?,
    };
    warn_of_order(readings, request, &mut planned.plan);
    if !request.at_boot {
        planned.plan.note(boot::without_line(host, &planned.path));
    }
    Ok(planned)
}

/// Refuses machines whose swap is made somewhere else.
///
/// # Errors
/// Says where.
pub fn refuse_place(readings: &Readings) -> Result<(), Fault> {
    if let Some(folder) = readings.host().folder() {
        let message = format!("`{}` is a tree, which has no running kernel to swap", folder.display());
        return Err(
            Fault::new(Exit::Refused, message).hint("run the same without `--root` on the machine itself")
        );
    }
    match sizing::bar(readings) {
        Some(bar) => Err(Fault::new(Exit::Refused, bar)),
        None => Ok(()),
    }
}

/// A failure for what could not be learned.
pub(super) fn unknown(lacking: Lacking) -> Fault {
    Fault::new(Exit::Failed, lacking.to_string())
}

fn file(readings: &Readings, request: &Request) -> Result<Planned, Fault> {
    let host = readings.host();
    let size = size(readings, request)?;
    let path = match &request.path {
        Some(path) => path.clone(),
        None => usual_path(readings)?,
    };
    place::check(host, &path)?;
    let mut plan = Plan::new(format!("add {size} of swap at {path}"), Area::Swap);
    let on = SwapOn::with_priority(request.priority);
    make(readings, &mut plan, &path, size)?;
    plan.swap_on(host, &path, on, Why::new("programs have more room before the kernel kills one", SOURCE))?;
    if request.at_boot {
        boot::add(&mut plan, host, &path, &path, request.priority)?;
    }
    Ok(Planned { plan, path })
}

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
        fault.hint("name a path on ext4, xfs or btrfs with `--file`, or take `memtune swap zram 50%`")
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
fn mount_of<'r>(readings: &'r Readings, path: &str) -> Result<&'r Mount, Fault> {
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

/// The size that was asked for, in whole pages.
pub(super) fn size(readings: &Readings, request: &Request) -> Result<Bytes, Fault> {
    let usage = |message: String| Fault::new(Exit::Usage, message).hint("such as `memtune swap add 16G`");
    let Some(asked) = request.size else {
        return Err(usage("how much swap to add is not said".to_owned()));
    };
    let memory = match asked {
        Size::Exact(_) => Bytes(0),
        Size::Percent(_) => readings.meminfo().map_err(unknown)?.total(),
    };
    let page = readings.page_size().0.max(1);
    let size = Bytes(asked.of(memory).0 / page * page);
    let least = readings.page_size() * 10;
    match size {
        Bytes(0) if asked.of(memory).0 == 0 => Err(usage("nothing is no size of a swap file".to_owned())),
        size if size < least => Err(usage(format!("{size} is too small for swap: the least is {least}"))),
        size => Ok(size),
    }
}

/// /swapfile, or on btrfs a file in a subvolume of its own, which is in no snapshot.
fn usual_path(readings: &Readings) -> Result<String, Fault> {
    let root = mount_of(readings, "/")?;
    let base = if root.kind == "btrfs" { "/swap/swapfile" } else { "/swapfile" };
    place::free_name(readings.host(), base)
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

/// What compresses in memory is to be filled first.
fn warn_of_order(readings: &Readings, request: &Request, plan: &mut Plan) {
    let zram = readings.swaps().ok().into_iter().flatten().filter(|area| area.is_zram());
    let lowest = zram.min_by_key(|area| area.priority);
    if let (Some(zram), Some(priority)) = (lowest, request.priority)
        && priority >= zram.priority
    {
        plan.note(format!(
            "{} has priority {}: with {priority} the disk is filled before it, or along with it; a lower one, or none, leaves the disk for what does not fit",
            zram.path, zram.priority
        ));
    }
}

/// A proof for the reader: what /proc/swaps says of the area at `path` by now; `None` where it is off.
pub fn proof(host: &Host, path: &str) -> Option<String> {
    let readings = Readings::new(host, None);
    let areas = readings.swaps().ok()?;
    let area = areas.iter().find(|area| area.path == devices::canonical(host, path))?;
    let total: Bytes = areas.iter().map(|area| area.size).sum();
    let (size, priority) = (area.size, area.priority);
    Some(format!(
        "/proc/swaps: {} is on with {size} and priority {priority}; all swap is now {total}.",
        area.path
    ))
}
