//! W04: whether the swap in use is the swap that the next boot brings.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::doctor::wording::plural;
use crate::facts::readings::Readings;
use crate::facts::swaps::{self, SwapArea};
use crate::host::{Host, IfThere, Lacking, Reason};

use super::commands::{affair_of_host, comment_out};
use super::header;
use crate::swap::cut_short::CutShort;
use crate::swap::devices::Target;
use crate::swap::planned::{self, MOST_AREAS, Origin, Planned};
use crate::swap::{commands, fitness, holders, sizing};

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
    let mut remedy = Remedy::default();
    unused.iter().for_each(|one| mend_unused(readings, one, &mut remedy));
    unplanned.iter().for_each(|area| mend_unplanned(readings, area, &mut remedy));
    Ok(remedy.prescribe(diagnosis))
}

/// What is to be typed, and what is to be thought of.
#[derive(Default)]
struct Remedy {
    commands: Vec<String>,
    workings: Vec<String>,
}

impl Remedy {
    fn prescribe(mut self, diagnosis: Diagnosis) -> Diagnosis {
        // On most machines two of the folders of units are one.
        self.commands.dedup();
        self.workings.dedup();
        let diagnosis = self.workings.into_iter().fold(diagnosis, Diagnosis::working);
        match self.commands.is_empty() {
            true => diagnosis,
            false => diagnosis.fix(Fix::commands(self.commands)),
        }
    }
}

fn is_in_use(one: &Planned, areas: &[SwapArea]) -> bool {
    areas.iter().any(|area| one.path() == Some(area.path.as_str()))
}

fn is_planned(host: &Host, area: &SwapArea, planned: &[Planned]) -> bool {
    let is_of_manager = || holders::keeper(host, &area.path).is_some();
    area.is_zram() || planned.iter().any(|one| one.path() == Some(area.path.as_str())) || is_of_manager()
}

fn mend_unused(readings: &Readings, one: &Planned, remedy: &mut Remedy) {
    let Some(path) = one.path() else {
        if one.target == Target::Gone {
            remedy.commands.extend(forget(readings.host(), one));
        }
        return;
    };
    match readings.host().status(path).if_there() {
        Ok(Some(_)) => turn_on(readings, one, path, remedy),
        Ok(None) if readings.host().is_live() => remedy.commands.extend(forget(readings.host(), one)),
        // A captured tree does not hold the areas themselves, nor does everybody see them; none is given up for that.
        Ok(None) | Err(_) => {
            turn_on(readings, one, path, remedy);
            let step = |command| format!("whether {path} is there is not known; where it is not: {command}");
            remedy.workings.extend(forget(readings.host(), one).map(step));
        }
    }
}

/// Turns on what the kernel would take; what it would refuse is another check's to mend.
fn turn_on(readings: &Readings, one: &Planned, path: &str, remedy: &mut Remedy) {
    let unfitness = one.is_file().then(|| fitness::unfitness(readings, path, false)).flatten();
    if let Some(unfitness) = unfitness {
        return remedy.workings.push(format!("{path} is not to be turned on: {unfitness}; W07 comes first"));
    }
    match (header::is_refused(readings, path), one.is_made_at_boot) {
        (true, true) => remedy.workings.push(format!("{path} gets its header at the next boot")),
        (true, false) => remedy.workings.push(format!(
            "{path} cannot be turned on, for the kernel would refuse its header; W08 comes first"
        )),
        (false, _) if can_be_typed(path) => remedy.commands.push(format!("sudo swapon {}", quoted(path))),
        (false, _) => {}
    }
}

/// What a title that names the first of `count` areas adds.
fn and_more(count: usize) -> String {
    if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() }
}

/// The command that takes an area out of what is planned: memtune's own, which can be taken back, where it can name the area.
fn forget(host: &Host, one: &Planned) -> Option<String> {
    match (&one.origin, one.path()) {
        (Origin::Fstab(_), Some(path)) if is_owners(host, path) => Some(commands::remove(path)),
        (Origin::Fstab(line), _) => Some(comment_out(*line)),
        (Origin::Unit(file), _) => {
            let unit = file.rsplit('/').find(|part| part.ends_with(".swap")).unwrap_or(file);
            can_be_typed(unit).then(|| format!("sudo systemctl disable {}", quoted(unit)))
        }
    }
}

/// What a program makes is not for `memtune swap remove`.
fn is_owners(host: &Host, path: &str) -> bool {
    can_be_typed(path) && holders::keeper(host, path).is_none()
}

fn mend_unplanned(readings: &Readings, area: &SwapArea, remedy: &mut Remedy) {
    let path = &area.path;
    if let Some(change) = CutShort::read(readings.host()).filter(|change| change.concerns(path)) {
        remedy.workings.push(change.sentence());
        return remedy.commands.push(change.command());
    }
    let unfitness = area.is_file.then(|| fitness::unfitness(readings, path, true)).flatten();
    if let Some(unfitness) = unfitness {
        return remedy.workings.push(format!("{path} is not to be kept: {unfitness}; W07 comes first"));
    }
    if let Some(bar) = sizing::bar(readings) {
        return remedy.workings.push(bar.to_owned());
    }
    if can_be_typed(path) {
        remedy.commands.push(commands::keep(path));
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

    /// An area of ten pages of 4 KiB, as mkswap leaves it.
    fn area() -> String {
        let mut bytes = vec![0; 40_960];
        bytes[1024..1028].copy_from_slice(&1u32.to_ne_bytes());
        bytes[1028..1032].copy_from_slice(&9u32.to_ne_bytes());
        bytes[4086..4096].copy_from_slice(b"SWAPSPACE2");
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_one_way_out_is_typed() {
        let planned = "/swapfile none swap sw 0 0\n";
        let swapon = ["sudo swapon /swapfile"];
        let there = examine(planned, "", &[("/swapfile", &area())]);
        assert_eq!(
            (there.fix.unwrap().commands, there.workings.len()),
            (swapon.map(String::from).to_vec(), 0)
        );
        // A capture seldom holds it.
        let unknown = examine(planned, "", &[]);
        assert_eq!(unknown.fix.unwrap().commands, swapon);
        assert!(unknown.workings[0].ends_with("where it is not: sudo memtune swap remove /swapfile"));
    }

    #[test]
    fn what_the_kernel_would_refuse_is_not_turned_on() {
        let planned = "/data/swap none swap sw 0 0\n";
        let mounts = ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\nx /data nfs4 rw 0 0\n");
        for file in [None, Some(("/data/swap", &*area()))] {
            let more: Vec<_> = std::iter::once(mounts).chain(file).collect();
            let unfit = examine(planned, "", &more);
            assert_eq!((unfit.severity, unfit.fix), (Severity::Warn, None));
            assert!(unfit.workings[0].contains("W07 comes first"), "{:?}", unfit.workings);
        }
        let kept = examine("", "/data/swap file 1000 0 -2\n", &[mounts]);
        assert_eq!((kept.severity, kept.fix), (Severity::Warn, None));
        let blank = examine("/swapfile none swap sw 0 0\n", "", &[("/swapfile", "")]);
        assert_eq!((blank.severity, blank.fix), (Severity::Warn, None));
        assert!(blank.workings[0].contains("W08 comes first"), "{:?}", blank.workings);
        let made = examine("/swapfile none swap x-systemd.makefs 0 0\n", "", &[("/swapfile", "")]);
        assert!(made.fix.is_none() && made.workings[0].contains("at the next boot"));
    }

    #[test]
    fn a_name_that_cannot_be_typed_gets_no_command() {
        let planned = examine("/a\\033b none swap sw 0 0\n", "", &[("/a\u{1b}b", &area())]);
        assert_eq!((planned.severity, planned.fix), (Severity::Warn, None));
        let used = examine("", "/a\\012b file 1000 0 -2\n", &[]);
        assert_eq!((used.severity, used.fix), (Severity::Warn, None));
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
        let unused = examine("# c\n/swapfile none swap sw 0 0\n", "", &[("/swapfile", &area())]);
        assert_eq!(unused.severity, Severity::Warn);
        assert_eq!(unused.fix.unwrap().commands, ["sudo swapon /swapfile"]);
        let gone = examine("# c\nUUID=9 none swap sw 0 0\n", "", &[]);
        assert_eq!(gone.fix.unwrap().commands, ["sudo sed -i '2s/^/#/' /etc/fstab"]);
        let unplanned = examine("", SDA2, &[]);
        assert_eq!(unplanned.severity, Severity::Warn);
        assert_eq!(unplanned.fix.unwrap().commands, ["sudo memtune swap add --file /dev/sda2"]);
        let both = examine("/swapfile none swap sw 0 0\n", SDA2, &[]);
        assert_eq!(both.evidence.len(), 2);
        assert_eq!(both.fix.unwrap().commands.len(), 2);
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
