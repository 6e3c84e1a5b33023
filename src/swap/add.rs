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
use super::{boot, commands, device, lasting, place, planned, present_file, sizing, space};

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
    let mut planned = for_path(readings, request)?;
    let Planned { plan, path } = &mut planned;
    warn_of_order(readings, request, plan);
    if request.at_boot {
        warn_of_other_priority(readings, request, path, plan);
        lasting::doubt(readings, path).into_iter().for_each(|doubt| plan.note(doubt));
    } else {
        plan.note(boot::without_line(readings.host(), path));
    }
    Ok(planned)
}

fn for_path(readings: &Readings, request: &Request) -> Result<Planned, Fault> {
    let host = readings.host();
    let named = request.path.as_deref();
    let status = named.and_then(|path| Some((path, host.status(path).ok()?)));
    match (status, named) {
        (Some((path, status)), _) if status.is_block_device => device::plan(readings, path, request),
        (Some((path, _)), _) if request.size.is_none() && path.starts_with('/') => {
            present_file::plan(readings, path, request)
        }
        (None, Some(path)) if path.starts_with("/dev/") && !path.starts_with("/dev/shm/") => {
            Err(Fault::new(Exit::Usage, format!("there is no device `{path}`")).hint("`lsblk` lists them"))
        }
        _ => file(readings, request),
    }
}

/// Why swap is made somewhere else than here; `None` where it is made here.
pub fn bar(readings: &Readings) -> Option<String> {
    const IN_A_TREE: &str = "a tree has no running kernel to swap; run memtune on that machine";
    let in_a_tree = || readings.host().folder().map(|_| IN_A_TREE);
    sizing::bar(readings).or_else(in_a_tree).map(str::to_owned)
}

/// Refuses machines whose swap is made somewhere else.
///
/// # Errors
/// Says where.
pub fn refuse_place(readings: &Readings) -> Result<(), Fault> {
    bar(readings).map_or(Ok(()), |bar| Err(Fault::new(Exit::Refused, bar)))
}

/// A failure for what could not be learned.
pub(super) fn unknown(lacking: Lacking) -> Fault {
    Fault::new(Exit::Failed, lacking.to_string())
}

fn file(readings: &Readings, request: &Request) -> Result<Planned, Fault> {
    let host = readings.host();
    let size = size(readings, request)?;
    let usual = usual_path(readings)?;
    let path = match &request.path {
        Some(path) => path.clone(),
        None => place::free_name(host, usual)?,
    };
    place::check(host, &path)?;
    let mut plan = Plan::new(format!("add {size} of swap at {path}"), Area::Swap);
    if request.path.is_none() && path != usual {
        plan.note(format!("{usual} is there already: the new file is {path}; `--file` names another path"));
    }
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

/// The size that was asked for, in whole pages.
pub(super) fn size(readings: &Readings, request: &Request) -> Result<Bytes, Fault> {
    let usage = |message: String| Fault::new(Exit::Usage, message);
    let Some(asked) = request.size else {
        return Err(usage("how much swap to add is not said".to_owned()).hint(
            "such as `memtune swap add 16G`; `memtune swap advise` says how much this machine should have",
        ));
    };
    let memory = match asked {
        Size::Exact(_) => Bytes(0),
        Size::Percent(_) => readings.meminfo().map_err(unknown)?.total(),
    };
    let page = readings.page_size().0.max(1);
    let (asked, least) = (asked.of(memory), readings.page_size() * 10);
    match Bytes(asked.0 / page * page) {
        Bytes(0) if asked.0 == 0 => {
            Err(usage("nothing is no size of a swap file".to_owned()).hint("such as `memtune swap add 16G`"))
        }
        size if size < least => {
            let message = format!("{asked} is too small for swap: the least is {least}");
            Err(usage(message).hint(meant(asked)))
        }
        size => Ok(size),
    }
}

/// Who types a plain number seldom means bytes.
fn meant(asked: Bytes) -> String {
    let number = if asked.0 < 1024 { asked.0 } else { asked.kib() };
    format!(
        "a number without a letter is bytes, and k stands for 1024 of them; did you mean `{number}M` or `{number}G`?"
    )
}

/// /swapfile, or on btrfs a file in a subvolume of its own, which is in no snapshot.
fn usual_path(readings: &Readings) -> Result<&'static str, Fault> {
    let root = mount_of(readings, "/")?;
    Ok(if root.kind == "btrfs" { "/swap/swapfile" } else { "/swapfile" })
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

/// A line of fstab that is there already is the owner's, and says what holds after the next boot.
fn warn_of_other_priority(readings: &Readings, request: &Request, path: &str, plan: &mut Plan) {
    let Some(wanted) = request.priority else { return };
    let planned = planned::areas(readings).unwrap_or_default();
    let other = planned
        .iter()
        .find(|one| one.path() == Some(path) && one.is_expected && one.priority != Some(wanted));
    if let Some(one) = other {
        let has = match one.priority {
            Some(priority) => format!("priority {priority}"),
            None => "no priority".to_owned(),
        };
        plan.note(format!(
            "{} gives it {has}: {wanted} holds until the next boot; to keep it, write `pri={wanted}` there",
            one.origin.name()
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
