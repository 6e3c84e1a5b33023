//! W06: which area is filled first.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::readings::Readings;
use crate::facts::swaps::{self, SwapArea};
use crate::host::Lacking;

use super::commands::affair_of_host;
use crate::swap::removal;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W06",
    name: "swap-priority",
    group: Group::Swap,
    question: "Is the swap in memory filled before the swap on disks?",
    thresholds: "warn where a zram area's priority is not above that of every disk area",
    why: "The kernel fills areas in the order of their priorities, and shares pages out among areas of the same one. With a disk in front, every page goes to the slow area, and the fast one stays empty until the disk is full.",
    sources: &[
        "https://www.man7.org/linux/man-pages/man2/swapon.2.html",
        "https://www.man7.org/linux/man-pages/man8/swapon.8.html",
    ],
    examine: swap_priority,
}];

/// What zram-generator gives by itself.
const USUAL: i32 = 100;

/// The most that swapon(8) takes.
const HIGHEST: i32 = 32_767;

fn swap_priority(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let (in_memory, on_disks): (Vec<&SwapArea>, Vec<&SwapArea>) =
        readings.swaps()?.iter().partition(|area| area.is_zram());
    let lowest = in_memory.into_iter().min_by_key(|area| area.priority);
    let highest = on_disks.into_iter().max_by_key(|area| area.priority);
    let (Some(zram), Some(disk)) = (lowest, highest) else {
        return Ok(Diagnosis::ok("There is nothing to choose between swap in memory and swap on disks"));
    };
    let (first, second) = (zram.priority, disk.priority);
    let diagnosis = match first > second {
        true => Diagnosis::ok(format!("{} is filled before {}: {first} > {second}", zram.path, disk.path)),
        false if first == second => Diagnosis::warn(format!(
            "{} and {} share priority {first}: every other page goes to disk",
            zram.path, disk.path
        )),
        false => Diagnosis::warn(format!(
            "{} is filled before {}: priority {second} > {first}",
            disk.path, zram.path
        )),
    };
    let diagnosis = diagnosis
        .evidence(swaps::PATH, format!("priority of {}", zram.path), first.to_string())
        .evidence(swaps::PATH, format!("priority of {}", disk.path), second.to_string());
    if first > second {
        return Ok(diagnosis);
    }
    // The area that moves must be taken off for a moment: the one in memory if a higher priority is left for it.
    let (moved, priority) = match second < HIGHEST {
        true => (zram, USUAL.max(second.saturating_add(1))),
        false if first > 0 => (disk, first - 1),
        false => {
            return Ok(
                diagnosis.working("both areas must be taken off and turned on again with other priorities")
            );
        }
    };
    let removal = removal::of_area(readings, moved)?;
    let path = quoted(&moved.path);
    let diagnosis = diagnosis.working(&removal.working);
    Ok(match removal.is_safe {
        true if !can_be_typed(&moved.path) => diagnosis,
        true => diagnosis.fix(Fix::commands([
            format!("sudo swapoff {path} && sudo swapon --priority {priority} {path}"),
            "grep -rn -e pri= -e swap-priority /etc/fstab /etc/systemd/zram-generator.conf*   # set it there for the next boot".to_owned(),
        ])),
        false => diagnosis.working("what it holds fits nowhere else: free memory first, or set the priority for the next boot only"),
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    const ROOMY: &str = "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n";

    #[test]
    fn memory_comes_first() {
        for (zram, disk, severity) in [
            (100, -2, Severity::Ok),
            (11, 10, Severity::Ok),
            (10, 10, Severity::Warn),
            (-2, -1, Severity::Warn),
            (100, 32767, Severity::Warn),
        ] {
            let swaps = format!("/dev/zram0 partition 1000 0 {zram}\n/dev/sda2 partition 1000 0 {disk}\n");
            let finding = examine_tree("W06", &[("/proc/swaps", &swaps), ("/proc/meminfo", ROOMY)]);
            assert_eq!(finding.severity, severity, "{zram} {disk}");
            if let Some(fix) = finding.fix {
                let moved = if disk == 32767 {
                    "swapon --priority 99 /dev/sda2"
                } else {
                    "swapon --priority 100 /dev/zram0"
                };
                assert!(fix.commands[0].contains(moved), "{:?}", fix.commands);
            }
        }
        let alone = ("/proc/swaps", "/dev/zram0 partition 1000 0 -2\n");
        assert_eq!(examine_tree("W06", &[alone]).severity, Severity::Ok);
    }

    #[test]
    fn a_name_that_cannot_be_typed_gets_no_command() {
        let swaps = "/dev/zram0\\012 partition 1000 0 -2\n/dev/sda2 partition 1000 0 5\n";
        let finding = examine_tree("W06", &[("/proc/swaps", swaps), ("/proc/meminfo", ROOMY)]);
        assert_eq!((finding.severity, finding.fix), (Severity::Warn, None));
    }

    #[test]
    fn an_area_that_fits_nowhere_else_is_not_taken_off() {
        let swaps = "/dev/zram0 partition 6000000 5000000 -2\n/dev/sda2 partition 1000 0 5\n";
        let tight = "MemTotal: 8000000 kB\nMemAvailable: 5000000 kB\n";
        let finding = examine_tree("W06", &[("/proc/swaps", swaps), ("/proc/meminfo", tight)]);
        assert_eq!((finding.severity, finding.fix), (Severity::Warn, None));
        let roomy = "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n";
        assert!(examine_tree("W06", &[("/proc/swaps", swaps), ("/proc/meminfo", roomy)]).fix.is_some());
    }
}
