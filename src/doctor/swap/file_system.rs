//! W07: whether the file systems under the swap files can bear them.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::mounts::{self, Mount};
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::{FileStatus, Lacking};

use super::commands::{affair_of_host, comment_out};
use super::planned::{self, Origin, Planned};
use super::recipe;
use super::removal;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W07",
    name: "swap-file-system",
    group: Group::Swap,
    question: "Can the file systems under the swap files hold swap?",
    thresholds: "error for a swap file in memory, on a layered, compressed, network or user-space file system, on ZFS, with holes, or on btrfs before Linux 5.0; what only the kernel's block map tells is not examined",
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
        let complaint = complaint(readings, file.path, file.area.is_some(), mount);
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

/// What is wrong with the kind of a file system.
fn unsuitable(mount: &Mount) -> Option<&'static str> {
    match mount.kind.as_str() {
        "tmpfs" | "ramfs" | "rootfs" | "devtmpfs" => Some("the file itself lies in memory"),
        "overlay" | "overlayfs" | "aufs" | "unionfs" | "ecryptfs" => {
            Some("a layered file system has no blocks of its own")
        }
        "squashfs" | "erofs" | "cramfs" | "iso9660" | "romfs" => Some("the file system cannot be written to"),
        "nfs" | "nfs4" | "cifs" | "smb3" | "9p" | "ceph" | "afs" | "glusterfs" | "lustre" => {
            Some("the network needs memory to make memory free")
        }
        "zfs" => Some("ZFS has no swap files, and swap on its volumes can lock up"),
        "bcachefs" | "ntfs3" | "virtiofs" => Some("this file system has no swap files"),
        kind if kind.starts_with("fuse") => {
            Some("the program that serves the file could be swapped out itself")
        }
        _ => None,
    }
}

/// What speaks against the swap file at `path`; `None` where nothing does, or where it cannot be told.
pub(super) fn unfitness(readings: &Readings, path: &str, is_in_use: bool) -> Option<String> {
    let mount = mounts::holding(readings.mounts().ok()?, path)?;
    complaint(readings, path, is_in_use, mount)
}

/// Of a file in use the kernel has judged the blocks already; what makes its file system dangerous stays.
fn complaint(readings: &Readings, path: &str, is_in_use: bool, mount: &Mount) -> Option<String> {
    match unsuitable(mount) {
        Some(complaint) => Some(complaint.to_owned()),
        None if is_in_use => None,
        None => unusable(readings, path, mount),
    }
}

/// What is wrong with one file that is not in use.
fn unusable(readings: &Readings, path: &str, mount: &Mount) -> Option<String> {
    let kernel = readings.identity().kernel.as_deref().unwrap_or_default();
    if mount.kind == "btrfs" && ["2.", "3.", "4."].iter().any(|old| kernel.starts_with(old)) {
        return Some(format!("Linux {kernel} has no swap files on btrfs"));
    }
    // A tree is copied: it has holes where the machine has none, and none where it has.
    let status = readings.host().status(path).ok().filter(|_| readings.host().is_live())?;
    holes(&status)
}

/// Blocks that a file should have and does not.
fn holes(status: &FileStatus) -> Option<String> {
    let missing = status.size.less(status.allocated);
    (missing.0 > 0).then(|| format!("{missing} of its {} are holes", status.size))
}

/// The sum, and the command that takes an area off where what it holds fits elsewhere even without the new swap.
fn taken_off(readings: &Readings, area: &SwapArea) -> (String, Option<String>) {
    match removal::of_area(readings, area) {
        Ok(removal) if removal.is_safe && can_be_typed(&area.path) => {
            (removal.working, Some(format!("sudo swapoff {}", quoted(&area.path))))
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
    let mut commands = fix.commands;
    if let Some(area) = file.area {
        let (removal, command) = taken_off(readings, area);
        diagnosis = diagnosis.working(removal);
        commands.extend(command);
    }
    if let Some(Origin::Fstab(line)) = file.plan.map(|plan| &plan.origin) {
        commands.push(comment_out(*line));
    }
    diagnosis.fix(Fix::commands(commands))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;
    use crate::sys::bytes::Bytes;

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
        let swapoff = |finding: &crate::doctor::finding::Finding| {
            let commands = &finding.fix.as_ref().unwrap().commands;
            commands.iter().find(|command| command.contains("swapoff")).cloned()
        };
        let used = "/data/swap file 4000000 3000000 -2\n";
        let roomy = examined(used, "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n");
        assert_eq!(swapoff(&roomy).unwrap(), "sudo swapoff /data/swap");
        assert!(roomy.title.starts_with("/data/swap on nfs4 is risky to swap to: "), "{}", roomy.title);
        for meminfo in ["MemTotal: 8000000 kB\nMemAvailable: 3000000 kB\n", "MemTotal: 8000000 kB\n"] {
            let tight = examined(used, meminfo);
            assert_eq!(swapoff(&tight), None);
            assert!(tight.workings.iter().any(|working| working.contains("taking /data/swap off")));
        }
        let odd = "/data/\\033swap file 4000000 0 -2\n";
        assert_eq!(swapoff(&examined(odd, "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n")), None);
    }

    #[test]
    fn btrfs_depends_on_the_kernel() {
        let (mounts, planned) = ("/dev/sda1 / btrfs rw 0 0\n", "/swapfile none swap sw 0 0\n");
        assert_eq!(severity(mounts, planned, "", "4.19.0-27"), Severity::Error);
        assert_eq!(severity(mounts, planned, "", "5.0.0"), Severity::Ok);
        // What the kernel took is good.
        assert_eq!(severity(mounts, "", "/swapfile file 1000 0 -2\n", "4.19.0-27"), Severity::Ok);
    }

    #[test]
    fn holes_are_found() {
        let status = |size, allocated| FileStatus {
            mode: 0o600,
            user: 0,
            size: Bytes(size),
            allocated: Bytes(allocated),
            is_block_device: false,
        };
        assert_eq!(holes(&status(4096, 4096)), None);
        assert_eq!(holes(&status(4096, 8192)), None);
        assert_eq!(holes(&status(8192, 4096)).unwrap(), "4 KiB of its 8 KiB are holes");
    }
}
