//! How a swap file gets its blocks, by the file system that holds it.

use crate::facts::mounts::Mount;

use super::fitness;

/// How a swap file is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filling {
    /// Reserved space is enough.
    Reserve,
    /// The kernel wants every block written.
    Write,
    /// Reserved space, in a file that was exempted from copying on write while it was empty, in a subvolume of its own.
    WithoutCopies,
}

impl Filling {
    /// What suits the file system at `mount` under a kernel of this version.
    ///
    /// # Errors
    /// Says why it can hold no swap file.
    pub fn of(mount: &Mount, kernel: Option<(u32, u32)>) -> Result<Self, String> {
        let point = &mount.point;
        if mount.has_option("ro") {
            return Err(format!("{point} is mounted read-only"));
        }
        if let Some(complaint) = fitness::unsuitable(mount) {
            return Err(format!("{point} is {}, on which a swap file is not safe: {complaint}", mount.kind));
        }
        match (mount.kind.as_str(), kernel) {
            // ext4 of 5.7 and 5.8 took files with reserved blocks for files with holes, as XFS did before 4.18.
            ("ext4" | "xfs", Some((5, 7 | 8))) => Ok(Self::Write),
            ("xfs", Some(kernel)) if kernel < (4, 18) => Ok(Self::Write),
            ("ext4" | "xfs" | "f2fs", Some(_)) => Ok(Self::Reserve),
            ("ext2" | "ext3" | "ext4" | "xfs" | "f2fs", _) => Ok(Self::Write),
            ("btrfs", Some(kernel)) if kernel >= (5, 0) => Ok(Self::WithoutCopies),
            ("btrfs", _) => Err("btrfs takes swap files only since Linux 5.0".to_owned()),
            (kind, _) => Err(format!("{point} is {kind}, on which a swap file is not safe")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_system_has_its_way() {
        for (kind, kernel, expected) in [
            ("ext4", Some((6, 12)), Some(Filling::Reserve)),
            ("ext4", Some((5, 8)), Some(Filling::Write)),
            ("ext4", Some((5, 9)), Some(Filling::Reserve)),
            ("ext4", None, Some(Filling::Write)),
            ("ext3", Some((6, 1)), Some(Filling::Write)),
            ("xfs", Some((4, 17)), Some(Filling::Write)),
            ("xfs", Some((4, 18)), Some(Filling::Reserve)),
            ("btrfs", Some((5, 0)), Some(Filling::WithoutCopies)),
            ("btrfs", Some((4, 20)), None),
            ("overlay", Some((6, 1)), None),
            ("zfs", Some((6, 1)), None),
            ("vfat", Some((6, 1)), None),
        ] {
            let mount = |options: &[&str]| Mount {
                point: "/".to_owned(),
                kind: kind.to_owned(),
                source: "/dev/sda1".to_owned(),
                options: options.iter().map(|&option| option.to_owned()).collect(),
            };
            assert_eq!(Filling::of(&mount(&["rw"]), kernel).ok(), expected, "{kind} {kernel:?}");
            assert!(Filling::of(&mount(&["ro"]), kernel).is_err());
        }
    }
}
