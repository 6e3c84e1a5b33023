//! The swap areas of a machine: those in use, and those that something turns on at the next boot.

use serde::Serialize;

use crate::facts::disks::DiskKind;
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::facts::zram::ZramDevice;
use crate::facts::zram_generator;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::disk;
use super::generator::{self, Outcome};
use super::holders::{self, Holder};
use super::planned::{self, Planned};
use super::resume::{self, Resume};

/// What an area is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A file.
    File,
    /// A partition, or any other device on a disk.
    Partition,
    /// Compressed, in memory.
    Zram,
}

impl Kind {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Partition => "partition",
            Self::Zram => "zram",
        }
    }
}

/// One area.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Area {
    /// The device or file.
    pub path: String,
    /// What it is made of.
    pub kind: Kind,
    /// Whether the kernel swaps to it now.
    pub in_use: bool,
    /// What it can hold; of one that is off, as far as it is known.
    pub size: Option<Bytes>,
    /// What it holds.
    pub used: Bytes,
    /// Areas of higher priority are filled first; `None` where the kernel will choose.
    pub priority: Option<i32>,
    /// What turns it on at the next boot; empty where it is gone then, `None` where that cannot be read.
    pub held_by: Option<Vec<Holder>>,
    /// Whether its name has been deleted while it was in use.
    pub deleted: bool,
    /// The kind of the slowest disk under it, where that is known.
    pub disk: Option<DiskKind>,
    /// Whether a hibernated machine looks for its image in it.
    pub resume: bool,
    /// What compressing costs and brings; of zram only.
    pub zram: Option<Compressed>,
}

/// What a zram device costs and brings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compressed {
    /// The compressor.
    pub algorithm: Option<String>,
    /// What is stored, before compression.
    pub original: Bytes,
    /// The memory that all of it takes.
    pub cost: Bytes,
    /// The bytes stored in one byte of memory; `None` while nothing is stored.
    pub ratio: Option<f64>,
    /// The most memory that it may take; `None` where nothing limits it.
    pub limit: Option<Bytes>,
    /// The device that takes what does not compress.
    pub backing_device: Option<String>,
}

/// All areas: those in use as the kernel lists them, then those that are off and shall be on after the next boot.
///
/// # Errors
/// Says why the areas in use cannot be read.
pub fn all(readings: &Readings) -> Result<Vec<Area>, Lacking> {
    let planned = planned::areas(readings);
    let resume = resume::configured(readings.host()).ok().flatten();
    let used = readings.swaps()?;
    let mut areas: Vec<Area> =
        used.iter().map(|area| in_use(readings, area, planned.as_deref().ok(), resume.as_ref())).collect();
    for one in planned.iter().flatten().filter(|one| one.is_expected) {
        let is_known = |path: &str| areas.iter().any(|area| area.path == path);
        if let Some(path) = one.path().filter(|path| !is_known(path)) {
            areas.push(off(readings, path, one, planned.as_deref().ok(), resume.as_ref()));
        }
    }
    areas.extend(zram_to_be_made(readings, used));
    Ok(areas)
}

fn in_use(
    readings: &Readings,
    area: &SwapArea,
    planned: Option<&[Planned]>,
    resume: Option<&Resume>,
) -> Area {
    let kind = match area {
        _ if area.is_file => Kind::File,
        _ if area.is_zram() => Kind::Zram,
        _ => Kind::Partition,
    };
    Area {
        kind,
        in_use: true,
        size: Some(area.size),
        used: area.used,
        priority: Some(area.priority),
        held_by: planned.and_then(|planned| held_by(readings, &area.path, planned)),
        deleted: area.is_deleted,
        disk: disk::under(readings, area).ok().flatten(),
        resume: resume.is_some_and(|one| resume::holds_image(readings, one, &area.path, area.is_file)),
        zram: compressed(readings, &area.path),
        path: area.path.clone(),
    }
}

/// Inside a container nothing of its host can be seen that would turn areas on.
fn held_by(readings: &Readings, path: &str, planned: &[Planned]) -> Option<Vec<Holder>> {
    let is_own = readings.container().is_none();
    is_own.then(|| holders::of(readings, path, planned).ok()).flatten()
}

/// An area that is off: its file or device tells the size, if it is there.
fn off(
    readings: &Readings,
    path: &str,
    one: &Planned,
    planned: Option<&[Planned]>,
    resume: Option<&Resume>,
) -> Area {
    let status = readings.host().status(path).ok().filter(|_| one.is_file());
    let seen = SwapArea {
        path: path.to_owned(),
        is_file: one.is_file(),
        is_deleted: false,
        size: status.map(|status| status.size).unwrap_or_default(),
        used: Bytes(0),
        priority: 0,
    };
    let size = match one.is_file() {
        true => Some(seen.size).filter(|size| size.0 > 0 && readings.host().is_live()),
        false => size_of_device(readings, path),
    };
    Area { in_use: false, size, priority: one.priority, ..in_use(readings, &seen, planned, resume) }
}

/// The kernel counts a device in units of 512 bytes, whatever its own blocks are.
fn size_of_device(readings: &Readings, path: &str) -> Option<Bytes> {
    let name = path.strip_prefix("/dev/")?;
    let sectors: u64 =
        readings.host().read(&format!("/sys/class/block/{name}/size")).ok()?.trim().parse().ok()?;
    Some(Bytes(sectors) * 512).filter(|size| size.0 > 0)
}

/// The devices that zram-generator makes at the next boot, and that are not swapped to now.
fn zram_to_be_made(readings: &Readings, used: &[SwapArea]) -> Vec<Area> {
    let host = readings.host();
    if generator::is_switched_off(host).unwrap_or(true) {
        return Vec::new();
    }
    let Ok(memory) = generator::memory(readings) else { return Vec::new() };
    let sections = zram_generator::read(host).unwrap_or_default();
    let waiting =
        sections.into_iter().filter(|one| used.iter().all(|area| area.path != format!("/dev/{}", one.name)));
    let made = waiting.filter_map(|one| {
        let size = match generator::outcome(&one, memory) {
            Outcome::TooMuchMemory(_) | Outcome::Made(Bytes(0)) => return None,
            Outcome::Made(size) => Some(size),
            Outcome::Unknown => None,
        };
        let path = format!("/dev/{}", one.name);
        Some(Area {
            kind: Kind::Zram,
            in_use: false,
            size,
            used: Bytes(0),
            priority: None,
            held_by: held_by(readings, &path, &[]),
            deleted: false,
            disk: Some(DiskKind::Memory),
            resume: false,
            zram: None,
            path,
        })
    });
    made.collect()
}

fn compressed(readings: &Readings, path: &str) -> Option<Compressed> {
    let name = path.strip_prefix("/dev/")?;
    let device = readings.zram().ok()?.iter().find(|device| device.name == name)?;
    Some(Compressed::from(device))
}

impl From<&ZramDevice> for Compressed {
    fn from(device: &ZramDevice) -> Self {
        let memory = device.use_of_memory;
        Self {
            algorithm: device.algorithm.clone(),
            original: memory.original,
            cost: memory.cost,
            ratio: memory.ratio().map(|ratio| (ratio * 100.0).round() / 100.0),
            limit: Some(memory.limit).filter(|limit| limit.0 > 0),
            backing_device: device.backing_device.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const MEMORY: (&str, &str) = ("/proc/meminfo", "MemTotal: 8388608 kB\n");

    fn areas(files: &[(&str, &str)]) -> Vec<Area> {
        let (_folder, host) = made_tree(&[files, &[MEMORY]].concat());
        all(&Readings::new(&host, None)).unwrap()
    }

    #[test]
    fn areas_in_use_come_first_and_each_once() {
        let found = areas(&[
            ("/proc/swaps", "/dev/sda2 partition 1000 10 -2\n/my\\040swap\\040(deleted) file 500 0 -3\n"),
            (
                "/etc/fstab",
                "/dev/sda2 none swap sw 0 0\n/late none swap pri=7 0 0\n/never none swap noauto 0 0\n",
            ),
            ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n"),
            ("/sys/block/sda/queue/rotational", "1\n"),
        ]);
        let paths: Vec<&str> = found.iter().map(|area| area.path.as_str()).collect();
        assert_eq!(paths, ["/dev/sda2", "/my swap", "/late"]);
        assert_eq!(
            (found[0].kind, found[0].used, found[0].priority),
            (Kind::Partition, Bytes(10240), Some(-2))
        );
        assert_eq!(found[0].held_by.as_ref().unwrap()[0].line, Some(1));
        assert!(found[1].deleted && found[1].kind == Kind::File && found[1].held_by == Some(vec![]));
        assert_eq!((found[2].in_use, found[2].priority, found[2].size), (false, Some(7), None));
    }

    #[test]
    fn what_zram_costs_is_told() {
        let found = areas(&[
            ("/proc/swaps", "/dev/zram0 partition 1000 10 100\n"),
            ("/sys/block/zram0/disksize", "4096000\n"),
            ("/sys/block/zram0/mm_stat", "3000 900 1000 0 1000 0 0 0\n"),
            ("/sys/block/zram0/comp_algorithm", "lzo [zstd]\n"),
            ("/sys/block/zram0/backing_dev", "none\n"),
        ]);
        let zram = found[0].zram.as_ref().unwrap();
        assert_eq!((zram.ratio, zram.cost, zram.limit), (Some(3.0), Bytes(1000), None));
        assert_eq!((zram.algorithm.as_deref(), zram.backing_device.as_deref()), (Some("zstd"), None));
        assert_eq!(found[0].disk, Some(DiskKind::Memory));
    }

    #[test]
    fn devices_of_the_generator_are_awaited() {
        let wanted = (
            "/etc/systemd/zram-generator.conf",
            "[zram0]\n[zram1]\nhost-memory-limit=1\n[zram2]\nzram-size=0\n",
        );
        let found = areas(&[wanted]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].path.as_str(), found[0].size), ("/dev/zram0", Some(Bytes::from_gib(4))));
        assert_eq!(found[0].held_by.as_ref().unwrap()[0].name, "zram-generator");
        assert!(areas(&[wanted, ("/proc/cmdline", "systemd.zram=0\n")]).is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_not_nothing() {
        let broken = areas(&[("/proc/swaps", "/dev/sda2 partition 1000 0 -2\n"), ("/etc/fstab", "half\n")]);
        assert_eq!(broken[0].held_by, None);
    }
}
