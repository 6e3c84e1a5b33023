//! U05: units in which the kernel killed for want of memory.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::cgroup_memory::Limit;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::limits::shown::entry::Entry;
use crate::limits::shown::kind::Kind;
use crate::limits::shown::oddity::Oddity;
use crate::limits::shown::tree::name_of;
use crate::sys::bytes::Bytes;

use super::judged::{CGROUP_DOC, Judged, MOST_SHOWN, RESOURCE_CONTROL, and_more};
use super::limit::{prescribe, show};
use super::near_max;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U05",
    name: "unit-oom",
    group: Group::Units,
    question: "Was a unit, or a part of one, killed for want of memory?",
    thresholds: "warn where memory.events counts a kill in a unit that runs, or where systemd says that one ended by oom-kill",
    why: "The kernel ends a process in the middle of whatever it does, and a service may go on without the part that it lost. A unit that was killed at its own limit needs more of it, or leaks; one that was killed without a limit paid for the shortage of the whole machine.",
    sources: &[
        CGROUP_DOC,
        RESOURCE_CONTROL,
        "https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#OOMPolicy=",
    ],
    examine: killed,
}];

fn killed(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let judged = Judged::of(readings)?;
    judged
        .knows(|entry| entry.oom_kills.map(|_| ()).or(entry.result.as_ref().map(|_| ())), "memory.events")?;
    let mut found: Vec<(&Entry, &Oddity)> = judged.odd(|oddity| match oddity {
        Oddity::Killed(_) | Oddity::Ended => Some(oddity),
        _ => None,
    });
    found.dedup_by_key(|(entry, _)| entry.unit.as_str());
    let Some((first, oddity)) = found.first() else {
        return Ok(Diagnosis::ok("No unit that runs was killed for want of memory"));
    };
    let more = and_more(found.len());
    let title = format!("{}: {oddity}{more}", first.unit);
    let shown = || found.iter().map(|(entry, _)| *entry).take(MOST_SHOWN);
    let diagnosis = shown().fold(Diagnosis::warn(title), |diagnosis, entry| told(&judged, diagnosis, entry));
    let commands: Vec<String> = shown().flat_map(|entry| mend(readings, entry)).collect();
    Ok(prescribe(diagnosis, commands))
}

fn told(judged: &Judged, diagnosis: Diagnosis, entry: &Entry) -> Diagnosis {
    let diagnosis = match entry.oom_kills {
        Some(kills) => diagnosis.evidence(judged.source(entry, "memory.events"), "oom_kill", kills),
        None => diagnosis,
    };
    let diagnosis = match &entry.result {
        Some(result) => {
            diagnosis.evidence(format!("systemctl show {}", entry.unit), "Result", result.as_str())
        }
        None => diagnosis,
    };
    let diagnosis = match entry.max.and_then(Limit::bytes) {
        Some(max) => diagnosis.evidence(judged.source(entry, "memory.max"), entry.unit.as_str(), max),
        None => diagnosis,
    };
    let diagnosis = match narrowed(entry) {
        Some((by, max)) => {
            diagnosis.evidence(judged.source(entry, "memory.max"), format!("least limit, of {by}"), max)
        }
        None => diagnosis,
    };
    diagnosis.working(cause(entry))
}

/// The slice whose limit counts for the unit, and that limit; `None` where it is the unit's own, or the machine's memory.
fn narrowed(entry: &Entry) -> Option<(&str, Bytes)> {
    let by = entry.effective_by.as_deref().filter(|&by| by != "memory" && by != name_of(&entry.unit))?;
    Some((by, entry.effective_max?))
}

fn cause(entry: &Entry) -> String {
    let unit = &entry.unit;
    let is_of_machine = entry.effective_by.as_deref() == Some("memory");
    match (narrowed(entry), entry.max.and_then(Limit::bytes), entry.peak) {
        (Some((by, max)), ..) => {
            format!("{unit} was killed in {by}, which leaves {max} to all that is in it")
        }
        (None, Some(max), _) if is_of_machine => {
            format!("{unit} may hold {max}, more than there is: the machine ran out")
        }
        (None, Some(max), _) => format!("{unit} was killed with a limit of {max}"),
        (None, None, Some(peak)) => {
            format!("{unit} has no limit and has held {peak}: the machine ran out")
        }
        (None, None, None) => format!("{unit} has no limit: the machine ran out"),
    }
}

/// Half as much again of the limit that counts, where that fits. The counters begin anew with the unit; a slice is not started.
fn mend(readings: &Readings, entry: &Entry) -> Vec<String> {
    const HALF_AS_MUCH_AGAIN: f64 = 150.0;
    let wanted = entry.effective_max.map(|max| max.percent(HALF_AS_MUCH_AGAIN));
    let raised = near_max::raise(readings, entry, wanted);
    let is_started_anew = entry.kind == Kind::Service && !entry.user && narrowed(entry).is_none();
    let raised = raised.map(|command| if is_started_anew { command + " --restart" } else { command });
    match raised {
        Some(command) => vec![command],
        None => show(entry).into_iter().chain(["memtune limits budget".to_owned()]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const MEMINFO: (&str, &str) = ("/proc/meminfo", "MemTotal: 8388608 kB\nSwapTotal: 0 kB\n");
    const CONTROLLERS: (&str, &str) = ("/sys/fs/cgroup/cgroup.controllers", "memory\n");
    const GROUP: &str = "/sys/fs/cgroup/system.slice/a.service";

    fn examined(files: &[(&str, &str)]) -> Finding {
        let paths: Vec<(String, &str)> =
            files.iter().map(|(file, text)| (format!("{GROUP}/{file}"), *text)).collect();
        let mut all = vec![MEMINFO, CONTROLLERS];
        all.extend(paths.iter().map(|(path, text)| (path.as_str(), *text)));
        examine_tree("U05", &all)
    }

    #[test]
    fn a_kill_in_a_unit_is_told_with_its_limit() {
        for (events, severity) in [("oom_kill 0\n", Severity::Ok), ("oom_kill 1\n", Severity::Warn)] {
            assert_eq!(examined(&[("memory.events", events)]).severity, severity, "{events}");
        }
        let finding = examined(&[("memory.events", "oom_kill 3\n"), ("memory.max", "104857600\n")]);
        assert!(finding.title.starts_with("a.service: 3 of its processes were killed"), "{}", finding.title);
        assert_eq!(
            finding.fix.unwrap().commands,
            ["sudo memtune limits set a.service MemoryMax=150M --restart"]
        );
        let large = examined(&[("memory.events", "oom_kill 3\n"), ("memory.max", "8000000000\n")]);
        assert_eq!(large.fix.unwrap().commands, ["memtune limits show a.service", "memtune limits budget"]);
        let free = examined(&[("memory.events", "oom_kill 3\n"), ("memory.max", "max\n")]);
        assert!(free.workings[0].contains("the machine ran out"));
    }

    #[test]
    fn the_slice_whose_limit_it_was_is_named_and_raised() {
        let in_slice = |max: &'static str| {
            let files = [
                MEMINFO,
                CONTROLLERS,
                ("/sys/fs/cgroup/b.slice/memory.max", "1073741824\n"),
                ("/sys/fs/cgroup/b.slice/a.service/memory.max", max),
                ("/sys/fs/cgroup/b.slice/a.service/memory.events", "oom_kill 3\n"),
            ];
            examine_tree("U05", &files)
        };
        for max in ["max\n", "2147483648\n"] {
            let finding = in_slice(max);
            assert!(
                finding.workings[0].contains("killed in b.slice, which leaves 1 GiB"),
                "{:?}",
                finding.workings
            );
            assert_eq!(finding.fix.unwrap().commands, ["sudo memtune limits set b.slice MemoryMax=1536M"]);
        }
        let own = in_slice("536870912\n");
        assert!(own.workings[0].contains("with a limit of 512 MiB"), "{:?}", own.workings);
        let files = [
            MEMINFO,
            CONTROLLERS,
            ("/sys/fs/cgroup/a.service/memory.max", "17179869184\n"),
            ("/sys/fs/cgroup/a.service/memory.events", "oom_kill 3\n"),
        ];
        assert!(examine_tree("U05", &files).workings[0].contains("the machine ran out"));
    }

    #[test]
    fn a_slice_is_not_blamed_for_its_units() {
        let files = [
            MEMINFO,
            CONTROLLERS,
            ("/sys/fs/cgroup/system.slice/memory.events", "oom_kill 3\n"),
            ("/sys/fs/cgroup/system.slice/memory.events.local", "oom_kill 0\n"),
            ("/sys/fs/cgroup/system.slice/a.service/memory.events", "oom_kill 3\n"),
        ];
        let finding = examine_tree("U05", &files);
        assert_eq!(finding.evidence.iter().filter(|one| one.key == "oom_kill").count(), 1);
    }

    #[test]
    fn what_systemd_says_of_an_ended_unit_counts() {
        let listing =
            "Id=a.service\nActiveState=failed\nSubState=failed\nResult=oom-kill\nMemoryMax=104857600\n";
        let captured = ("/sos_commands/systemd/systemctl_show_service_--all", listing);
        let finding = examine_tree("U05", &[MEMINFO, captured]);
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(finding.evidence[0].source, "systemctl show a.service");
        assert_eq!(examine_tree("U05", &[MEMINFO, CONTROLLERS]).severity, Severity::Skip);
    }
}
