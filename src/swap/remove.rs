//! What takes an area off, now and at every boot.

use std::collections::BTreeSet;

use crate::change::{Area, Plan, Why, typed};
use crate::exit::{Exit, Fault};
use crate::facts::mounts;
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::sysctl::first_process;

use super::add::{refuse_place, unknown};
use super::named::{self, Named, UnitFile};
use super::{boot, draining, new_file, place};

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
            plan.remove_swap_file(
                host,
                path,
                new_file::filling_there(readings, path),
                Why::new(why, "swapoff(8)"),
            )
            .map_err(mention_keeping)?;
            note_subvolume(&mut plan, readings, path);
        }
        false => plan.note(format!("{path} keeps its swap header; `wipefs -a {path}` empties it")),
    }
    Ok(plan)
}

/// `swap add` makes a subvolume for a file on btrfs; whether it did is not known by now, so that this is for the owner to do.
fn note_subvolume(plan: &mut Plan, readings: &Readings, path: &str) {
    let (folder, host) = (place::folder_of(path), readings.host());
    let is_alone =
        host.list(folder).is_ok_and(|names| names.iter().map(String::as_str).eq(path.rsplit('/').next()));
    if is_alone && is_subvolume(readings, folder) {
        let delete = typed(&["sudo", "btrfs", "subvolume", "delete", folder].map(str::to_owned));
        plan.note(format!("the subvolume {folder} is empty then; `{delete}` deletes it"));
    }
}

/// Whether it is the top folder of a subvolume, and nothing is mounted there.
fn is_subvolume(readings: &Readings, folder: &str) -> bool {
    /// The number of every top folder on btrfs.
    const TOP: u64 = 256;
    let Ok(mounts) = readings.mounts() else { return false };
    let is_inside =
        mounts::holding(mounts, folder).is_some_and(|mount| mount.kind == "btrfs" && mount.point != folder);
    is_inside && readings.host().status(folder).is_ok_and(|status| status.inode == TOP)
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
    let mut disabled = BTreeSet::new();
    for UnitFile { unit, path, is_enabled } in named.units.iter().filter(|file| !file.is_generated()) {
        // A drop-in is of the same unit.
        if is_systemd && *is_enabled && disabled.insert(unit) {
            let why = Why::new(format!("{path} turns it on at boot"), "systemd.swap(5)");
            plan.command(&["systemctl", "disable", unit], Some(&["systemctl", "enable", unit]), why);
        }
    }
    for UnitFile { unit, path, .. } in named.units.iter().filter(|file| file.is_generated()) {
        plan.note(format!(
            "{path} is made anew at each boot; `sudo systemctl mask {unit}` keeps it from being started"
        ));
    }
    for (path, source) in &named.unclear {
        plan.note(format!(
            "{path} names {source}; whether that is {} cannot be told without udev's links: look at it by hand",
            named.path
        ));
    }
    for unit in named.own_units() {
        plan.file(host, unit, None, Why::new("the next boot shall not look for it", "systemd.swap(5)"))?;
        boot::reload(plan, host);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::host::made_tree::made_tree;

    const UNIT: (&str, &str) = ("/etc/systemd/system/x.swap", "[Swap]\nWhat=/x\n");
    const LINK: (&str, &str) = ("/etc/systemd/system/swap.target.wants/x.swap", "->../x.swap");
    const DROP_IN: (&str, &str) = ("/etc/systemd/system/x.swap.d/10.conf", "[Swap]\nWhat=/x\n");
    const OF_PACKAGE: (&str, &str) = ("/usr/lib/systemd/system/x.swap", "[Swap]\nWhat=/x\n");

    /// The steps for the units of `/x`, and the notes.
    fn planned(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let systemd = ("/proc/1/comm", "systemd\n");
        let swaps = ("/proc/swaps", "/x file 9 0 -2\n");
        let (_folder, host) = made_tree(&[files, &[systemd, swaps]].concat());
        let named = named::find(&Readings::new(&host, None), "/x").unwrap();
        let mut plan = Plan::new("x", Area::Swap);
        units(&mut plan, &host, &named).unwrap();
        let said = |change: &Change| match change {
            Change::Command(command) => {
                let undo = command.undo.as_ref().map(|words| words.join(" ")).unwrap_or_default();
                format!("{} / {undo}", command.words.join(" "))
            }
            Change::File(file) => file.target.clone(),
            other => panic!("{other:?}"),
        };
        let is_reload = |change: &&Change| matches!(change, Change::Command(command) if command.afterwards);
        let steps = plan.steps().iter().filter(|change| !is_reload(change));
        (steps.map(said).collect(), plan.notes().to_vec())
    }

    #[test]
    fn only_what_is_enabled_is_disabled_and_enabled_again() {
        let disable = "systemctl disable x.swap / systemctl enable x.swap";
        assert_eq!(planned(&[UNIT]).0, [UNIT.0]);
        assert_eq!(planned(&[UNIT, LINK]).0, [disable, UNIT.0]);
        assert_eq!(planned(&[OF_PACKAGE, LINK]).0, [disable]);
        assert!(planned(&[OF_PACKAGE]).0.is_empty());
    }

    #[test]
    fn a_drop_in_is_of_its_unit() {
        let disable = "systemctl disable x.swap / systemctl enable x.swap";
        assert_eq!(planned(&[OF_PACKAGE, LINK, DROP_IN]).0, [disable, DROP_IN.0]);
        assert_eq!(planned(&[OF_PACKAGE, DROP_IN]).0, [DROP_IN.0]);
        let generated = ("/run/systemd/generator.late/x.swap", "[Swap]\nWhat=/x\n");
        let (steps, notes) = planned(&[generated]);
        assert!(steps.is_empty() && notes[0].contains("systemctl mask x.swap"), "{notes:?}");
    }
}
