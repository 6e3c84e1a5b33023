//! U12: large programs that the kernel may not kill.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::process_unit;
use crate::facts::processes::{self, Process};
use crate::facts::readings::Readings;
use crate::host::Lacking;

use super::adjustment::{EXEC_DOC, PROC_DOC, evidence_of, set_now};
use super::limit::set;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U12",
    name: "immune-hog",
    group: Group::Units,
    question: "Is a large program exempt from being killed?",
    thresholds: "warn where a process with an oom_score_adj of -1000 holds more than 10 % of memory",
    why: "A process with -1000 is never chosen. If it is also the one that grows, the kernel kills everything around it first and in the end panics, because there is nothing left to kill.",
    sources: &[PROC_DOC, EXEC_DOC, "https://www.postgresql.org/docs/current/kernel-resources.html"],
    examine: immune_hog,
}];

fn immune_hog(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const NEVER_KILLED: i32 = -1000;
    const LARGE: f64 = 10.0;
    const MOST_SHOWN: usize = 8;
    /// Still spared, unless it holds half of the memory.
    const SPARED: i32 = -500;
    let total = readings.meminfo()?.total();
    let is_large = |process: &&Process| process.resident.percent_of(total) > LARGE;
    let mut large: Vec<&Process> = readings.processes()?.iter().filter(is_large).collect();
    large.sort_by_key(|process| std::cmp::Reverse(process.resident));
    let mut immune = Vec::new();
    for process in large {
        // One that ends meanwhile hides nothing; a capture without these files cannot tell.
        match processes::oom_score_adjustment(readings.host(), process.pid) {
            Ok(NEVER_KILLED) => immune.push(process),
            Err(lacking) if !readings.host().is_live() => return Err(lacking),
            _ => {}
        }
    }
    let Some(largest) = immune.first() else {
        let title = format!("No program above {LARGE:.0} % of {total} is exempt from being killed");
        return Ok(Diagnosis::ok(title).evidence("/proc/meminfo", "MemTotal", total));
    };
    let (name, pid, resident) = (&largest.name, largest.pid, largest.resident);
    let title = format!(
        "{name} (PID {pid}) holds {resident}, {:.0} % of memory, and is never killed",
        resident.percent_of(total)
    );
    let mut diagnosis = Diagnosis::warn(title).evidence("/proc/meminfo", "MemTotal", total);
    let mut commands = Vec::new();
    for process in immune.iter().take(MOST_SHOWN) {
        let resident = process.resident;
        diagnosis = evidence_of(diagnosis, process, NEVER_KILLED)
            .evidence(format!("/proc/{}/stat", process.pid), "resident", resident)
            .working(format!("{resident} / {total} = {:.1} %", resident.percent_of(total)));
        commands.push(set_now(process, SPARED));
        let place = process_unit::read(readings.host(), process.pid).unwrap_or_default();
        let setting = format!("OOMScoreAdjust={SPARED}");
        commands.extend(place.system_service().map(|unit| set(unit, &[&setting])));
    }
    Ok(diagnosis.fix(Fix::commands(commands)))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::{Row, examine_processes, examine_tree};

    fn examined(rows: &[Row]) -> Finding {
        examine_processes("U12", rows)
    }

    #[test]
    fn a_large_program_must_not_be_immune() {
        // 10 % of 4096000 KiB are 102400 pages.
        for (pages, adjustment, severity) in [
            (102_401, "-1000", Severity::Warn),
            (102_400, "-1000", Severity::Ok),
            (102_401, "-999", Severity::Ok),
        ] {
            let rows = [(20, "postgres", pages, adjustment, "/system.slice/postgresql.service")];
            assert_eq!(examined(&rows).severity, severity, "{pages} {adjustment}");
        }
        let rows = [(20, "qemu", 200_000, "-1000", "/machine.slice/vm.scope")];
        assert_eq!(examined(&rows).fix.unwrap().commands, ["echo -500 | sudo tee /proc/20/oom_score_adj"]);
    }

    #[test]
    fn a_capture_without_adjustments_cannot_tell() {
        let stat = "9 (hog) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 81920 900";
        let files = [("/proc/meminfo", "MemTotal: 4000 kB\n"), ("/proc/9/stat", stat)];
        assert_eq!(examine_tree("U12", &files).severity, Severity::Skip);
    }
}
