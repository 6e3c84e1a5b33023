//! A whole partition or disk as swap.

use crate::change::{Area, Change, Plan, SwapOn, Why, typed};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::swap_header::{self, Header, Mark};
use crate::host::{Host, IfThere};
use crate::sys::uuid::Uuid;

use super::add::{Planned, Request, unknown};
use super::devices::{self, Target};
use super::{boot, draining, fstab, new_file};

/// Where it is explained.
const SOURCE: &str = "mkswap(8), wipefs(8)";

/// As much as the header of any machine has.
const LONGEST_HEADER: usize = 64 << 10;

/// So much of a device without any mark is looked at.
const LOOKED_AT: usize = 1 << 20;

/// Plans that the device at `path` is swapped to, as a whole.
///
/// # Errors
/// Refuses one that holds anything else, and says what.
pub(super) fn plan(readings: &Readings, path: &str, request: &Request) -> Result<Planned, Fault> {
    let host = readings.host();
    if request.size.is_some() {
        let message = format!("`{path}` is a device, and is used as a whole");
        return Err(Fault::new(Exit::Usage, message).hint("leave SIZE out"));
    }
    let device = devices::canonical(host, path);
    if device.starts_with("/dev/zram") {
        let message = format!("`{device}` is compressed memory, which has to be set up first");
        return Err(Fault::new(Exit::Refused, message).hint("`memtune swap zram 50%` does that"));
    }
    let mut plan = Plan::new(format!("swap to the device {device}"), Area::Swap);
    let uuid = prepare(readings, &mut plan, &device)?;
    let on = SwapOn::with_priority(request.priority);
    let why = Why::new("programs have more room before the kernel kills one", SOURCE);
    plan.swap_on_device(host, &device, uuid, on, why)?;
    refuse_too_much(readings, &mut plan, &device)?;
    if request.at_boot {
        let source = match uuid {
            Some(uuid) => format!("UUID={uuid}"),
            None => devices::lasting_name(host, &device),
        };
        boot::add(&mut plan, host, &device, &source, request.priority)?;
    }
    Ok(Planned { plan, path: device })
}

/// An area that is on already is turned off for another priority.
fn refuse_too_much(readings: &Readings, plan: &mut Plan, device: &str) -> Result<(), Fault> {
    let is_drained = |change: &Change| matches!(change, Change::SwapArea(area) if area.before.is_some());
    if !plan.steps().iter().any(is_drained) {
        return Ok(());
    }
    plan.note(format!("{device} is on: it is drained, and turned on again with the other priority"));
    draining::too_much(readings, plan).map_err(unknown)?.map_or(Ok(()), |too_much| Err(too_much.fault()))
}

/// Plans a header where there is none; answers with the UUID in it, unless it has none.
fn prepare(readings: &Readings, plan: &mut Plan, device: &str) -> Result<Option<Uuid>, Fault> {
    let host = readings.host();
    if readings.swaps().map_err(unknown)?.iter().any(|area| area.path == device) {
        let header =
            host.read_start(device, LONGEST_HEADER).ok().and_then(|start| swap_header::parse(&start));
        return Ok(header.and_then(uuid_of));
    }
    refuse_used(readings, device)?;
    let start = host
        .read_start(device, LONGEST_HEADER)
        .map_err(|lacking| cannot_look(device, &lacking.to_string()))?;
    // What is no swap comes first: a part of a RAID or pool may have an old header of swap besides.
    refuse_signatures(host, device)?;
    if let Some(header) = swap_header::parse(&start) {
        if header.mark != Mark::Swap {
            return Err(in_use(device, "the image of a hibernated machine, or swap of a very old kind"));
        }
        plan.note(format!("{device} has a swap header already: it is only turned on"));
        return Ok(uuid_of(header));
    }
    if host.read_start(device, LOOKED_AT).is_ok_and(|start| start.iter().any(|&byte| byte != 0)) {
        plan.note(format!(
            "there is data on {device} that wipefs does not know, such as encryption without a header would be: it is overwritten, and `memtune undo` cannot bring it back"
        ));
    }
    let uuid = new_file::new_uuid()?;
    make_header(plan, device, uuid);
    Ok(Some(uuid))
}

/// The way back finds the device by its UUID: after a boot another one may have its name.
fn make_header(plan: &mut Plan, device: &str, uuid: Uuid) {
    let look = typed(&["wipefs", "-p", device]);
    let is_empty = format!("found=$({look}) && test -z \"$found\"");
    let why = Why::new("looked at once more right before: it still holds nothing", SOURCE);
    plan.command(&["sh", "-c", &is_empty], None, why);
    let text = uuid.to_string();
    let wipe =
        format!("device=$(blkid -c /dev/null -U {uuid}) || exit 0; exec wipefs -q -a -t swap \"$device\"");
    let why = Why::new("nothing was found on it; the header makes it swap", SOURCE);
    plan.command(&["mkswap", "-U", &text, device], Some(&["sh", "-c", &wipe]), why);
}

fn uuid_of(header: Header) -> Option<Uuid> {
    Some(header.uuid).filter(|uuid| *uuid != Uuid::default())
}

/// Refuses a device that something uses, or is told to use at boot.
fn refuse_used(readings: &Readings, device: &str) -> Result<(), Fault> {
    let host = readings.host();
    let is_it = |source: &str| devices::target(host, source) == Target::At(device.to_owned());
    let mounts = readings.mounts().map_err(unknown)?;
    if let Some(mount) = mounts.iter().find(|mount| mount.source.starts_with("/dev/") && is_it(&mount.source))
    {
        return Err(in_use(device, &format!("the file system that is mounted at {}", mount.point)));
    }
    let lines = fstab::lines(&boot::text(host)?);
    if let Some(line) = lines.iter().find(|line| line.kind != "swap" && is_it(&line.source)) {
        return Err(in_use(
            device,
            &format!("what line {} of /etc/fstab mounts at {}", line.line, line.point),
        ));
    }
    if let Some(name) = encrypted(host, is_it)? {
        return Err(in_use(device, &format!("what /etc/crypttab opens as {name}")));
    }
    let name = device.rsplit('/').next().unwrap_or_default();
    let about = format!("/sys/class/block/{name}");
    if let Some(holder) = host.list(&format!("{about}/holders")).unwrap_or_default().first() {
        return Err(in_use(device, &format!("a part of {holder}, which is in use")));
    }
    let mut parts = host.list(&about).unwrap_or_default().into_iter();
    if let Some(part) = parts.find(|part| host.has(&format!("{about}/{part}/partition"))) {
        return Err(in_use(device, &format!("partitions, such as {part}")));
    }
    if host.read(&format!("{about}/ro")).is_ok_and(|text| text.trim() == "1") {
        let message = format!("`{device}` can only be read");
        return Err(Fault::new(Exit::Refused, message).hint(format!("see `blockdev --getro {device}`")));
    }
    Ok(())
}

/// The name that crypttab(5) gives to what is in the device; encryption may leave no mark on it.
fn encrypted(host: &Host, is_it: impl Fn(&str) -> bool) -> Result<Option<String>, Fault> {
    let text = host.read("/etc/crypttab").if_there().map_err(unknown)?.unwrap_or_default();
    let mut lines = text.lines().map(|line| line.split_ascii_whitespace());
    Ok(lines.find_map(|mut words| {
        let name = words.next().filter(|name| !name.starts_with('#'))?;
        words.next().filter(|source| is_it(source)).map(|_| name.to_owned())
    }))
}

/// Refuses a device on which wipefs(8) knows anything but swap; it knows partition tables, file systems, RAID and LVM.
fn refuse_signatures(host: &Host, device: &str) -> Result<(), Fault> {
    let listed = host
        .output("wipefs", &["-p", device])
        .map_err(|lacking| cannot_look(device, &lacking.to_string()))?;
    let mut kinds = signatures(&listed);
    kinds.retain(|kind| kind != "swap");
    kinds.dedup();
    if kinds.is_empty() { Ok(()) } else { Err(holds(device, &kinds.join(", "))) }
}

/// The kinds in what `wipefs -p` prints: `0x438,UUID,LABEL,ext4` a line.
fn signatures(listed: &str) -> Vec<String> {
    let lines = listed.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let kind = |line: &str| line.rsplit(',').next().unwrap_or_default().trim().to_owned();
    lines
        .map(|line| match kind(line).as_str() {
            "" => "something that wipefs does not name".to_owned(),
            kind => kind.to_owned(),
        })
        .collect()
}

fn holds(device: &str, what: &str) -> Fault {
    let message = format!("`{device}` is not empty: it holds {what}, and is left as it is");
    Fault::new(Exit::Refused, message).hint(format!(
        "`lsblk -f {device}` shows it; only if nothing of it is needed, `wipefs -a {device}` empties it"
    ))
}

/// Of what may be needed no command is named that destroys it.
fn in_use(device: &str, what: &str) -> Fault {
    let message = format!("`{device}` is not free: it holds {what}, and is left as it is");
    Fault::new(Exit::Refused, message).hint(format!("`lsblk -f {device}` shows it; name another device"))
}

fn cannot_look(device: &str, why: &str) -> Fault {
    let is_root = rustix::process::geteuid().is_root();
    let exit = if is_root { Exit::Failed } else { Exit::Privilege };
    Fault::new(exit, format!("cannot see what `{device}` holds: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    fn refusal(files: &[(&str, &str)]) -> Option<String> {
        let all = [&[("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n")], files].concat();
        let (_folder, host) = made_tree(&all);
        refuse_used(&Readings::new(&host, None), "/dev/sdb").err().map(|fault| fault.to_string())
    }

    #[test]
    fn a_device_in_use_is_left_alone() {
        for (file, expected) in [
            (("/proc/mounts", "/dev/sdb /data xfs rw 0 0\n"), "mounted at /data"),
            (("/etc/fstab", "/dev/sdb /data xfs noauto 0 0\n"), "line 1 of /etc/fstab"),
            (("/sys/class/block/sdb/holders/dm-3", ""), "a part of dm-3"),
            (("/sys/class/block/sdb/sdb1/partition", "1\n"), "partitions, such as sdb1"),
            (("/sys/class/block/sdb/ro", "1\n"), "can only be read"),
        ] {
            let refused = refusal(&[file]).unwrap();
            assert!(refused.contains(expected), "{refused}");
        }
        assert_eq!(
            refusal(&[("/etc/fstab", "/dev/sdb none swap sw 0 0\n"), ("/sys/class/block/sdb/ro", "0\n")]),
            None
        );
    }

    #[test]
    fn kinds_are_the_last_words() {
        assert!(signatures("# offset,uuid,label,type\n").is_empty());
        let listed = "# offset,uuid,label,type\n0x438,ab-c,my\\x2clabel,ext4\n0x1fe,,,dos\n";
        assert_eq!(signatures(listed), ["ext4", "dos"]);
    }

    proptest! {
        #[test]
        fn any_line_but_a_comment_counts(text in "(\\PC|\n|#|,)*") {
            let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
            prop_assert_eq!(signatures(&text).len(), lines.count());
        }
    }
}
