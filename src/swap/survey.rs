//! The swap areas of a machine: those in use, and those that something turns on at the next boot.

use crate::facts::disks::DiskKind;
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::facts::zram_generator::Device;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::areas::{Area, Compressed, Kind};
use super::coming;
use super::devices::Target;
use super::disk;
use super::generator::{self, Outcome};
use super::holders::{Holder, Holders};
use super::planned::{MOST_AREAS, Origin, Planned};
use super::resume::{self, Resume};

/// All areas: those in use as the kernel lists them, then those that are off and shall be on after the next boot.
///
/// # Errors
/// Says why the areas in use cannot be read.
pub fn areas(readings: &Readings) -> Result<Vec<Area>, Lacking> {
    let surveyor = Surveyor::new(readings);
    let used = readings.swaps()?;
    let mut areas: Vec<Area> = used.iter().take(MOST_AREAS).map(|area| surveyor.in_use(area)).collect();
    // A name that cannot be followed may mean one of these.
    let is_open = areas.iter().any(|area| area.kind != Kind::File && area.held_by.is_none());
    let planned = surveyor.holders.iter().flat_map(|holders| &holders.planned);
    for one in planned.filter(|one| one.is_expected && !(is_open && one.target == Target::Unknown)) {
        let name = one.path().unwrap_or(&one.source);
        let is_known = |area: &Area| {
            area.path == name || area.in_use && one.means(readings.host(), &area.path) == Some(true)
        };
        if !areas.iter().any(is_known) {
            areas.push(match one.path() {
                Some(path) => surveyor.off(path, one),
                None => surveyor.not_found(one),
            });
        }
    }
    areas.extend(surveyor.zram_to_be_made(used));
    Ok(areas)
}

/// What is asked of each area, read once.
struct Surveyor<'r, 'h> {
    readings: &'r Readings<'h>,
    holders: Option<Holders>,
    resume: Option<Resume>,
    /// Of zram-generator's sections those of which a device is, or may be, made at the next boot.
    generated: Option<Vec<Device>>,
}

impl<'r, 'h> Surveyor<'r, 'h> {
    fn new(readings: &'r Readings<'h>) -> Self {
        Self {
            holders: Holders::read(readings).ok(),
            resume: resume::configured(readings.host()).ok().flatten(),
            generated: generator::devices(readings).ok(),
            readings,
        }
    }

    fn in_use(&self, area: &SwapArea) -> Area {
        let readings = self.readings;
        let kind = match area {
            _ if area.is_file => Kind::File,
            _ if area.is_zram() => Kind::Zram,
            _ if area.path.starts_with("/dev/loop") => Kind::Loop,
            _ => Kind::Partition,
        };
        let holds_image = |one| resume::holds_image(readings, one, &area.path, area.is_file);
        Area {
            kind,
            in_use: true,
            size: Some(area.size),
            used: area.used,
            priority: Some(area.priority),
            held_by: self.held_by(&area.path),
            deleted: area.is_deleted,
            disk: disk::under(readings, area).ok().flatten(),
            resume: self.resume.as_ref().is_some_and(holds_image),
            zram: compressed(readings, &area.path),
            oddities: self.line_of(&area.path).map(|one| coming::back(one, area)).unwrap_or_default(),
            path: area.path.clone(),
        }
    }

    /// The line of fstab that turns the area at `path` on.
    fn line_of(&self, path: &str) -> Option<&Planned> {
        let is_it = |one: &&Planned| {
            one.is_expected
                && matches!(one.origin, Origin::Fstab(_))
                && one.means(self.readings.host(), path) == Some(true)
        };
        self.holders.as_ref()?.planned.iter().find(is_it)
    }

    /// Inside a container nothing of its host can be seen that would turn areas on.
    fn held_by(&self, path: &str) -> Option<Vec<Holder>> {
        let holders = self.holders.as_ref().filter(|_| self.readings.container().is_none())?;
        let mut holders = holders.of(self.readings.host(), path).ok()?;
        // A section may also be there for no device to be made.
        holders.retain(|holder| holder.name != "zram-generator" || self.is_generated(path));
        Some(holders)
    }

    /// Where that cannot be told, its section is believed.
    fn is_generated(&self, path: &str) -> bool {
        let is_this = |one: &Device| path.strip_prefix("/dev/") == Some(&one.name);
        self.generated.as_ref().is_none_or(|devices| devices.iter().any(is_this))
    }

    /// An area that is off: its file or device tells the size, if it is there.
    fn off(&self, path: &str, one: &Planned) -> Area {
        let host = self.readings.host();
        let size = match one.is_file() {
            // A tree seldom holds its areas, and never whole.
            true => host.status(path).ok().filter(|_| host.is_live()).map(|status| status.size),
            false => size_of_device(self.readings, path),
        };
        let seen = SwapArea {
            path: path.to_owned(),
            is_file: one.is_file(),
            is_deleted: false,
            size: Bytes(0),
            used: Bytes(0),
            priority: 0,
        };
        let size = size.filter(|size| size.0 > 0);
        let oddities = coming::at_boot(self.readings, one);
        Area { in_use: false, size, priority: one.priority, oddities, ..self.in_use(&seen) }
    }

    /// An area of which only the name is known.
    fn not_found(&self, one: &Planned) -> Area {
        Area {
            path: one.source.clone(),
            kind: Kind::Unknown,
            in_use: false,
            size: None,
            used: Bytes(0),
            priority: one.priority,
            held_by: Some(vec![Holder::of_origin(&one.origin)]),
            deleted: false,
            disk: None,
            resume: false,
            zram: None,
            oddities: coming::at_boot(self.readings, one),
        }
    }

    /// The devices that zram-generator makes at the next boot, and that are not swapped to now.
    fn zram_to_be_made(&self, used: &[SwapArea]) -> Vec<Area> {
        let Ok(memory) = generator::memory(self.readings) else { return Vec::new() };
        let sections = self.generated.iter().flatten().take(MOST_AREAS);
        let is_used = |path: &String| used.iter().any(|area| area.path == *path);
        let waiting = sections.map(|one| (format!("/dev/{}", one.name), one));
        let made = waiting.filter(|(path, _)| !is_used(path)).map(|(path, one)| {
            let size = match generator::outcome(one, memory) {
                Outcome::Made(size) => Some(size),
                Outcome::TooMuchMemory(_) | Outcome::Unknown => None,
            };
            self.to_be_made(path, size)
        });
        made.collect()
    }

    fn to_be_made(&self, path: String, size: Option<Bytes>) -> Area {
        Area {
            kind: Kind::Zram,
            in_use: false,
            size,
            used: Bytes(0),
            priority: None,
            held_by: self.held_by(&path),
            deleted: false,
            disk: Some(DiskKind::Memory),
            resume: false,
            zram: None,
            oddities: Vec::new(),
            path,
        }
    }
}

/// The kernel counts a device in units of 512 bytes, whatever its own blocks are.
fn size_of_device(readings: &Readings, path: &str) -> Option<Bytes> {
    let name = path.strip_prefix("/dev/")?;
    let sectors: u64 =
        readings.host().read(&format!("/sys/class/block/{name}/size")).ok()?.trim().parse().ok()?;
    Some(Bytes(sectors) * 512).filter(|size| size.0 > 0)
}

fn compressed(readings: &Readings, path: &str) -> Option<Compressed> {
    let name = path.strip_prefix("/dev/")?;
    let device = readings.zram().ok()?.iter().find(|device| device.name == name)?;
    Some(Compressed::from(device))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const MEMORY: (&str, &str) = ("/proc/meminfo", "MemTotal: 8388608 kB\n");

    fn surveyed(files: &[(&str, &str)]) -> Vec<Area> {
        let (_folder, host) = made_tree(&[files, &[MEMORY]].concat());
        areas(&Readings::new(&host, None)).unwrap()
    }

    #[test]
    fn areas_in_use_come_first_and_each_once() {
        let found = surveyed(&[
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
    fn a_bad_line_hides_no_other() {
        let found = surveyed(&[("/etc/fstab", "foo\n/late none swap sw 0 0\n")]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].held_by.as_ref().unwrap()[0].line, Some(2));
    }

    #[test]
    fn names_that_lead_nowhere_are_told() {
        let fstab = ("/etc/fstab", "/dev/sda2 none swap sw\nUUID=9 none swap sw\nUUID=9 none swap sw\n");
        let swaps = ("/proc/swaps", "/dev/sda2 partition 1000 0 -2\n");
        for (folder, said) in [("/dev/disk/by-uuid/1", "will stay so"), ("/dev/x", "cannot be told")] {
            let found = surveyed(&[fstab, swaps, (folder, "")]);
            assert_eq!(found.len(), 2, "{found:?}");
            assert_eq!((found[1].path.as_str(), found[1].kind), ("UUID=9", Kind::Unknown));
            assert!(!found[1].in_use && found[1].oddities[0].text.contains(said), "{:?}", found[1].oddities);
        }
        // It may well be the one that is on.
        let fstab = ("/etc/fstab", "UUID=9 none swap sw\n");
        assert_eq!(surveyed(&[fstab, swaps]).len(), 1);
    }

    #[test]
    fn loop_devices_are_called_so() {
        let found = surveyed(&[("/proc/swaps", "/dev/loop1 partition 1000 0 -2\n")]);
        assert_eq!(found[0].kind, Kind::Loop);
    }

    #[test]
    fn what_zram_costs_is_told() {
        let found = surveyed(&[
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
        let found = surveyed(&[wanted]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].path.as_str(), found[0].size), ("/dev/zram0", Some(Bytes::from_gib(4))));
        assert_eq!(found[0].held_by.as_ref().unwrap()[0].name, "zram-generator");
        assert!(surveyed(&[wanted, ("/proc/cmdline", "systemd.zram=0\n")]).is_empty());
    }

    #[test]
    fn a_section_that_makes_nothing_holds_nothing() {
        let on = ("/proc/swaps", "/dev/zram0 partition 1000 10 100\n");
        for (section, expected) in [
            ("[zram0]\nhost-memory-limit = 0\n", 0),
            ("[zram0]\nzram-size = 0\n", 0),
            ("[zram0]\nzram-size = log(ram)\n", 1),
            ("[zram0]\n", 1),
        ] {
            let found = surveyed(&[on, ("/etc/systemd/zram-generator.conf.d/90-memtune.conf", section)]);
            assert_eq!(found.len(), 1, "{section}");
            assert_eq!(found[0].held_by.as_ref().unwrap().len(), expected, "{section}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_not_nothing() {
        let broken =
            surveyed(&[("/proc/swaps", "/dev/sda2 partition 1000 0 -2\n"), ("/etc/fstab/folder", "")]);
        assert_eq!(broken[0].held_by, None);
    }
}
