//! The area that somebody names: by its path, or as fstab would.

use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;

use super::add::unknown;
use super::devices::{self, Target};
use super::planned::{self, Planned};
use super::{boot, holders, resume};

/// The folder of the units that are the owner's.
const OWN_UNITS: &str = "/etc/systemd/system/";

/// How the programs that make areas of their own are told to make none.
const WAYS: [(&str, &str); 7] = [
    (
        "dphys-swapfile",
        "`sudo dphys-swapfile uninstall`, then `sudo systemctl disable dphys-swapfile`; its size is set in /etc/dphys-swapfile",
    ),
    (
        "rpi-swap",
        "`Mechanism=none` under `[Main]` in /etc/rpi/swap.conf turns it off, `FixedSizeMiB=` under `[File]` sets its size; then reboot",
    ),
    (
        "swapspace",
        "`sudo systemctl disable --now swapspace` turns it off; its sizes are set in /etc/swapspace.conf",
    ),
    (
        "systemd-swap",
        "`sudo systemctl disable --now systemd-swap` turns it off; its sizes are set in /etc/systemd/swap.conf",
    ),
    ("waagent", "`ResourceDisk.EnableSwap=n` in /etc/waagent.conf turns it off; then restart it"),
    ("hibinit-agent", "it keeps that area for hibernation: `sudo systemctl disable hibinit-agent` first"),
    ("hibagent", "it keeps that area for hibernation: `sudo systemctl disable hibagent` first"),
];

/// An area, in use or only planned.
pub(super) struct Named {
    /// Its path as /proc/swaps shows it.
    pub(super) path: String,
    /// How it is in use.
    pub(super) used: Option<SwapArea>,
    /// The files of units that name it, with those that are off.
    pub(super) units: Vec<UnitFile>,
    /// The files of units that may mean it, and by what name.
    pub(super) unclear: Vec<(String, String)>,
    /// Whether a script of the owner's turns it on, too.
    pub(super) script: bool,
}

/// A unit's own file or a drop-in of it.
pub(super) struct UnitFile {
    /// As systemctl calls the unit.
    pub(super) unit: String,
    /// The file.
    pub(super) path: String,
    /// Whether the owner has it started at boot.
    pub(super) is_enabled: bool,
}

impl UnitFile {
    fn of(planned: &Planned) -> Self {
        let path = planned.origin.name();
        let mut names = path.rsplit('/');
        let file = names.next().unwrap_or_default();
        let of_drop_in = names.next().and_then(|folder| folder.strip_suffix(".d"));
        let unit = of_drop_in.filter(|unit| unit.ends_with(".swap")).unwrap_or(file).to_owned();
        Self { unit, is_enabled: planned.is_expected, path }
    }

    /// Whether it is made anew at each boot.
    pub(super) fn is_generated(&self) -> bool {
        self.path.starts_with("/run/")
    }
}

impl Named {
    pub(super) fn is_file(&self) -> bool {
        self.used.as_ref().map_or(!self.path.starts_with("/dev/"), |area| area.is_file)
    }

    /// The units that are the owner's own files.
    pub(super) fn own_units(&self) -> impl Iterator<Item = &str> {
        self.units.iter().map(|file| file.path.as_str()).filter(|path| path.starts_with(OWN_UNITS))
    }
}

/// Finds it, and refuses those that are not the owner's to change.
///
/// # Errors
/// [`Exit::Usage`] where it is no area, [`Exit::Refused`] where another program makes it, or a hibernated machine needs it.
pub(super) fn find(readings: &Readings, name: &str) -> Result<Named, Fault> {
    let host = readings.host();
    let path = path_of(readings, name)?;
    refuse_zram(&path)?;
    let used = readings.swaps().map_err(unknown)?.iter().filter(|area| area.path == path);
    // A new file may have the name of a deleted one.
    let used = used.min_by_key(|area| area.is_deleted).cloned();
    let planned = planned::of_units(host).map_err(unknown)?;
    let meaning = |wanted| planned.iter().filter(|one| one.means(host, &path) == wanted).collect::<Vec<_>>();
    let units: Vec<UnitFile> = meaning(Some(true)).into_iter().map(UnitFile::of).collect();
    let unclear = meaning(None).into_iter().map(|one| (one.origin.name(), one.source.clone())).collect();
    if used.is_none() && units.is_empty() && !boot::knows(host, &path)? {
        let message = format!("`{name}` is no swap area: it is neither in use nor planned for the boot");
        return Err(Fault::new(Exit::Usage, message).hint("`memtune swap` lists them"));
    }
    refuse_deleted(used.as_ref())?;
    refuse_kept(readings, &path)?;
    let named = Named { script: holders::is_in_script(host, &path), units, unclear, used, path };
    refuse_image(readings, &named.path, named.is_file())?;
    Ok(named)
}

fn path_of(readings: &Readings, name: &str) -> Result<String, Fault> {
    let host = readings.host();
    // The kernel's name of a device, as lsblk shows it.
    let is_bare =
        !name.is_empty() && !name.contains(['/', '=']) && host.has(&format!("/sys/class/block/{name}"));
    let source = if is_bare || name.starts_with("zram") { format!("/dev/{name}") } else { name.to_owned() };
    let is_name = source.starts_with('/') || source.contains('=');
    match devices::target(host, &source) {
        Target::At(path) if is_name => Ok(path),
        Target::Unknown => {
            Err(Fault::new(Exit::Failed, format!("where `{name}` leads is not known without udev's links"))
                .hint("name the device by its path"))
        }
        Target::At(_) | Target::Gone => {
            let message = format!("`{name}` is no swap area: nothing on this machine has that name");
            Err(Fault::new(Exit::Usage, message).hint("name it as `memtune swap` shows it, in full"))
        }
    }
}

fn refuse_zram(path: &str) -> Result<(), Fault> {
    if !path.starts_with("/dev/zram") {
        return Ok(());
    }
    let message = format!("`{path}` is compressed memory, which has a command of its own");
    Err(Fault::new(Exit::Refused, message)
        .hint("`memtune swap zram off` turns it off, `memtune swap zram SIZE` changes its size"))
}

fn refuse_deleted(used: Option<&SwapArea>) -> Result<(), Fault> {
    match used.filter(|area| area.is_deleted) {
        None => Ok(()),
        Some(area) => {
            let message = format!(
                "`{}` was deleted while it was in use, so that it cannot be turned off by its name",
                area.path
            );
            Err(Fault::new(Exit::Refused, message).hint(
                "it is gone, and its space free, after the next boot; see `memtune doctor explain W13`",
            ))
        }
    }
}

fn refuse_kept(readings: &Readings, path: &str) -> Result<(), Fault> {
    let Some(keeper) = holders::keeper(readings.host(), path) else { return Ok(()) };
    let name = &keeper.name;
    let message = format!("`{path}` is made by {name} ({}), which would make it again", keeper.file);
    let way = WAYS.iter().find(|(known, _)| known == name).map_or("see its manual", |(_, way)| way);
    Err(Fault::new(Exit::Refused, message).hint(way))
}

fn refuse_image(readings: &Readings, path: &str, is_file: bool) -> Result<(), Fault> {
    let Some(resume) = resume::configured(readings.host()).map_err(unknown)? else { return Ok(()) };
    if !resume::holds_image(readings, &resume, path, is_file) {
        return Ok(());
    }
    let (device, origin) = (&resume.device, &resume.origin);
    let message =
        format!("`{path}` is where a hibernated machine looks for its image: {origin} says {device}");
    Err(Fault::new(Exit::Refused, message).hint(format!("name another area there, or none (`noresume`), and reboot; on Debian `sudo update-initramfs -u` first. Then {path} can go")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::sys::bytes::Bytes;

    const AREAS: [(&str, &str); 5] = [
        (
            "/proc/swaps",
            "/dev/sda2 partition 1000 0 -2\n/swapfile file 1000 0 -3\n/gone\\040(deleted) file 9 0 -4\n/var/swap file 9 0 5\n",
        ),
        ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n"),
        ("/etc/fstab", "/later none swap sw 0 0\nUUID=1-2 none swap sw 0 0\n"),
        ("/dev/disk/by-uuid/1-2", "->../../sda2"),
        ("/sys/class/block/sda2/size", "2000\n"),
    ];

    fn found(name: &str, files: &[(&str, &str)]) -> Result<Named, Fault> {
        let (_folder, host) = made_tree(&[&AREAS, files].concat());
        find(&Readings::new(&host, None), name)
    }

    #[test]
    fn an_area_has_many_names() {
        for (name, path) in [
            ("/swapfile", "/swapfile"),
            ("/./swapfile", "/swapfile"),
            ("/dev/sda2", "/dev/sda2"),
            ("sda2", "/dev/sda2"),
            ("UUID=1-2", "/dev/sda2"),
            ("/later", "/later"),
        ] {
            let named = found(name, &[]).unwrap();
            assert_eq!((named.path.as_str(), named.used.is_some()), (path, path != "/later"), "{name}");
        }
        for wrong in ["", "swapfile", "/", "/other", "UUID=9", "/dev/sda1", "sda1"] {
            assert_eq!(found(wrong, &[]).err().unwrap().exit, Exit::Usage, "{wrong}");
        }
    }

    #[test]
    fn a_new_file_may_have_the_name_of_a_deleted_one() {
        let swaps = "/swapfile\\040(deleted) file 7 0 -2\n/swapfile file 9 0 -3\n";
        let used = found("/swapfile", &[("/proc/swaps", swaps)]).unwrap().used.unwrap();
        assert_eq!((used.is_deleted, used.size), (false, Bytes::from_kib(9)));
    }

    #[test]
    fn what_is_not_the_owners_to_take_off_is_refused_with_the_way() {
        let hint = |name: &str, files: &[(&str, &str)]| {
            let fault = found(name, files).err().unwrap();
            assert_eq!(fault.exit, Exit::Refused);
            fault.hint.unwrap()
        };
        assert!(hint("zram0", &[]).contains("swap zram off"));
        assert!(hint("/gone", &[]).contains("next boot"));
        assert!(hint("/var/swap", &[("/etc/dphys-swapfile", "")]).contains("dphys-swapfile uninstall"));
        assert!(hint("/dev/sda2", &[("/proc/cmdline", "resume=UUID=1-2\n")]).contains("noresume"));
        assert!(found("/swapfile", &[("/proc/cmdline", "resume=UUID=1-2\n")]).is_ok());
    }
}
