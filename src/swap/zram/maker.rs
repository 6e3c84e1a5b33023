//! Who makes the device at boot, and what is there already.

use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::Host;

use super::{by_generator, drop_in, limit, unit};

/// The device that is made; the name is the generator's, and the first that the module brings.
pub(super) const DEVICE: &str = "zram0";

/// Its path.
pub(super) const PATH: &str = "/dev/zram0";

/// The generator's unit that turns it on, made anew at each boot.
const GENERATED: &str = "/run/systemd/generator/dev-zram0.swap";

/// Where the generator's program lies, and where a link to /dev/null instead masks it.
const PROGRAMS: [&str; 2] = ["/usr/lib/systemd/system-generators", "/lib/systemd/system-generators"];
const MASKS: [&str; 3] = [
    "/run/systemd/system-generators",
    "/etc/systemd/system-generators",
    "/usr/local/lib/systemd/system-generators",
];

/// Who makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    /// zram-generator.
    Generator,
    /// A unit of memtune's own.
    Unit,
}

impl Maker {
    /// The files that hold what it makes, through an update of a system that keeps few.
    pub(super) fn files(self) -> &'static [&'static str] {
        match self {
            Self::Generator => &[drop_in::PATH, limit::PATH],
            Self::Unit => &[unit::PATH, unit::LINK],
        }
    }
}

/// The list by which SteamOS keeps them.
pub(super) const KEPT: &str = "memtune-zram";

/// Who would make it on this machine: zram-generator where it is installed.
pub(super) fn of(host: &Host) -> Maker {
    let program = |folder: &&str| format!("{folder}/zram-generator");
    let is_masked = MASKS.iter().any(|folder| host.link(&program(folder)).is_ok_and(|to| to == "/dev/null"));
    match !is_masked && PROGRAMS.iter().any(|folder| host.has(&program(folder))) {
        true => Maker::Generator,
        false => Maker::Unit,
    }
}

/// Who made the device that is there; `None` where neither did.
pub(super) fn of_present(host: &Host) -> Option<Maker> {
    if host.has(unit::PATH) {
        return Some(Maker::Unit);
    }
    host.has(GENERATED).then_some(Maker::Generator)
}

/// The device that is turned off when this unit is stopped.
pub fn stopped_with(unit: &str) -> Option<&'static str> {
    [unit::NAME, by_generator::SETUP, by_generator::SWAP].contains(&unit).then_some(PATH)
}

/// The area on the device, where it is on.
pub(super) fn area<'r>(readings: &'r Readings) -> Option<&'r SwapArea> {
    readings.swaps().ok()?.iter().find(|area| area.path == PATH)
}

/// A priority above every area on a disk, and 100 at least, as zram-generator has it: memory is filled first.
pub(super) fn priority(readings: &Readings, on_disks: impl Iterator<Item = i32>) -> i32 {
    const LEAST: i32 = 100;
    const MOST: i32 = 32_767;
    let used = readings.swaps().map(Vec::as_slice).unwrap_or_default();
    let used = used.iter().filter(|area| !area.is_zram()).map(|area| area.priority);
    used.chain(on_disks).map(|priority| priority.saturating_add(1)).max().unwrap_or(LEAST).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn the_generator_makes_it_unless_it_is_masked() {
        let program = ("/usr/lib/systemd/system-generators/zram-generator", "");
        let mask = ("/etc/systemd/system-generators/zram-generator", "->/dev/null");
        for (files, expected) in
            [(vec![program], Maker::Generator), (vec![program, mask], Maker::Unit), (vec![], Maker::Unit)]
        {
            let (_folder, host) = made_tree(&files);
            assert_eq!(of(&host), expected, "{files:?}");
            assert_eq!(of_present(&host), None);
        }
        let (_folder, host) = made_tree(&[(GENERATED, "")]);
        assert_eq!(of_present(&host), Some(Maker::Generator));
        let (_folder, host) = made_tree(&[(GENERATED, ""), (unit::PATH, "")]);
        assert_eq!(of_present(&host), Some(Maker::Unit));
    }

    #[test]
    fn memory_is_filled_before_any_disk() {
        for (swaps, planned, expected) in [
            ("", vec![], 100),
            ("/dev/sda2 partition 9 0 -2\n/dev/zram0 partition 9 0 500\n", vec![], 100),
            ("/dev/sda2 partition 9 0 99\n", vec![], 100),
            ("/dev/sda2 partition 9 0 100\n", vec![], 101),
            ("", vec![200], 201),
            ("", vec![32_767], 32_767),
        ] {
            let (_folder, host) = made_tree(&[("/proc/swaps", swaps)]);
            let readings = Readings::new(&host, None);
            assert_eq!(priority(&readings, planned.iter().copied()), expected, "{swaps} {planned:?}");
        }
    }
}
