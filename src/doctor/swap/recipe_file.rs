//! How to make a swap file on the file system that holds `/`.

use crate::doctor::finding::Fix;
use crate::facts::disks::{self, DiskKind};
use crate::facts::mounts::{self, Mount};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::sys::bytes::Bytes;

use super::commands::append_to_fstab;
use super::recipe::Recipe;

/// The commands for a file on `/`, or why there can be none.
pub(super) fn swap_file(readings: &Readings) -> Result<Recipe, String> {
    let root = readings.mounts().ok().and_then(|mounts| mounts::holding(mounts, "/"));
    let root = root.ok_or("what is mounted at / is not known")?;
    let kernel = readings.identity().kernel_version();
    let way = Way::of(root, kernel)?;
    if let Some(kind) = slow_disk_under(readings, root) {
        return Err(format!("/ lies on {}, which swapping wears out and which is slow", kind.name()));
    }
    let (size, workings) = size(readings)?;
    let path = free_path(readings.host(), way).ok_or("all names for a swap file are taken")?;
    Ok(Recipe { workings, fix: Some(Fix::commands(way.commands(&path, size))) })
}

/// How a swap file is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Reserved space is enough.
    Reserve,
    /// The kernel wants every block written.
    Write,
    /// btrfs has a command of its own.
    Btrfs,
}

impl Way {
    fn of(root: &Mount, kernel: Option<(u32, u32)>) -> Result<Self, String> {
        if root.has_option("ro") {
            return Err("/ is mounted read-only".to_owned());
        }
        match (root.kind.as_str(), kernel) {
            // ext4 of 5.7 and 5.8 took files with reserved blocks for files with holes, as XFS did before 4.18.
            ("ext4" | "xfs", Some((5, 7 | 8))) => Ok(Self::Write),
            ("xfs", Some(kernel)) if kernel < (4, 18) => Ok(Self::Write),
            ("ext4" | "xfs", Some(_)) => Ok(Self::Reserve),
            ("ext2" | "ext3" | "ext4" | "xfs", _) => Ok(Self::Write),
            ("btrfs", Some(kernel)) if kernel >= (5, 0) => Ok(Self::Btrfs),
            ("btrfs", _) => Err("btrfs takes swap files only since Linux 5.0".to_owned()),
            (kind, _) => Err(format!("/ is {kind}, on which a swap file is not safe")),
        }
    }

    fn commands(self, path: &str, size: Bytes) -> Vec<String> {
        let mib = size.0 >> 20;
        let mut commands = match self {
            Self::Btrfs => {
                let folder = path.rsplit_once('/').map_or("/", |(folder, _)| folder);
                vec![
                    format!("sudo btrfs subvolume create {folder}"),
                    format!(
                        "sudo btrfs filesystem mkswapfile --size {mib}m {path}   # needs btrfs-progs 6.1"
                    ),
                ]
            }
            // The file is nobody else's from its first moment on: it will hold pieces of everybody's memory.
            Self::Reserve => vec![
                format!("sudo install -m 600 /dev/null {path}"),
                format!("sudo fallocate -l {mib}M {path}"),
                format!("sudo mkswap {path}"),
            ],
            Self::Write => vec![
                format!("sudo install -m 600 /dev/null {path}"),
                format!("sudo dd if=/dev/zero of={path} bs=1M count={mib} conv=fsync status=progress"),
                format!("sudo mkswap {path}"),
            ],
        };
        commands.push(format!("sudo swapon {path}"));
        commands.push(append_to_fstab(path));
        commands
    }
}

/// A name that nothing has yet: making a file anew that is swapped to would be fatal.
fn free_path(host: &Host, way: Way) -> Option<String> {
    let names = (1..10).map(|number| match number {
        1 => String::new(),
        number => number.to_string(),
    });
    names.into_iter().find_map(|number| {
        let (taken, path) = match way {
            Way::Btrfs => (format!("/swap{number}"), format!("/swap{number}/swapfile")),
            _ => (format!("/swapfile{number}"), format!("/swapfile{number}")),
        };
        (!host.has(&taken)).then_some(path)
    })
}

fn slow_disk_under(readings: &Readings, root: &Mount) -> Option<DiskKind> {
    let below = disks::below(readings.host(), &root.source);
    let disks = readings.disks().ok()?.iter().filter(|disk| below.contains(&disk.name));
    disks.map(|disk| disk.kind).max().filter(|kind| matches!(kind, DiskKind::Card | DiskKind::Usb))
}

/// As much as there is memory, from 2 to 16 GiB, and no more than the file system can spare.
fn size(readings: &Readings) -> Result<(Bytes, Vec<String>), String> {
    let total = readings.meminfo().map_err(|lacking| lacking.to_string())?.total();
    let gib = total.0.div_ceil(1 << 30).clamp(2, 16);
    let mut size = Bytes::from_gib(gib);
    let mut workings =
        vec![format!("as much swap as memory, but from 2 to 16 GiB: {total} of memory give {size}")];
    match readings.host().space("/") {
        Ok(space) => {
            let free = space.size.less(space.used);
            let spare = space.size.percent(5.0).max(Bytes::from_gib(1));
            size = Bytes::from_gib(free.less(spare).0 >> 30).min(size);
            workings
                .push(format!("{free} of / are free, {spare} of them are to stay so: {size} for the file"));
            if size.0 == 0 {
                return Err(format!("/ has only {free} free, of which {spare} are to stay so"));
            }
        }
        Err(_) => workings.push(format!("see with `df -h /` first that more than {size} are free")),
    }
    Ok((size, workings))
}
