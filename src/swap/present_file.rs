//! A file that is swap already, and is only to be turned on.

use crate::change::{Area, Plan, SwapOn, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::swap_header::Mark;
use crate::host::{FileStatus, Lacking, Reason};

use super::add::{Planned, Request, unknown};
use super::filling::Filling;
use super::start::Start;
use super::{boot, devices, draining, new_file, place};

/// Where it is explained.
const SOURCE: &str = "swapon(8)";

/// Plans that the file at `path`, which is there and has a header of swap, is on.
///
/// # Errors
/// Refuses a file that is no swap, one that others can read, and one that the kernel would not take.
pub(super) fn plan(readings: &Readings, path: &str, request: &Request) -> Result<Planned, Fault> {
    let host = readings.host();
    // A link, a folder, or a name that fstab could not hold.
    if devices::canonical(host, path) != path || path.chars().any(char::is_control) || host.list(path).is_ok()
    {
        return Err(no_swap(readings, path));
    }
    let status = host.status(path).map_err(unknown)?;
    let start = Start::read(host, path).map_err(|lacking| cannot_look(path, &lacking))?;
    if start.header.is_none_or(|header| header.mark != Mark::Swap) {
        return Err(no_swap(readings, path));
    }
    refuse_unfit(readings, path, &start, status)?;
    place::refuse_strangers(host, place::folder_of(path))?;
    let mut plan = Plan::new(format!("swap to the file {path}"), Area::Swap);
    plan.note(format!("{path} has a swap header already: it is only turned on"));
    let why = Why::new("programs have more room before the kernel kills one", SOURCE);
    plan.swap_on(host, path, SwapOn::with_priority(request.priority), why)?;
    if let Some(too_much) = draining::too_much(readings, &plan).map_err(unknown)? {
        return Err(too_much.fault());
    }
    if request.at_boot {
        boot::add(&mut plan, host, path, path, request.priority)?;
    }
    Ok(Planned { plan, path: path.to_owned() })
}

/// What stands there is left as it is; a new file needs a size and another name.
fn no_swap(readings: &Readings, path: &str) -> Fault {
    match place::check(readings.host(), path) {
        Err(fault) => fault,
        Ok(()) => Fault::new(Exit::Refused, format!("`{path}` is no swap file")),
    }
}

fn cannot_look(path: &str, lacking: &Lacking) -> Fault {
    let exit = if lacking.reason == Reason::Denied { Exit::Privilege } else { Exit::Failed };
    Fault::new(exit, format!("cannot see whether `{path}` is a swap file: {lacking}"))
}

fn refuse_unfit(readings: &Readings, path: &str, start: &Start, status: FileStatus) -> Result<(), Fault> {
    let refused = |message: String| Fault::new(Exit::Refused, message);
    let words = crate::change::typed(&[path]);
    if let Some(complaint) = start.complaint(readings) {
        return Err(refused(format!("the kernel would not take `{path}`: {complaint}"))
            .hint("choose another path with `--file`"));
    }
    if status.user != 0 || status.mode & 0o077 != 0 {
        return Err(refused(format!("others than root can read `{path}`, and with it what programs held"))
            .hint(format!("`sudo chown root: {words} && sudo chmod 600 {words}` first")));
    }
    let mount = new_file::mount_of(readings, path)?;
    let kernel = readings.identity().kernel_version();
    match Filling::of(mount, kernel) {
        Err(why) => Err(refused(format!("cannot swap to `{path}`: {why}"))),
        Ok(_) if status.allocated < status.size => {
            Err(refused(format!("`{path}` has holes, and the kernel swaps into no such file"))
                .hint("delete it, and `memtune swap add SIZE` makes a sound one"))
        }
        Ok(_) => Ok(()),
    }
}
