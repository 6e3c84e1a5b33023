//! Z01: pages that are compressed twice.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::swap::commands::affair_of_host;
use crate::facts::readings::Readings;
use crate::facts::swaps;
use crate::host::Lacking;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "Z01",
    name: "zram-and-zswap",
    group: Group::CompressedSwap,
    question: "Is swapped memory compressed only once?",
    thresholds: "warn where zswap is enabled while a zram device is in use as swap",
    why: "zswap catches every page on its way to swap and keeps it compressed in memory; what it then gives on to zram is unpacked, packed again, and lies in memory all the same. The machine pays for two pools and two compressors, and the statistics of both mean little. Several distributions turn zswap on by default.",
    sources: &[
        "https://docs.kernel.org/admin-guide/mm/zswap.html",
        "https://github.com/systemd/zram-generator/issues/156",
    ],
    examine: zram_and_zswap,
}];

const ENABLED: &str = "/sys/module/zswap/parameters/enabled";

fn zram_and_zswap(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let Some(zram) = readings.swaps()?.iter().find(|area| area.is_zram()) else {
        return Ok(Diagnosis::ok("No zram device is in use as swap"));
    };
    let is_enabled = readings.zswap()?.as_ref().is_some_and(|zswap| zswap.is_enabled);
    if !is_enabled {
        return Ok(Diagnosis::ok(format!("{} is used without zswap in front of it", zram.path)));
    }
    let areas = readings.swaps()?;
    let on_disks = areas.iter().filter(|area| !area.is_zram()).count();
    let diagnosis = Diagnosis::warn(format!("zswap compresses what {} compresses again", zram.path))
        .evidence(ENABLED, "value", "Y")
        .evidence(swaps::PATH, &zram.path, zram.size)
        .evidence(swaps::PATH, "areas on disks", on_disks as u64);
    Ok(diagnosis
        .working(format!("{on_disks} of {} swap areas lie on disks, where zswap would help; zram wants none in front of it", areas.len()))
        .fix(Fix::sys(ENABLED, "N")))
}

#[cfg(test)]
mod tests {
    use super::ENABLED;
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    #[test]
    fn one_of_the_two_is_enough() {
        let zram = "/dev/zram0 partition 1000 0 100\n";
        let disk = "/dev/sda2 partition 1000 0 -2\n";
        for (swaps, enabled, severity) in [
            (zram, "Y\n", Severity::Warn),
            (zram, "N\n", Severity::Ok),
            (disk, "Y\n", Severity::Ok),
            ("", "Y\n", Severity::Ok),
        ] {
            let finding = examine_tree("Z01", &[("/proc/swaps", swaps), (ENABLED, enabled)]);
            assert_eq!(finding.severity, severity, "{swaps} {enabled}");
        }
        assert_eq!(examine_tree("Z01", &[("/proc/swaps", zram)]).severity, Severity::Ok);
        let both = examine_tree("Z01", &[("/proc/swaps", &format!("{zram}{disk}")), (ENABLED, "Y\n")]);
        assert!(both.fix.unwrap().commands[0].starts_with("echo N"));
    }
}
