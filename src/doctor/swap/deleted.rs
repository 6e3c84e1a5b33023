//! W13: swap on a file or device whose name is gone.

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
    id: "W13",
    name: "swap-deleted",
    group: Group::Swap,
    question: "Does every swap area in use still have its name?",
    thresholds: "warn where /proc/swaps calls an area deleted",
    why: "The space of a deleted file is kept until nobody uses it any more, and the kernel goes on using it as swap: the disk stays full of something that no listing shows. swapoff takes a name, and there is none left, so that only a reboot, or for a device a new node, gives it back.",
    sources: &["https://www.man7.org/linux/man-pages/man2/swapoff.2.html", "Linux mm/swapfile.c, swapoff()"],
    examine: deleted_area,
}];

fn deleted_area(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let deleted: Vec<&SwapArea> = readings.swaps()?.iter().filter(|area| area.is_deleted).collect();
    let Some(area) = deleted.first() else {
        return Ok(Diagnosis::ok("Every swap area in use still has its name"));
    };
    let diagnosis = Diagnosis::warn(format!(
        "{} was deleted, and {} of it go on being used as swap",
        area.path, area.size
    ));
    let mut diagnosis = deleted.iter().fold(diagnosis, |diagnosis, area| {
        diagnosis.evidence(swaps::PATH, format!("{} (deleted)", area.path), area.used)
    });
    if !area.is_file && readings.host().has(&area.path) {
        // A device whose node is back can be named again.
        let removal = removal::of_area(readings, area)?;
        diagnosis = diagnosis.working(&removal.working);
        if removal.is_safe && can_be_typed(&area.path) {
            return Ok(diagnosis.fix(Fix::commands([format!("sudo swapoff {}", quoted(&area.path))])));
        }
        return Ok(diagnosis);
    }
    Ok(diagnosis.working("swapoff finds an area by its name, which is gone: only a reboot gives the space back; make another swap area first if this one is missed then"))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    #[test]
    fn a_deleted_area_is_told() {
        let whole = "/swapfile file 1000 0 -2\n";
        assert_eq!(examine_tree("W13", &[("/proc/swaps", whole)]).severity, Severity::Ok);
        let deleted = "/swapfile\\040(deleted) file 1000 10 -2\n";
        let finding = examine_tree("W13", &[("/proc/swaps", deleted)]);
        assert_eq!(finding.severity, Severity::Warn);
        assert!(finding.title.starts_with("/swapfile was deleted"));
        assert_eq!(finding.fix, None);
        assert!(finding.workings[0].contains("only a reboot"));
    }

    #[test]
    fn a_device_whose_node_is_back_can_be_taken_off() {
        let swaps = ("/proc/swaps", "/dev/sdb1\\040(deleted) partition 1000 10 -2\n");
        let roomy = ("/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n");
        let fix = examine_tree("W13", &[swaps, roomy, ("/dev/sdb1", "")]).fix.unwrap();
        assert_eq!(fix.commands, ["sudo swapoff /dev/sdb1"]);
        let odd = ("/proc/swaps", "/dev/s\\033b\\040(deleted) partition 1000 10 -2\n");
        assert_eq!(examine_tree("W13", &[odd, roomy, ("/dev/s\u{1b}b", "")]).fix, None);
        let tight = ("/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 60000 kB\n");
        assert_eq!(examine_tree("W13", &[swaps, tight, ("/dev/sdb1", "")]).fix, None);
    }
}
