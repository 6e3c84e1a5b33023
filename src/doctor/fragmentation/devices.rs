//! F02: the area set aside for devices.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::meminfo::PATH;
use crate::facts::readings::Readings;
use crate::host::Lacking;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "F02",
    name: "cma",
    group: Group::Fragmentation,
    question: "Does the area set aside for devices (CMA) have the right size?",
    thresholds: "warn where less than 5 % of it is free, info where it is more than 25 % of memory; boards such as the Raspberry Pi and the Jetson ordinarily have one",
    why: "Cameras, displays and video decoders of small machines need memory in one piece and get it from this area. When it is used up they fail while memory is plentiful elsewhere. Programs may borrow from it, but the kernel's own data may not: an area that is too large starves the kernel.",
    sources: &[
        "https://docs.kernel.org/admin-guide/mm/cma_debugfs.html",
        "https://docs.kernel.org/admin-guide/kernel-parameters.html",
    ],
    examine: cma,
}];

fn cma(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const LITTLE: f64 = 5.0;
    const MUCH: f64 = 25.0;
    let meminfo = readings.meminfo()?;
    let area = meminfo.find("CmaTotal").unwrap_or_default();
    if area.0 == 0 {
        return Ok(Diagnosis::ok("No memory is set aside for devices"));
    }
    let (total, free) = (meminfo.total(), meminfo.get("CmaFree")?);
    let (share, left) = (area.percent_of(total), free.percent_of(area));
    let diagnosis = if left < LITTLE {
        Diagnosis::warn(format!("Only {free} of the {area} set aside for devices are free ({left:.1} %)"))
    } else if share > MUCH {
        Diagnosis::info(format!("{area} ({share:.0} % of memory) are set aside for devices"))
    } else {
        Diagnosis::ok(format!("{free} of the {area} set aside for devices are free"))
    };
    let diagnosis = match &readings.identity().board {
        Some(board) => diagnosis.evidence("/proc/device-tree/model", "board", board.as_str()),
        None => diagnosis,
    };
    Ok(diagnosis
        .evidence(PATH, "CmaTotal", area)
        .evidence(PATH, "CmaFree", free)
        .evidence(PATH, "MemTotal", total)
        .working(format!("{free} / {area} = {left:.1} % free; {area} / {total} = {share:.1} % of memory")))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    #[test]
    fn the_area_for_devices_is_weighed_at_its_boundaries() {
        let of = |area: u64, free: u64| {
            let meminfo = format!("MemTotal: 1000000 kB\nCmaTotal: {area} kB\nCmaFree: {free} kB\n");
            examine_tree("F02", &[("/proc/meminfo", &meminfo)]).severity
        };
        assert_eq!(of(0, 0), Severity::Ok);
        assert_eq!(of(250_000, 12_500), Severity::Ok);
        assert_eq!(of(250_000, 12_499), Severity::Warn);
        assert_eq!(of(250_001, 100_000), Severity::Info);
        let none = [("/proc/meminfo", "MemTotal: 1000000 kB\n")];
        assert_eq!(examine_tree("F02", &none).severity, Severity::Ok);
        let half = [("/proc/meminfo", "MemTotal: 1000000 kB\nCmaTotal: 4 kB\n")];
        assert_eq!(examine_tree("F02", &half).severity, Severity::Skip);
    }
}
