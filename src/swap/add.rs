//! What turns more swap on, now and at every boot.

use crate::change::{Area, Plan, SwapOn, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;
use crate::sys::size::Size;

use super::devices;
use super::{boot, device, lasting, new_file, place, planned, present_file, sizing};

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
    new_file::make(readings, &mut plan, &path, size)?;
    plan.swap_on(host, &path, on, Why::new("programs have more room before the kernel kills one", SOURCE))?;
    if request.at_boot {
        boot::add(&mut plan, host, &path, &path, request.priority)?;
    }
    Ok(Planned { plan, path })
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
    let root = new_file::mount_of(readings, "/")?;
    Ok(if root.kind == "btrfs" { "/swap/swapfile" } else { "/swapfile" })
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
