//! What makes a swap file larger or smaller: a new one in its place.
//!
//! A file that is in use can be neither renamed nor cut nor extended, so the new one lies beside it, under another name.

use crate::change::{Area, Plan, SwapOn, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::sys::bytes::Bytes;
use crate::sys::size::Size;

use super::add::{self, Planned, Request, refuse_place, unknown};
use super::named::{self, Named};
use super::{boot, commands, draining, new_file, place};

/// Where it is explained.
const SOURCE: &str = "swapon(8)";

/// Plans that the file called `name` is as large as `size` says; the answer holds the path of the new one.
///
/// # Errors
/// Refuses devices, and where the disk cannot hold both files at once or memory and the new file cannot take what the old one
/// holds. [`Exit::Usage`] where it is no area.
pub fn plan(readings: &Readings, name: &str, size: Size) -> Result<Planned, Fault> {
    refuse_place(readings)?;
    let named = named::find(readings, name)?;
    let (area, size) =
        (in_use(&named)?, add::size(readings, &Request { size: Some(size), ..Request::default() })?);
    let host = readings.host();
    let old = &named.path;
    let title = format!("make the swap file {old} one of {size}");
    let now = host.status(old).map_err(unknown)?.size;
    if now == size {
        let mut plan = Plan::new(title, Area::Swap);
        plan.note(format!("{old} has {size} already"));
        return Ok(Planned { plan, path: old.clone() });
    }
    let mut plan = Plan::new(title, Area::Swap);
    place::refuse_strangers(host, place::folder_of(old))?;
    let new = place::free_name(host, without_number(old))?;
    new_file::make(readings, &mut plan, &new, size).map_err(|fault| elsewhere(fault, old, size))?;
    let on = SwapOn::with_priority(Some(area.priority).filter(|&priority| priority >= 0));
    plan.swap_on(host, &new, on, Why::new("the new file is on before the old one is off", SOURCE))?;
    boot::rename(&mut plan, host, old, &new)?;
    plan.swap_off(host, old, Why::new("what it holds goes into the new file and memory", "swapoff(8)"))?;
    plan.note(format!(
        "the file is called {new} then: one that is in use can be neither renamed nor made longer; {old} is deleted"
    ));
    if let Some(too_much) = draining::too_much(readings, &plan).map_err(unknown)? {
        return Err(too_much.fault());
    }
    plan.remove_swap_file(
        host,
        old,
        new_file::filling_there(readings, old),
        Why::new("the new file is in its place", SOURCE),
    )?;
    Ok(Planned { plan, path: new })
}

/// The area, where it is a file in use that fstab or nothing turns on.
fn in_use(named: &Named) -> Result<&SwapArea, Fault> {
    let path = &named.path;
    let refused = |message: String, hint: String| Err(Fault::new(Exit::Refused, message).hint(hint));
    if !named.is_file() {
        return refused(
            format!("`{path}` is a device, and as large as it is"),
            "add a swap file beside it, or make its partition larger by hand".to_owned(),
        );
    }
    let Some(area) = &named.used else {
        return refused(
            format!("`{path}` is not in use"),
            format!("`sudo swapon {path}` turns it on; or remove it, and add one of the wanted size"),
        );
    };
    // A unit's name says which file it is for.
    match named.units.iter().find(|unit| !unit.is_generated()) {
        Some(unit) => refused(
            format!("`{path}` is turned on by `{}`, which is for that file alone", unit.path),
            format!(
                "`{}` with the wanted size, then `{}`",
                "sudo memtune swap add SIZE",
                commands::remove(path)
            ),
        ),
        None if named.script => refused(
            format!("`{path}` is turned on by /etc/rc.local, which is the owner's"),
            "take that line out first".to_owned(),
        ),
        None => Ok(area),
    }
}

/// `/swapfile2` was named after `/swapfile`, and so will the next be.
fn without_number(path: &str) -> &str {
    let base = path.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if base.ends_with('/') || base.is_empty() { path } else { base }
}

/// Where the disk has no room for both at once, there are other ways.
fn elsewhere(fault: Fault, old: &str, size: Bytes) -> Fault {
    match fault.exit {
        Exit::Refused => {
            let wanted = commands::add(size);
            let message = format!("{fault}; while `{old}` drains, both are there");
            Fault::new(Exit::Refused, message).hint(format!(
                "make room; or put the new one on another file system, `{wanted} --file PATH`, and then `{}`; or remove the old one first, where memory can take that",
                commands::remove(old)
            ))
        }
        _ => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_numbers() {
        for (path, base) in [
            ("/swapfile", "/swapfile"),
            ("/swapfile12", "/swapfile"),
            ("/swap/1", "/swap/1"),
            ("/1", "/1"),
            ("/swap2/file", "/swap2/file"),
        ] {
            assert_eq!(without_number(path), base);
        }
    }
}
