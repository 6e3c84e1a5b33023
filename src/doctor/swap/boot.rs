//! W04: whether the swap in use is the swap that the next boot brings.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::wording::plural;
use crate::facts::readings::Readings;
use crate::facts::swaps::{self, SwapArea};
use crate::host::{Host, IfThere, Lacking, Reason};

use super::commands::{affair_of_host, append_to_fstab, comment_out, quoted};
use super::devices::{self, Target};
use super::planned::{self, MOST_AREAS, Origin, Planned};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W04",
    name: "swap-at-boot",
    group: Group::Swap,
    question: "Is the swap in use the same that /etc/fstab and systemd turn on at boot?",
    thresholds: "warn where a planned area is not in use, or where one in use is not planned; areas of zram and of swap managers count as planned",
    why: "An area that was turned on by hand is gone after the next boot, and the machine then runs out of memory under the same load that it carried before. An area that is planned but not there can make the boot wait a minute and a half for a device that never comes.",
    sources: &[
        "https://www.man7.org/linux/man-pages/man5/fstab.5.html",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd.swap.html",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd-fstab-generator.html",
    ],
    examine: swap_at_boot,
}];

/// Programs that turn on areas of their own: a file that shows the program is there, and where its areas lie.
const MANAGERS: [(&str, &str); 9] = [
    ("/etc/dphys-swapfile", "/var/swap"),
    ("/etc/rpi/swap.conf", "/var/swap"),
    ("/etc/swapspace.conf", "/var/lib/swapspace/"),
    ("/etc/systemd/swap.conf", "/var/lib/systemd-swap/"),
    ("/etc/systemd/swap.conf", "/run/systemd/swap/"),
    ("/usr/share/systemd-swap/swap-default.conf", "/var/lib/systemd-swap/"),
    ("/etc/waagent.conf", "/mnt/"),
    ("/etc/hibinit-config.cfg", "/swap-hibinit"),
    ("/etc/hibagent-config.cfg", "/swap"),
];

fn swap_at_boot(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let planned = planned::areas(readings)?;
    let areas = readings.swaps()?;
    let script = readings.host().read("/etc/rc.local").if_there().ok().flatten().unwrap_or_default();
    let unplanned = areas.iter().take(MOST_AREAS).filter(|area| {
        // A deleted area is another check's; what rc.local turns on comes back too.
        let comes_back = area.is_deleted || script.contains(&area.path);
        !comes_back && !is_planned(readings.host(), area, &planned)
    });
    let unplanned: Vec<&SwapArea> = unplanned.collect();
    let unclear = planned.iter().find(|one| one.target == Target::Unknown);
    if let Some(one) = unclear.filter(|_| unplanned.iter().any(|area| !area.is_file)) {
        // The one may well be the other.
        let why = "where it leads is not known without udev's links".to_owned();
        return Err(Lacking::new(&one.source, Reason::Failed(why)));
    }
    let unused: Vec<&Planned> =
        planned.iter().filter(|one| one.is_expected && !is_in_use(one, areas)).collect();
    let diagnosis = match (unused.first(), unplanned.first()) {
        (None, None) if areas.is_empty() => Diagnosis::ok("No swap is in use, and none is planned"),
        (None, None) => {
            Diagnosis::ok(format!("Swap comes back at boot: {}", plural(areas.len() as u64, "area")))
        }
        (Some(one), None) => Diagnosis::warn(format!(
            "{} of {} is not in use{}",
            one.source,
            one.origin.name(),
            and_more(unused.len())
        )),
        (None, Some(area)) => {
            let others = and_more(unplanned.len());
            Diagnosis::warn(format!(
                "{}, {} of swap, will be gone after the next boot{others}",
                area.path, area.size
            ))
        }
        (Some(one), Some(area)) => Diagnosis::warn(format!(
            "{} of {} is not in use{}, and {} will be gone after the next boot{}",
            one.source,
            one.origin.name(),
            and_more(unused.len()),
            area.path,
            and_more(unplanned.len())
        )),
    };
    let diagnosis = unused.iter().fold(diagnosis, |diagnosis, one| {
        diagnosis.evidence(one.origin.name(), "not in use", one.source.as_str())
    });
    let diagnosis = unplanned.iter().fold(diagnosis, |diagnosis, area| {
        diagnosis.evidence(swaps::PATH, "not planned", area.path.as_str())
    });
    let mut commands: Vec<String> = unused
        .iter()
        .flat_map(|one| commands_for_unused(readings.host(), one))
        .chain(unplanned.iter().flat_map(|area| commands_for_unplanned(readings.host(), area)))
        .collect();
    // On most machines two of the folders of units are one.
    commands.dedup();
    Ok(match commands.is_empty() {
        true => diagnosis,
        false => diagnosis.fix(Fix::commands(commands)),
    })
}

fn is_in_use(one: &Planned, areas: &[SwapArea]) -> bool {
    areas.iter().any(|area| one.path() == Some(area.path.as_str()))
}

fn is_planned(host: &Host, area: &SwapArea, planned: &[Planned]) -> bool {
    let is_of_manager = || {
        let mut managers = MANAGERS.iter();
        let lies_at = |path: &str| area.path == path || path.ends_with('/') && area.path.starts_with(path);
        managers.any(|&(mark, path)| lies_at(path) && host.has(mark))
    };
    area.is_zram() || planned.iter().any(|one| one.path() == Some(area.path.as_str())) || is_of_manager()
}

fn commands_for_unused(host: &Host, one: &Planned) -> Vec<String> {
    let there = one.path().map(|path| host.has(path));
    match (&one.origin, one.path(), there) {
        (_, Some(path), Some(true)) => vec![format!("sudo swapon {}", quoted(path))],
        // A captured tree does not hold the areas themselves.
        (_, Some(path), _) if !host.is_live() => {
            vec![format!("sudo swapon {}   # or, if that is not there:", quoted(path)), forget(one)]
        }
        (Origin::Fstab(_) | Origin::Unit(_), ..) if one.target != Target::Unknown => vec![forget(one)],
        _ => Vec::new(),
    }
}

/// What a title that names the first of `count` areas adds.
fn and_more(count: usize) -> String {
    if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() }
}

/// The command that takes an area out of what is planned.
fn forget(one: &Planned) -> String {
    match &one.origin {
        Origin::Fstab(line) => comment_out(*line),
        Origin::Unit(file) => {
            let unit = file.rsplit('/').find(|part| part.ends_with(".swap")).unwrap_or(file);
            format!("sudo systemctl disable {}", quoted(unit))
        }
    }
}

fn commands_for_unplanned(host: &Host, area: &SwapArea) -> Vec<String> {
    match area.is_file {
        true => vec![append_to_fstab(&area.path)],
        false => vec![append_to_fstab(&devices::lasting_name(host, &area.path))],
    }
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const SDA2: &str = "/dev/sda2 partition 1000 0 -2\n";
    const FILE: &str = "/swapfile file 1000 0 -2\n";

    fn examine(fstab: &str, swaps: &str, more: &[(&str, &str)]) -> Finding {
        let mut files = vec![
            ("/etc/fstab", fstab),
            ("/proc/swaps", swaps),
            ("/dev/disk/by-uuid/1-2", "->../../sda2"),
            ("/dev/mapper/vg-swap", "->../dm-1"),
        ];
        files.extend(more);
        examine_tree("W04", &files)
    }

    #[test]
    fn what_is_in_use_and_planned_is_well() {
        for (fstab, swaps) in [
            ("", ""),
            ("/dev/sda2 none swap sw 0 0\n", SDA2),
            ("UUID=1-2 none swap sw 0 0\n", SDA2),
            ("/dev/mapper/vg-swap none swap sw 0 0\n", "/dev/dm-1 partition 1000 0 -2\n"),
            ("/dev/sda2 none swap noauto 0 0\n", ""),
            ("/dev/sda2 none swap noauto 0 0\n", SDA2),
            ("", "/dev/zram0 partition 1000 0 100\n"),
        ] {
            assert_eq!(examine(fstab, swaps, &[]).severity, Severity::Ok, "{fstab} {swaps}");
        }
    }

    #[test]
    fn either_difference_is_told_with_its_fix() {
        let unused = examine("# c\n/swapfile none swap sw 0 0\n", "", &[("/swapfile", "")]);
        assert_eq!(unused.severity, Severity::Warn);
        assert_eq!(unused.fix.unwrap().commands, ["sudo swapon /swapfile"]);
        let gone = examine("# c\nUUID=9 none swap sw 0 0\n", "", &[]);
        assert_eq!(gone.fix.unwrap().commands, ["sudo sed -i '2s/^/#/' /etc/fstab"]);
        let unplanned = examine("", SDA2, &[]);
        assert_eq!(unplanned.severity, Severity::Warn);
        assert!(unplanned.fix.unwrap().commands[0].contains("UUID=1-2 none swap"));
        let both = examine("/swapfile none swap sw 0 0\n", SDA2, &[]);
        assert_eq!(both.evidence.len(), 2);
        assert_eq!(both.fix.unwrap().commands.len(), 3);
    }

    #[test]
    fn units_plan_too_when_they_are_enabled() {
        let unit = ("/etc/systemd/system/swapfile.swap", "[Swap]\nWhat=/swapfile\n");
        let link = ("/etc/systemd/system/swap.target.wants/swapfile.swap", "->../swapfile.swap");
        assert_eq!(examine("", FILE, &[unit]).severity, Severity::Ok);
        assert_eq!(examine("", "", &[unit]).severity, Severity::Ok);
        assert_eq!(examine("", "", &[unit, link]).severity, Severity::Warn);
        assert_eq!(examine("", FILE, &[unit, link]).severity, Severity::Ok);
        // A unit that systemd made of a line that has gone since plans nothing.
        let stale = (
            "/run/systemd/generator/swapfile.swap",
            "[Unit]\nSourcePath=/etc/fstab\n[Swap]\nWhat=/swapfile\n",
        );
        assert_eq!(examine("", FILE, &[stale]).severity, Severity::Warn);
        let found = ("/run/systemd/generator.late/dev-sda2.swap", "[Swap]\nWhat=/dev/sda2\n");
        assert_eq!(examine("", SDA2, &[found]).severity, Severity::Ok);
    }

    #[test]
    fn managers_and_containers_are_left_alone() {
        let area = "/var/swap file 1000 0 -2\n";
        assert_eq!(examine("", area, &[]).severity, Severity::Warn);
        assert_eq!(examine("", area, &[("/etc/dphys-swapfile", "")]).severity, Severity::Ok);
        assert_eq!(examine("", area, &[("/.dockerenv", "")]).severity, Severity::Ok);
    }

    #[test]
    fn a_name_that_cannot_be_followed_settles_nothing() {
        let fstab = "PARTUUID=1 none swap sw 0 0\n";
        assert_eq!(examine(fstab, SDA2, &[]).severity, Severity::Skip);
        assert_eq!(examine(fstab, "", &[]).severity, Severity::Warn);
        let mapped = "/dev/mapper/other none swap sw 0 0\n";
        assert_eq!(examine(mapped, "/dev/dm-7 partition 1000 0 -2\n", &[]).severity, Severity::Skip);
    }

    #[test]
    fn what_rc_local_turns_on_comes_back() {
        let script = ("/etc/rc.local", "#!/bin/sh\nswapon /swapfile\n");
        assert_eq!(examine("", FILE, &[script]).severity, Severity::Ok);
    }
}
