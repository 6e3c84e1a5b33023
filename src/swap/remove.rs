//! What takes an area off, now and at every boot.

use crate::change::{Area, Plan, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::sysctl::first_process;

use super::add::{refuse_place, unknown};
use super::named::{self, Named};
use super::{boot, draining};

/// Plans that the area called `name` is off, that nothing turns it on again, and that its file is gone unless it is to be kept.
///
/// # Errors
/// Refuses where memory cannot take back what it holds, with what is missing and what makes it safe; and where it is not the
/// owner's to take off. [`Exit::Usage`] where it is no area.
pub fn plan(readings: &Readings, name: &str, keeps_file: bool) -> Result<Plan, Fault> {
    refuse_place(readings)?;
    let host = readings.host();
    let named = named::find(readings, name)?;
    let path = &named.path;
    let mut plan = Plan::new(format!("remove the swap area {path}"), Area::Swap);
    let why = "what it holds comes back into memory and the other areas";
    plan.swap_off(host, path, Why::new(why, "swapoff(8)"))?;
    if let Some(too_much) = draining::too_much(readings, &plan).map_err(unknown)? {
        return Err(too_much.fault());
    }
    boot::remove(&mut plan, host, path)?;
    units(&mut plan, host, &named)?;
    if named.script {
        plan.note(format!("/etc/rc.local turns {path} on, too; take that line out by hand"));
    }
    match named.is_file() {
        true if keeps_file => plan.note(format!("{path} stays, and takes room")),
        true => {
            let why = "it is of no use any more, and its room is free again";
            plan.remove_swap_file(host, path, Why::new(why, "swapoff(8)")).map_err(mention_keeping)?;
        }
        false => plan.note(format!("{path} keeps its swap header; `wipefs -a {path}` empties it")),
    }
    Ok(plan)
}

/// A file that is no longer swap, or cannot be read, may be left where it is.
fn mention_keeping(fault: Fault) -> Fault {
    match fault.exit {
        Exit::Refused => fault.hint("`--keep-file` leaves the file where it is"),
        _ => fault,
    }
}

/// The owner's units go; those of generators come from what they read, and those of packages are disabled.
fn units(plan: &mut Plan, host: &Host, named: &Named) -> Result<(), Fault> {
    let is_systemd = first_process::is_systemd(host);
    for unit in &named.units {
        let name = unit.rsplit('/').next().unwrap_or_default();
        if unit.starts_with("/run/") {
            plan.note(format!(
                "{unit} is made anew at each boot; `sudo systemctl mask {name}` keeps it from being started"
            ));
        } else if is_systemd {
            let why = Why::new(format!("{unit} turns it on at boot"), "systemd.swap(5)");
            plan.command(&["systemctl", "disable", name], Some(&["systemctl", "enable", name]), why);
        }
    }
    for unit in named.own_units() {
        plan.file(host, unit, None, Why::new("the next boot shall not look for it", "systemd.swap(5)"))?;
        boot::reload(plan, host);
    }
    Ok(())
}
