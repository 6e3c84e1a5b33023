//! W07: whether the file systems under the swap files can bear them.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::shell::can_be_typed;
use crate::facts::mounts;
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::Lacking;

use super::commands::{affair_of_host, comment_out};
use super::recipe;
use crate::swap::planned::{self, Origin, Planned};
use crate::swap::{commands, fitness, removal};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W07",
    name: "swap-file-system",
    group: Group::Swap,
    question: "Can the file systems under the swap files hold swap?",
    thresholds: "error for a swap file in memory, on a layered, compressed, network or user-space file system, on ZFS, with holes, on btrfs before Linux 5.0, or whose blocks are shared, compressed or copied on write; the blocks are looked at only where filefrag and lsattr can, and never of a file in use",
    why: "The kernel asks the file system once where the blocks of a swap file lie, and then writes to them behind its back. A file system that moves blocks, shares them, has none or keeps them on another machine refuses, and all that swapon says is `Invalid argument`. The failure often shows only at the next boot, when the swap is missing.",
    sources: &[
        "https://www.man7.org/linux/man-pages/man8/swapon.8.html",
        "https://btrfs.readthedocs.io/en/latest/Swapfile.html",
        "https://github.com/NixOS/nixpkgs/issues/144572",
    ],
    examine: swap_file_system,
}];

/// A swap file that something turns on or has turned on.
struct SwapFile<'p> {
    path: &'p str,
    /// The area, where it is in use.
    area: Option<&'p SwapArea>,
    /// Where it is planned.
    plan: Option<&'p Planned>,
}

fn swap_file_system(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let planned = planned::areas(readings)?;
    let files = swap_files(readings, &planned)?;
    if files.is_empty() {
        return Ok(Diagnosis::ok("There are no swap files"));
    }
    let mounts = readings.mounts()?;
    let mut worst = None;
    let mut diagnosis = Diagnosis::ok(format!(
        "The file systems can hold the swap files, of which there are {}",
        files.len()
    ));
    let mut found = Vec::new();
    for file in &files {
        let Some(mount) = mounts::holding(mounts, file.path) else {
            continue;
        };
        found.push((file.path, mount.kind.as_str()));
        let complaint = fitness::complaint(readings, file.path, file.area.is_some(), mount);
        worst = worst.or_else(|| complaint.map(|complaint| (file, mount, complaint)));
    }
    if let Some((file, mount, complaint)) = worst {
        let judgement = match file.area {
            Some(_) => "is risky to swap to",
            None => "cannot be swapped to",
        };
        diagnosis = Diagnosis::error(format!("{} on {} {judgement}: {complaint}", file.path, mount.kind));
        diagnosis = with_fix(readings, diagnosis, file);
    }
    Ok(found
        .into_iter()
        .fold(diagnosis, |diagnosis, (path, kind)| diagnosis.evidence(path, "file system", kind)))
}

/// The files in use, then those planned.
fn swap_files<'p>(readings: &'p Readings, planned: &'p [Planned]) -> Result<Vec<SwapFile<'p>>, Lacking> {
    let plan_of = |path: &str| planned.iter().find(|one| one.path() == Some(path));
    let used = readings.swaps()?.iter().filter(|area| area.is_file && !area.is_deleted);
    let mut files: Vec<SwapFile> =
        used.map(|area| SwapFile { path: &area.path, area: Some(area), plan: plan_of(&area.path) }).collect();
    for one in planned.iter().filter(|one| one.is_file() && one.is_expected) {
        if let Some(path) = one.path().filter(|path| files.iter().all(|file| file.path != *path)) {
            files.push(SwapFile { path, area: None, plan: Some(one) });
        }
    }
    Ok(files)
}

/// The sum, and the command that takes an area off for good where what it holds fits elsewhere even without the new swap.
fn taken_off(readings: &Readings, area: &SwapArea) -> (String, Option<String>) {
    match removal::of_area(readings, area) {
        Ok(removal) if removal.is_safe && can_be_typed(&area.path) => {
            (removal.working, Some(commands::remove(&area.path)))
        }
        Ok(removal) if removal.is_safe => (removal.working, None),
        Ok(removal) => (format!("{}: it must not be taken off now", removal.working), None),
        Err(lacking) => (format!("whether {} can be taken off is not known: {lacking}", area.path), None),
    }
}

fn with_fix(readings: &Readings, diagnosis: Diagnosis, file: &SwapFile) -> Diagnosis {
    let recipe = recipe::more_swap(readings);
    let mut diagnosis = recipe.workings.into_iter().fold(diagnosis, Diagnosis::working);
    let Some(fix) = recipe.fix else { return diagnosis };
    // New swap first, so that there is never less than before.
    let mut typed = fix.commands;
    let mut removal = None;
    if let Some(area) = file.area {
        let (working, command) = taken_off(readings, area);
        diagnosis = diagnosis.working(working);
        removal = command;
    }
    let line = match file.plan.map(|plan| &plan.origin) {
        Some(Origin::Fstab(line)) if removal.is_none() => Some(comment_out(*line)),
        _ => None,
    };
    typed.extend(removal.into_iter().chain(line));
    diagnosis.fix(Fix::commands(typed))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    fn severity(mounts: &str, fstab: &str, swaps: &str, kernel: &str) -> Severity {
        let files = [
            ("/proc/mounts", mounts),
            ("/etc/fstab", fstab),
            ("/proc/swaps", swaps),
            ("/proc/sys/kernel/osrelease", kernel),
            ("/proc/meminfo", "MemTotal: 8000000 kB\n"),
        ];
        let finding = examine_tree("W07", &files);
        assert_eq!(finding.fix.is_some(), finding.severity == Severity::Error);
        finding.severity
    }

    #[test]
    fn kinds_of_file_systems_are_told_apart() {
        let used = "/data/swap file 1000 0 -2\n";
        for (kind, expected) in [
            ("ext4", Severity::Ok),
            ("xfs", Severity::Ok),
            ("f2fs", Severity::Ok),
            ("btrfs", Severity::Ok),
            ("tmpfs", Severity::Error),
            ("overlay", Severity::Error),
            ("nfs4", Severity::Error),
            ("fuse.sshfs", Severity::Error),
            ("fuseblk", Severity::Error),
            ("squashfs", Severity::Error),
            ("zfs", Severity::Error),
        ] {
            let mounts = format!("/dev/sda1 / ext4 rw 0 0\nx /data {kind} rw 0 0\n");
            let planned = "/data/swap none swap sw 0 0\n";
            assert_eq!(severity(&mounts, "", used, "6.1.0"), expected, "{kind}");
            assert_eq!(severity(&mounts, planned, "", "6.1.0"), expected, "{kind}");
        }
        assert_eq!(severity("x / tmpfs rw 0 0\n", "/dev/sda2 none swap sw\n", "", "6.1.0"), Severity::Ok);
    }

    #[test]
    fn a_file_in_use_is_taken_off_only_where_what_it_holds_fits_elsewhere() {
        let examined = |swaps: &str, meminfo: &str| {
            let mounts = "/dev/sda1 / ext4 rw 0 0\nx /data nfs4 rw 0 0\n";
            let files = [("/proc/mounts", mounts), ("/proc/swaps", swaps), ("/proc/meminfo", meminfo)];
            examine_tree("W07", &files)
        };
        let removal = |finding: &crate::doctor::finding::Finding| {
            let commands = &finding.fix.as_ref().unwrap().commands;
            commands.iter().find(|command| command.contains("swap remove")).cloned()
        };
        let used = "/data/swap file 4000000 3000000 -2\n";
        let roomy = examined(used, "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n");
        assert_eq!(removal(&roomy).unwrap(), "sudo memtune swap remove /data/swap");
        assert!(roomy.title.starts_with("/data/swap on nfs4 is risky to swap to: "), "{}", roomy.title);
        for meminfo in ["MemTotal: 8000000 kB\nMemAvailable: 3000000 kB\n", "MemTotal: 8000000 kB\n"] {
            let tight = examined(used, meminfo);
            assert_eq!(removal(&tight), None);
            assert!(tight.workings.iter().any(|working| working.contains("taking /data/swap off")));
        }
        let odd = "/data/\\033swap file 4000000 0 -2\n";
        assert_eq!(removal(&examined(odd, "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n")), None);
    }

    #[test]
    fn the_map_of_blocks_is_looked_at_where_it_can_be() {
        let files = |flags: &'static str| {
            [
                ("/proc/mounts", "/dev/sda1 / xfs rw 0 0\n"),
                ("/etc/fstab", "/swapfile none swap sw 0 0\n"),
                ("/proc/meminfo", "MemTotal: 8000000 kB\n"),
                ("/sos_commands/x/filefrag_-v_-b4096_.swapfile", flags),
            ]
        };
        let shared = examine_tree("W07", &files("  0: 0.. 767: 34816.. 35583: 768: last,shared,eof\n"));
        assert_eq!(shared.severity, Severity::Error);
        assert!(shared.title.contains("shares blocks"), "{}", shared.title);
        let sound = examine_tree("W07", &files("  0: 0.. 767: 34816.. 35583: 768: last,eof\n"));
        assert_eq!(sound.severity, Severity::Ok);
    }

    #[test]
    fn btrfs_depends_on_the_kernel() {
        let (mounts, planned) = ("/dev/sda1 / btrfs rw 0 0\n", "/swapfile none swap sw 0 0\n");
        assert_eq!(severity(mounts, planned, "", "4.19.0-27"), Severity::Error);
        assert_eq!(severity(mounts, planned, "", "5.0.0"), Severity::Ok);
        // What the kernel took is good.
        assert_eq!(severity(mounts, "", "/swapfile file 1000 0 -2\n", "4.19.0-27"), Severity::Ok);
    }
}
