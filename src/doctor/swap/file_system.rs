//! W07: whether the file systems under the swap files can bear them.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::mounts::{self, Mount};
use crate::facts::readings::Readings;
use crate::host::{FileStatus, Lacking};

use super::commands::{affair_of_host, comment_out, quoted};
use super::planned::{self, Origin, Planned};
use super::recipe;

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
    is_in_use: bool,
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
        let complaint = unsuitable(mount).map(str::to_owned).or_else(|| unusable(readings, file, mount));
        worst = worst.or_else(|| complaint.map(|complaint| (file, mount, complaint)));
    }
    if let Some((file, mount, complaint)) = worst {
        diagnosis =
            Diagnosis::error(format!("{} on {} cannot be swapped to: {complaint}", file.path, mount.kind));
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
        used.map(|area| SwapFile { path: &area.path, is_in_use: true, plan: plan_of(&area.path) }).collect();
    for one in planned.iter().filter(|one| one.is_file() && one.is_expected) {
        if let Some(path) = one.path().filter(|path| files.iter().all(|file| file.path != *path)) {
            files.push(SwapFile { path, is_in_use: false, plan: Some(one) });
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

/// What is wrong with one file that is not in use; of one in use the kernel has judged already.
fn unusable(readings: &Readings, file: &SwapFile, mount: &Mount) -> Option<String> {
    if file.is_in_use {
        return None;
    }
    let kernel = readings.identity().kernel.as_deref().unwrap_or_default();
    if mount.kind == "btrfs" && ["2.", "3.", "4."].iter().any(|old| kernel.starts_with(old)) {
        return Some(format!("Linux {kernel} has no swap files on btrfs"));
    }
    // A tree is copied: it has holes where the machine has none, and none where it has.
    let status = readings.host().status(file.path).ok().filter(|_| readings.host().is_live())?;
    holes(&status)
}

/// Blocks that a file should have and does not.
fn holes(status: &FileStatus) -> Option<String> {
    let missing = status.size.less(status.allocated);
    (missing.0 > 0).then(|| format!("{missing} of its {} are holes", status.size))
}

fn with_fix(readings: &Readings, diagnosis: Diagnosis, file: &SwapFile) -> Diagnosis {
    let recipe = recipe::more_swap(readings);
    let diagnosis = recipe.workings.into_iter().fold(diagnosis, Diagnosis::working);
    let Some(fix) = recipe.fix else { return diagnosis };
    // New swap first, so that there is never less than before.
    let mut commands = fix.commands;
    if file.is_in_use {
        commands.push(format!("sudo swapoff {}", quoted(file.path)));
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
