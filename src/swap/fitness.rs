//! Which file systems can hold a swap file.

use crate::facts::mounts::{self, Mount};
use crate::facts::readings::Readings;
use crate::host::FileStatus;

use super::extents;

/// What is wrong with the kind of a file system.
pub fn unsuitable(mount: &Mount) -> Option<&'static str> {
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
pub fn unfitness(readings: &Readings, path: &str, is_in_use: bool) -> Option<String> {
    let mount = mounts::holding(readings.mounts().ok()?, path)?;
    complaint(readings, path, is_in_use, mount)
}

/// Of a file in use the kernel has judged the blocks already; what makes its file system dangerous stays.
pub fn complaint(readings: &Readings, path: &str, is_in_use: bool, mount: &Mount) -> Option<String> {
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
    let status = readings.host().status(path).ok().filter(|_| readings.host().is_live());
    let holes = status.and_then(|status| holes(&status));
    holes.or_else(|| extents::complaint(readings, path, mount.kind == "btrfs"))
}

/// Blocks that a file should have and does not.
fn holes(status: &FileStatus) -> Option<String> {
    let missing = status.size.less(status.allocated);
    (missing.0 > 0).then(|| format!("{missing} of its {} are holes", status.size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::bytes::Bytes;

    #[test]
    fn holes_are_found() {
        let status = |size, allocated| FileStatus {
            inode: 9,
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
