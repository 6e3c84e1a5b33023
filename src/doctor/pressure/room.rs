//! P03: how much memory can still be had.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Severity;
use crate::doctor::group::Group;
use crate::facts::meminfo::PATH;
use crate::facts::readings::Readings;
use crate::host::Lacking;

use super::who;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "P03",
    name: "available",
    group: Group::Pressure,
    question: "Is enough memory left for what starts next?",
    thresholds: "warn where less than 10 % of memory is available, error where less than 5 % is",
    why: "Available is what programs can get without swapping: free memory, and caches that the kernel can drop. When it runs out every request makes the kernel search for pages, at first at the cost of speed and in the end by killing a program. Free memory alone is small on every healthy machine and means nothing.",
    sources: &["https://docs.kernel.org/filesystems/proc.html#meminfo", "man 1 free"],
    examine: available,
}];

fn available(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let meminfo = readings.meminfo()?;
    let (total, available) = (meminfo.total(), meminfo.available());
    let share = available.percent_of(total);
    let severity = match share {
        ..5.0 => Severity::Error,
        ..10.0 => Severity::Warn,
        _ => Severity::Ok,
    };
    let title = match severity {
        Severity::Ok => format!("{available} of {total} are available to programs ({share:.0} %)"),
        _ => format!("Only {available} of {total} are left for programs ({share:.1} %)"),
    };
    let diagnosis = Diagnosis::of(severity, title)
        .evidence(PATH, "MemAvailable", available)
        .evidence(PATH, "MemTotal", total)
        .evidence(PATH, "SwapFree", meminfo.find("SwapFree").unwrap_or_default())
        .working(format!("{available} / {total} = {share:.1} %"));
    let diagnosis = who::name_largest(readings, diagnosis);
    Ok(match severity {
        Severity::Ok => diagnosis,
        // Resident sizes count shared pages for each who shares them; this share of them adds up. It is dear to ask for.
        _ => who::name_field(readings, diagnosis, "smaps_rollup", "Pss"),
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Value;
    use crate::doctor::on_tree::examine_tree;
    use crate::sys::bytes::Bytes;

    use super::*;

    fn with(available: u64) -> String {
        format!("MemTotal: 1000000 kB\nMemAvailable: {available} kB\n")
    }

    #[test]
    fn room_is_weighed_at_its_boundaries() {
        let cases = [
            (100_000, Severity::Ok),
            (99_999, Severity::Warn),
            (50_000, Severity::Warn),
            (49_999, Severity::Error),
        ];
        for (available, severity) in cases {
            let meminfo = with(available);
            let finding = examine_tree("P03", &[(PATH, &meminfo)]);
            assert_eq!(finding.severity, severity, "{available}");
            assert_eq!(finding.fix, None);
        }
    }

    #[test]
    fn the_five_largest_are_named_and_measured_only_when_it_matters() {
        let stat = |pid: u32, pages: u64| {
            format!("{pid} (hog {pid}) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 99999999 {pages} 1 1")
        };
        let stats: Vec<(String, String)> =
            (1..=7).map(|pid| (format!("/proc/{pid}/stat"), stat(pid, u64::from(pid) * 100))).collect();
        let named = |available: u64| {
            let meminfo = with(available);
            let mut files: Vec<(&str, &str)> =
                stats.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            files.push((PATH, &meminfo));
            files.push(("/proc/7/smaps_rollup", "0-1 ---p 0 00:00 0 [rollup]\nPss: 300 kB\n"));
            files.push(("/proc/1/smaps_rollup", "0-1 ---p 0 00:00 0 [rollup]\nPss: 900 kB\n"));
            examine_tree("P03", &files).evidence.split_off(3)
        };
        let calm = named(900_000);
        assert_eq!(calm.len(), 5);
        assert_eq!(calm[0].key, "hog 7 (PID 7), one of the 5 largest by resident size");
        assert_eq!(calm[4].source, "/proc/3/stat");
        let tight = named(10_000);
        assert_eq!(tight.len(), 6);
        assert_eq!(tight[5].key, "Pss of hog 7 (PID 7)");
        assert_eq!(tight[5].value, Value::Bytes(Bytes::from_kib(300)));
    }
}
