//! P09: memory that the kernel was told never to take back.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::meminfo::PATH;
use crate::facts::readings::Readings;
use crate::host::Lacking;

use super::who;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "P09",
    name: "mlocked",
    group: Group::Pressure,
    question: "Is much memory locked, so that the kernel can neither swap nor drop it?",
    thresholds: "warn where more than 20 % of memory is locked or otherwise unevictable",
    why: "Some programs lock their memory so that it is never swapped: databases, virtual machines, inference servers. Under pressure the kernel then has only the rest to choose from, which comes and goes all the faster, and swap cannot help.",
    sources: &["https://docs.kernel.org/mm/unevictable-lru.html", "man 2 mlock"],
    examine: locked,
}];

fn locked(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const MUCH: f64 = 20.0;
    let meminfo = readings.meminfo()?;
    let total = meminfo.total();
    let unevictable = meminfo.get("Unevictable")?;
    let locked = meminfo.find("Mlocked").unwrap_or_default();
    // Locked pages lie among the unevictable ones, but move there only when the kernel meets them.
    let fixed = unevictable.max(locked);
    let share = fixed.percent_of(total);
    let diagnosis = if share > MUCH {
        Diagnosis::warn(format!("{fixed} ({share:.0} % of memory) can be neither swapped nor dropped"))
    } else {
        Diagnosis::ok(format!("{share:.1} % of memory is locked"))
    };
    let diagnosis = diagnosis
        .evidence(PATH, "Unevictable", unevictable)
        .evidence(PATH, "Mlocked", locked)
        .evidence(PATH, "MemTotal", total)
        .working(format!("{fixed} / {total} = {share:.1} %"));
    Ok(match share > MUCH {
        true => who::name_field(readings, diagnosis, "status", "VmLck"),
        false => diagnosis,
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    use super::*;

    #[test]
    fn locked_memory_is_weighed_and_its_owner_named() {
        let stat = "9 (vault) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 99999999 700 1 1";
        let of = |unevictable: u64, locked: u64| {
            let meminfo = format!("MemTotal: 1000 kB\nUnevictable: {unevictable} kB\nMlocked: {locked} kB\n");
            let files = [
                (PATH, meminfo.as_str()),
                ("/proc/9/stat", stat),
                ("/proc/9/status", "Name:\tvault\nVmLck:\t201 kB\n"),
            ];
            examine_tree("P09", &files)
        };
        assert_eq!(of(200, 200).severity, Severity::Ok);
        assert_eq!(of(200, 200).evidence.len(), 3);
        assert_eq!(of(201, 0).severity, Severity::Warn);
        let finding = of(10, 201);
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(finding.evidence[3].key, "VmLck of vault (PID 9)");
    }

    #[test]
    fn a_capture_without_the_field_says_nothing() {
        let files = [(PATH, "MemTotal: 1000 kB\n")];
        assert_eq!(examine_tree("P09", &files).severity, Severity::Skip);
    }
}
