//! What brings a swap area back at the next boot.

use serde::Serialize;

use crate::facts::fstab;
use crate::facts::readings::Readings;
use crate::facts::zram_generator::{self, Device};
use crate::host::{Host, IfThere, Lacking, Reason};

use super::generator;
use super::managers::{self, Makes, Manager};
use super::planned::{self, Origin, Planned};
use super::script;

/// What still turns areas on at boot on machines that have it.
const SCRIPT: &str = "/etc/rc.local";

/// Where systemd keeps what its generators made at this boot; they make it anew at each.
const GENERATED: &str = "/run/systemd/generator";

/// Programs that turn on areas of their own: their name, a file that shows the program is there, and where its areas lie.
const KEEPERS: [(&str, &str, &str); 9] = [
    ("dphys-swapfile", "/etc/dphys-swapfile", "/var/swap"),
    ("rpi-swap", "/etc/rpi/swap.conf", "/var/swap"),
    ("swapspace", "/etc/swapspace.conf", "/var/lib/swapspace/"),
    ("systemd-swap", "/etc/systemd/swap.conf", "/var/lib/systemd-swap/"),
    ("systemd-swap", "/etc/systemd/swap.conf", "/run/systemd/swap/"),
    ("systemd-swap", "/usr/share/systemd-swap/swap-default.conf", "/var/lib/systemd-swap/"),
    ("waagent", "/etc/waagent.conf", "/mnt/"),
    ("hibinit-agent", "/etc/hibinit-config.cfg", "/swap-hibinit"),
    ("hibagent", "/etc/hibagent-config.cfg", "/swap"),
];

/// Something that turns an area on at boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// `fstab`, `unit`, `script`, or the name of the program: `zram-generator`, `dphys-swapfile`, ..
    pub name: String,
    /// The file that says so.
    pub file: String,
    /// The line of that file, counted from 1, where one line says it.
    pub line: Option<usize>,
}

impl Holder {
    fn program(name: &str, file: impl Into<String>) -> Self {
        Self { name: name.to_owned(), file: file.into(), line: None }
    }

    pub(super) fn of_origin(origin: &Origin) -> Self {
        match origin {
            Origin::Fstab(line) => {
                Self { name: "fstab".to_owned(), file: fstab::PATH.to_owned(), line: Some(*line) }
            }
            Origin::Unit(file) => Self::program("unit", file),
        }
    }
}

/// All that turns areas on at boot, read once.
pub struct Holders {
    /// The lines of fstab and the units.
    pub planned: Vec<Planned>,
    script: String,
    in_memory: Result<InMemory, Lacking>,
}

/// What makes zram devices.
struct InMemory {
    sections: Vec<Device>,
    managers: Vec<Manager>,
}

impl Holders {
    /// Of this machine.
    ///
    /// # Errors
    /// Says why fstab or the units cannot be read.
    pub fn read(readings: &Readings) -> Result<Self, Lacking> {
        let host = readings.host();
        Ok(Self {
            planned: planned::areas(readings)?,
            script: host.read(SCRIPT).if_there().ok().flatten().unwrap_or_default(),
            in_memory: InMemory::read(host),
        })
    }

    /// All that brings the area at `path` back, in use or not; where there is nothing, it is gone after the next boot.
    ///
    /// # Errors
    /// Says which configuration cannot be read, or which name in it may mean this device and cannot be followed.
    pub fn of(&self, host: &Host, path: &str) -> Result<Vec<Holder>, Lacking> {
        let lines = self.planned.iter().filter(|one| comes_back(one) && one.means(host, path) == Some(true));
        let mut holders: Vec<Holder> = lines.map(|one| Holder::of_origin(&one.origin)).collect();
        match path.strip_prefix("/dev/").filter(|name| name.starts_with("zram")) {
            Some(name) => self.in_memory.as_ref().map_err(Clone::clone)?.hold(name, &mut holders),
            None => holders.extend(keeper(host, path)),
        }
        holders.extend(script::names(&self.script, path).then(|| Holder::program("script", SCRIPT)));
        let mut unclear = self.planned.iter().filter(|one| one.means(host, path).is_none());
        match unclear.next().filter(|_| holders.is_empty()) {
            // The one may well be the other.
            Some(one) => Err(Lacking::new(
                &one.source,
                Reason::Failed("where it leads is not known without udev's links".to_owned()),
            )),
            None => Ok(holders),
        }
    }
}

impl InMemory {
    fn read(host: &Host) -> Result<Self, Lacking> {
        let is_off = generator::is_switched_off(host)?;
        let sections = if is_off { Vec::new() } else { zram_generator::read(host)? };
        Ok(Self { sections, managers: managers::enabled(host)? })
    }

    /// zram-generator by its section, other programs for all devices: which of them made one cannot be seen.
    fn hold(&self, name: &str, holders: &mut Vec<Holder>) {
        if let Some(section) = self.sections.iter().find(|section| section.name == name) {
            // Its generator's unit says the same once more.
            holders.retain(|holder| !holder.file.starts_with(GENERATED));
            holders.push(Holder::program("zram-generator", &section.file));
            return;
        }
        let managers = self.managers.iter().filter(|one| one.makes != Makes::Files);
        let programs = managers.filter(|one| one.name != "zram-generator");
        holders.extend(programs.map(|one| Holder::program(one.name, &one.evidence)));
    }
}

/// Whether the owner's script names the area at `path`.
pub(super) fn is_in_script(host: &Host, path: &str) -> bool {
    host.read(SCRIPT).is_ok_and(|text| script::names(&text, path))
}

/// The program whose area lies at `path`, by the file that shows it is there.
pub fn keeper(host: &Host, path: &str) -> Option<Holder> {
    let lies_at = |place: &str| path == place || place.ends_with('/') && path.starts_with(place);
    let keeper = KEEPERS.iter().find(|(_, mark, place)| lies_at(place) && host.has(mark));
    keeper.map(|(name, mark, _)| Holder::program(name, *mark))
}

/// A unit of a generator is made anew at each boot; any other, and a line of fstab, must be meant for it.
fn comes_back(one: &Planned) -> bool {
    let is_generated = matches!(&one.origin, Origin::Unit(file) if file.starts_with(GENERATED));
    one.is_expected || is_generated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn names(path: &str, files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, host) = made_tree(files);
        let readings = Readings::new(&host, None);
        Holders::read(&readings)
            .unwrap()
            .of(&host, path)
            .unwrap()
            .into_iter()
            .map(|holder| holder.name)
            .collect()
    }

    #[test]
    fn fstab_and_units_hold_only_what_they_turn_on_at_boot() {
        let line = ("/etc/fstab", "# c\n/swapfile none swap sw 0 0\n");
        assert_eq!(names("/swapfile", &[line]), ["fstab"]);
        assert!(names("/other", &[line]).is_empty());
        assert!(names("/swapfile", &[("/etc/fstab", "/swapfile none swap noauto 0 0\n")]).is_empty());
        let unit = ("/etc/systemd/system/swapfile.swap", "[Swap]\nWhat=/swapfile\n");
        let link = ("/etc/systemd/system/swap.target.wants/swapfile.swap", "->../swapfile.swap");
        assert!(names("/swapfile", &[unit]).is_empty());
        assert_eq!(names("/swapfile", &[unit, link]), ["unit"]);
        let found = ("/run/systemd/generator.late/dev-sda2.swap", "[Swap]\nWhat=/dev/sda2\n");
        assert_eq!(names("/dev/sda2", &[found]), ["unit"]);
        assert_eq!(names("/swapfile", &[("/etc/rc.local", "swapon /swapfile\n")]), ["script"]);
    }

    #[test]
    fn a_name_that_cannot_be_followed_may_be_the_device() {
        let (_folder, host) = made_tree(&[("/etc/fstab", "/dev/mapper/vg-swap none swap sw 0 0\n")]);
        let readings = Readings::new(&host, None);
        let holders = Holders::read(&readings).unwrap();
        assert!(holders.of(&host, "/dev/dm-1").is_err());
        assert_eq!(holders.of(&host, "/swapfile"), Ok(vec![]));
    }

    #[test]
    fn a_script_holds_what_it_names_in_full() {
        let is_held = |path: &str, script: &str| {
            let is_held = !names(path, &[(SCRIPT, script)]).is_empty();
            let (_folder, host) = made_tree(&[(SCRIPT, script)]);
            assert_eq!(is_in_script(&host, path), is_held);
            is_held
        };
        for script in [
            "swapon /swapfile2\n",
            "swapon /data/swapfile\n",
            "swapon /swapfile.old /swapfile/x\n",
            "#swapon /swapfile\n",
            "  # swapon /swapfile\n",
            "true # swapon /swapfile\n",
        ] {
            assert!(!is_held("/swapfile", script), "{script}");
        }
        for script in [
            "#!/bin/sh\nswapon -p 5 /swapfile\n",
            "swapon /swapfile2 /swapfile",
            "test -e /swapfile&&swapon \"/swapfile\"; true\n",
            "echo 'a # b'; (swapon /swapfile)\n",
            "for area in /swapfile; do swapon $area; done # /x\n",
            "echo a#b; swapon /swapfile\n",
        ] {
            assert!(is_held("/swapfile", script), "{script}");
        }
        assert!(is_held("/my swap", "swapon '/my swap'\n") && is_held("/my swap", "swapon /my\\ swap\n"));
        assert!(!is_held("/my swap", "swapon '/my swap2'\n"));
    }

    #[test]
    fn programs_hold_their_own_places() {
        assert_eq!(names("/var/swap", &[("/etc/dphys-swapfile", "")]), ["dphys-swapfile"]);
        assert_eq!(names("/var/lib/swapspace/1", &[("/etc/swapspace.conf", "")]), ["swapspace"]);
        assert!(names("/var/swap2", &[("/etc/dphys-swapfile", "")]).is_empty());
    }

    #[test]
    fn zram_is_held_by_its_section_or_by_a_program_for_all() {
        let section = ("/etc/systemd/zram-generator.conf", "[zram0]\n");
        let unit = ("/run/systemd/generator/dev-zram0.swap", "[Swap]\nWhat=/dev/zram0\n");
        assert_eq!(names("/dev/zram0", &[section, unit]), ["zram-generator"]);
        assert!(names("/dev/zram1", &[section]).is_empty());
        let off = ("/proc/cmdline", "systemd.zram=0\n");
        assert!(names("/dev/zram0", &[section, off]).is_empty());
        let nvidia = (
            "/etc/systemd/system/multi-user.target.wants/nvzramconfig.service",
            "->/lib/systemd/system/nvzramconfig.service",
        );
        assert_eq!(names("/dev/zram3", &[nvidia]), ["nvzramconfig"]);
        let files = ("/etc/systemd/system/multi-user.target.wants/swapspace.service", "->/lib/x.service");
        assert!(names("/dev/zram0", &[files]).is_empty());
    }
}
