//! What is odd about a machine's swap, each with the check of doctor that says more.

use serde::Serialize;

use crate::sys::bytes::Bytes;

use super::areas::{Area, Kind};
use super::managers::Manager;
use super::overview::Overview;

/// Something odd.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The check of doctor that judges it, such as `W04`.
    pub check: &'static str,
    /// What it is, in one sentence.
    pub text: String,
}

impl Remark {
    pub(super) fn new(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, text: text.into() }
    }
}

/// All that is odd; inside a container, whose swap is its host's affair, nothing is.
pub(super) fn about(overview: &Overview, managers: &[Manager]) -> Vec<Remark> {
    if overview.container.is_some() {
        return Vec::new();
    }
    // What it left is taken back, and nobody's to keep.
    let is_left =
        |area: &&Area| overview.cut_short.as_ref().is_some_and(|change| change.concerns(&area.path));
    let of_area = |area: &Area| of_area(area).into_iter().chain(area.oddities.clone());
    let mut remarks: Vec<Remark> =
        overview.areas.iter().filter(|area| !is_left(area)).flat_map(of_area).collect();
    remarks.extend(passed_over(overview));
    remarks.extend(full(overview));
    remarks.extend(disk_before_memory(overview));
    remarks.extend(compressed_twice(overview));
    remarks.extend(rivals(managers));
    remarks.extend(promised_too_much(overview));
    remarks
}

fn of_area(area: &Area) -> Option<Remark> {
    let path = &area.path;
    if area.deleted {
        return Some(Remark::new(
            "W13",
            format!("{path} was deleted while it was in use: only a reboot gives its space back"),
        ));
    }
    if !area.in_use {
        // What fstab or a unit names says for itself what becomes of it.
        let is_of_generator = area.kind == Kind::Zram && area.oddities.is_empty();
        return is_of_generator
            .then(|| Remark::new("Z04", format!("{path} is off, and shall be on after the next boot")));
    }
    // zram is often made by a service of the owner's own, which nothing tells from any other.
    let is_open = area.kind == Kind::Zram || area.held_by.is_none();
    let is_held = area.held_by.as_ref().is_some_and(|holders| !holders.is_empty());
    (!is_open && !is_held).then(|| {
        Remark::new("W04", format!("{path} will be gone after the next boot, for nothing turns it on then"))
    })
}

/// mount(8) and systemd do the same, and boot all the same.
fn passed_over(overview: &Overview) -> Option<Remark> {
    let lines: Vec<String> = overview.lines_passed_over.iter().map(usize::to_string).collect();
    let (lines, are) = match &lines[..] {
        [] => return None,
        [line] => (format!("line {line}"), "is no entry, and is"),
        lines => (format!("lines {}", lines.join(", ")), "are no entries, and are"),
    };
    Some(Remark::new("W04", format!("{lines} of /etc/fstab {are} passed over, as the boot does")))
}

fn full(overview: &Overview) -> Option<Remark> {
    let (size, used) = (overview.size(), overview.used());
    let share = size.less(used).percent_of(size);
    (size.0 > 0 && share < 10.0)
        .then(|| Remark::new("W02", format!("the swap is nearly full: {used} of {size}")))
}

/// Each page would go to the slow area until that is full.
fn disk_before_memory(overview: &Overview) -> Option<Remark> {
    let (memory, disks): (Vec<&Area>, Vec<&Area>) =
        overview.used_areas().partition(|area| area.kind == Kind::Zram);
    let zram = memory.into_iter().min_by_key(|area| area.priority)?;
    let disk = disks.into_iter().max_by_key(|area| area.priority)?;
    (zram.priority <= disk.priority).then(|| {
        let (low, high) = (zram.priority.unwrap_or_default(), disk.priority.unwrap_or_default());
        Remark::new(
            "W06",
            format!(
                "{} has priority {low}, not above {high} of {}: what could stay in memory goes to the disk",
                zram.path, disk.path
            ),
        )
    })
}

fn compressed_twice(overview: &Overview) -> Option<Remark> {
    let zram = overview.used_areas().find(|area| area.kind == Kind::Zram)?;
    let is_enabled = overview.zswap.as_ref().is_some_and(|zswap| zswap.enabled);
    is_enabled.then(|| Remark::new("Z01", format!("zswap compresses what {} compresses again", zram.path)))
}

fn rivals(managers: &[Manager]) -> Option<Remark> {
    managers.iter().enumerate().find_map(|(place, first)| {
        let second =
            managers.get(place + 1..)?.iter().find(|second| first.makes.clashes_with(second.makes))?;
        Some(Remark::new("W11", format!("{} and {} both manage the swap", first.name, second.name)))
    })
}

/// Only in mode 2 does the limit refuse anything.
fn promised_too_much(overview: &Overview) -> Option<Remark> {
    let (limit, committed) = (overview.commit_limit?, overview.committed?);
    let is_near = committed > Bytes((limit.0 / 10).saturating_mul(9));
    (overview.overcommit_mode == Some(2) && is_near).then(|| {
        Remark::new(
            "C02",
            format!("{committed} of {limit} are promised, and the kernel refuses more than that"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::readings::Readings;
    use crate::host::made_tree::made_tree;

    fn checks(files: &[(&str, &str)]) -> Vec<&'static str> {
        let (_folder, host) = made_tree(files);
        let overview = Overview::of(&Readings::new(&host, None)).unwrap();
        overview.remarks.iter().map(|remark| remark.check).collect()
    }

    const HELD: (&str, &str) = ("/etc/fstab", "/dev/sda2 none swap sw 0 0\n");
    const ZRAM: (&str, &str) = ("/etc/systemd/zram-generator.conf", "[zram0]\n");
    const MEMORY: (&str, &str) = ("/proc/meminfo", "MemTotal: 8000 kB\n");

    #[test]
    fn each_oddity_has_its_check() {
        let disk = ("/proc/swaps", "/dev/sda2 partition 1000 900 -2\n");
        assert!(checks(&[disk, HELD]).is_empty());
        assert_eq!(checks(&[disk]), ["W04"]);
        assert_eq!(checks(&[("/proc/swaps", "/dev/sda2 partition 1000 901 -2\n"), HELD]), ["W02"]);
        assert_eq!(checks(&[HELD]), ["W04"]);
        assert_eq!(checks(&[disk, ("/etc/fstab", "foo\n/dev/sda2 none swap sw 0 0\n")]), ["W04"]);
        assert_eq!(checks(&[ZRAM, MEMORY]), ["Z04"]);
        let deleted = ("/proc/swaps", "/f\\040(deleted) file 1000 1 -2\n");
        assert_eq!(checks(&[deleted]), ["W13"]);
        let tools = ("/etc/systemd/system/swap.target.wants/zramswap.service", "->/lib/x.service");
        assert_eq!(checks(&[ZRAM, tools]), ["W11"]);
        assert!(checks(&[disk, ("/.dockerenv", "")]).is_empty());
        assert!(checks(&[("/proc/swaps", "/dev/zram0 partition 1000 1 100\n")]).is_empty());
    }

    #[test]
    fn memory_shall_come_before_disks() {
        for (zram, disk, expected) in [(100, -2, false), (5, 5, true), (-3, -2, true)] {
            let swaps = format!("/dev/zram0 partition 1000 0 {zram}\n/dev/sda2 partition 1000 0 {disk}\n");
            let options = if disk < 0 { "sw".to_owned() } else { format!("pri={disk}") };
            let fstab = format!("/dev/sda2 none swap {options} 0 0\n");
            let found = checks(&[("/proc/swaps", &swaps), ("/etc/fstab", &fstab), ZRAM]);
            assert_eq!(found, if expected { vec!["W06"] } else { vec![] }, "{zram} {disk}");
        }
    }

    #[test]
    fn zswap_and_the_limit_are_looked_at() {
        let zram = ("/proc/swaps", "/dev/zram0 partition 1000 0 100\n");
        assert_eq!(checks(&[zram, ZRAM, ("/sys/module/zswap/parameters/enabled", "Y\n")]), ["Z01"]);
        for (mode, committed, expected) in [("2", 901, true), ("2", 900, false), ("0", 2000, false)] {
            let meminfo = format!("MemTotal: 4000 kB\nCommitLimit: 1000 kB\nCommitted_AS: {committed} kB\n");
            let files = [("/proc/meminfo", meminfo.as_str()), ("/proc/sys/vm/overcommit_memory", mode)];
            assert_eq!(checks(&files) == ["C02"], expected, "{mode} {committed}");
        }
    }
}
