//! S16-S18: what happens when memory is gone, how many mappings a process may have, and caches dropped by habit.

use std::collections::BTreeSet;

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::doctor::shell::quoted;
use crate::facts::malformed::shortened;
use crate::facts::processes::Process;
use crate::facts::readings::Readings;
use crate::host::{IfThere, Lacking};

const VM_DOC: &str = "https://docs.kernel.org/admin-guide/sysctl/vm.html";
const MAP_COUNT: &str = "vm.max_map_count";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "S16",
        name: "oom-policy",
        group: Group::Sysctl,
        question: "Does the kernel do the usual thing when memory is gone: kill the largest program and say why?",
        thresholds: "warn where vm.panic_on_oom is not 0; info where vm.oom_kill_allocating_task is not 0 or vm.oom_dump_tasks is 0",
        why: "A panic stops the whole machine for one program's hunger. Killing whoever asked last hits innocents. Without the table of tasks nobody can say afterwards why a program died.",
        sources: &[VM_DOC],
        examine: oom_policy,
    },
    Check {
        id: "S17",
        name: "map-count",
        group: Group::Sysctl,
        question: "Can every process map as many pieces of memory as it needs?",
        thresholds: "warn below the kernel's 65530, error where a process uses more than 80 % of the limit",
        why: "At the limit mmap() and even free() fail with ENOMEM while memory is plentiful: games, databases and search engines then crash for no visible reason. Distributions ship 1048576 by now.",
        sources: &[
            VM_DOC,
            "https://fedoraproject.org/wiki/Changes/IncreaseVmMaxMapCount",
            "https://www.elastic.co/guide/en/elasticsearch/reference/current/vm-max-map-count.html",
        ],
        examine: map_count,
    },
    Check {
        id: "S18",
        name: "drop-caches",
        group: Group::Sysctl,
        question: "Does something drop the kernel's caches by habit?",
        thresholds: "info where the kernel's log shows it twice or more, or a cron job does it",
        why: "Dropping caches frees nothing that the kernel would not have given back anyway, and everything that was cached must be read again. It hides the real shortage behind a good-looking number.",
        sources: &[VM_DOC],
        examine: drop_caches,
    },
];

fn oom_policy(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let panic = readings.knob("vm.panic_on_oom")?;
    let kills_allocating = readings.knob("vm.oom_kill_allocating_task")?;
    let dumps = readings.knob("vm.oom_dump_tasks")?;
    let (severity, title, fix) = if panic != 0 {
        (Severity::Warn, "The machine panics when memory is gone", Fix::knob("vm.panic_on_oom", 0))
    } else if kills_allocating != 0 {
        (
            Severity::Info,
            "The kernel kills whoever asks for memory last",
            Fix::knob("vm.oom_kill_allocating_task", 0),
        )
    } else if dumps == 0 {
        (Severity::Info, "A kill will leave no table of tasks in the log", Fix::knob("vm.oom_dump_tasks", 1))
    } else {
        (Severity::Ok, "The kernel kills the largest program and says why", Fix::default())
    };
    Ok(Diagnosis::of(severity, title)
        .evidence("/proc/sys/vm/panic_on_oom", "value", panic)
        .evidence("/proc/sys/vm/oom_kill_allocating_task", "value", kills_allocating)
        .evidence("/proc/sys/vm/oom_dump_tasks", "value", dumps)
        .fix(fix))
}

fn map_count(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const KERNEL_DEFAULT: u64 = 65_530;
    const MODERN: u64 = 1_048_576;
    let limit = readings.knob(MAP_COUNT)?;
    let nearly = limit - limit / 5;
    let most = most_mappings(readings, nearly)?;
    let diagnosis = match &most {
        Some((process, count)) if *count > nearly => {
            let (name, pid) = (&process.name, process.pid);
            Diagnosis::error(format!("{name} (PID {pid}) has {count} mappings of {limit} allowed"))
        }
        _ if limit < KERNEL_DEFAULT => {
            Diagnosis::warn(format!("{MAP_COUNT} is {limit}, below the kernel's {KERNEL_DEFAULT}"))
        }
        _ => Diagnosis::ok(format!("{MAP_COUNT} is {limit}, and no process comes near it")),
    };
    let diagnosis = diagnosis.evidence("/proc/sys/vm/max_map_count", "value", limit);
    let diagnosis = match most {
        Some((process, count)) => {
            diagnosis.evidence(format!("/proc/{}/maps", process.pid), "mappings", count)
        }
        None => diagnosis,
    };
    Ok(diagnosis.fix(Fix::knob(MAP_COUNT, limit.max(MODERN))))
}

/// The process with the most mappings, among those that could have `many` at all. Counting is dear, so the kernel's own count of
/// mappings is asked first, and then only the largest processes are looked at.
fn most_mappings<'r>(readings: &'r Readings, many: u64) -> Result<Option<(&'r Process, u64)>, Lacking> {
    const MOST_COUNTED: usize = 8;
    let of_all =
        readings.slabs().ok().and_then(|slabs| slabs.iter().find(|slab| slab.name == "vm_area_struct"));
    if of_all.is_some_and(|slab| slab.active < many) {
        return Ok(None);
    }
    let page = readings.page_size();
    let mut large: Vec<&Process> =
        readings.processes()?.iter().filter(|process| process.mapped >= page * many).collect();
    large.sort_by_key(|process| std::cmp::Reverse(process.resident));
    let counted = large.into_iter().take(MOST_COUNTED).filter_map(|process| {
        let count = readings.host().count_lines(&format!("/proc/{}/maps", process.pid)).ok()?;
        Some((process, count))
    });
    Ok(counted.max_by_key(|&(_, count)| count))
}

fn drop_caches(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let jobs = cron_jobs_that_drop(readings)?;
    let log = readings.kernel_log();
    let lines: Vec<&str> =
        log.as_ref().map(|log| log.lines_with("drop_caches:").collect()).unwrap_or_default();
    let count = lines.len() as u64;
    let programs: BTreeSet<&str> = lines.iter().filter_map(|line| who_dropped(line)).collect();
    let diagnosis = match (&jobs[..], count) {
        ([job, ..], _) => Diagnosis::info(format!("{job} drops the kernel's caches")).fix(look_into(job)),
        ([], 2..) => Diagnosis::info(format!(
            "The kernel's caches were dropped {count} times, by {}",
            in_words(&programs)
        )),
        ([], _) => match &log {
            Ok(_) => Diagnosis::ok("Nobody drops the kernel's caches by habit"),
            // Without the log nothing can be said of a machine whose cron is clean.
            Err(lacking) => return Err(lacking.clone()),
        },
    };
    let source = log.as_ref().map_or("the kernel's log", |log| log.source.as_str());
    let diagnosis = diagnosis.evidence(source, "drop_caches", count);
    Ok(jobs.iter().fold(diagnosis, |diagnosis, job| diagnosis.evidence(job, "holds", "drop_caches")))
}

/// The kernel writes `NAME (PID): drop_caches: 3`, behind a time and its own name where a file holds them.
fn who_dropped(line: &str) -> Option<&str> {
    let (before, _) = line.split_once(": drop_caches:")?;
    let (name, _) = before.rsplit_once(" (")?;
    let name = name.rsplit_once("] ").map_or(name, |(_, name)| name);
    Some(name.rsplit_once("kernel: ").map_or(name, |(_, name)| name))
}

fn in_words(programs: &BTreeSet<&str>) -> String {
    const MOST_NAMED: usize = 3;
    if programs.is_empty() {
        return "something".to_owned();
    }
    let named: Vec<String> = programs.iter().take(MOST_NAMED).map(|name| shortened(name)).collect();
    let more = if programs.len() > MOST_NAMED { " and others" } else { "" };
    named.join(", ") + more
}

fn look_into(job: &str) -> Fix {
    Fix::commands([format!("grep -n drop_caches {}   # the line to delete", quoted(job))])
}

fn cron_jobs_that_drop(readings: &Readings) -> Result<Vec<String>, Lacking> {
    const FOLDERS: [&str; 6] = [
        "/etc/cron.d",
        "/etc/cron.hourly",
        "/etc/cron.daily",
        "/etc/cron.weekly",
        "/var/spool/cron/crontabs",
        "/var/spool/cron",
    ];
    let mut files = vec!["/etc/crontab".to_owned()];
    for folder in FOLDERS {
        // The users' own tables are for root's eyes; the others tell enough.
        let names = readings.host().list(folder).unwrap_or_default();
        files.extend(names.into_iter().take(200).map(|name| format!("{folder}/{name}")));
    }
    let mut jobs = Vec::new();
    for file in files {
        let text = readings.host().read(&file).if_there().ok().flatten().unwrap_or_default();
        let is_job = |line: &str| line.contains("drop_caches") && !line.trim_start().starts_with('#');
        if text.lines().any(is_job) {
            jobs.push(file);
        }
    }
    Ok(jobs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::on_tree::examine_tree;

    #[test]
    fn whoever_drops_caches_is_named() {
        let log = "[1.5] tokio-rt-worker (70): drop_caches: 3\n[2.5] bash (89): drop_caches: 1\n";
        let finding = examine_tree("S18", &[("/var/log/dmesg", log)]);
        assert_eq!((finding.severity, finding.fix), (Severity::Info, None));
        assert!(finding.title.ends_with("2 times, by bash, tokio-rt-worker"), "{}", finding.title);
        assert_eq!(
            examine_tree("S18", &[("/var/log/dmesg", "[1.5] bash (70): drop_caches: 3\n")]).severity,
            Severity::Ok
        );
        assert_eq!(examine_tree("S18", &[]).severity, Severity::Skip);
        let cron = [("/etc/cron.d/free", "* * * * * root echo 3 > /proc/sys/vm/drop_caches\n")];
        assert!(examine_tree("S18", &cron).fix.is_some());
    }

    #[test]
    fn a_limit_of_mappings_is_judged_by_the_kernels_own_and_by_its_use() {
        let maps = "55d0-55d1 r--p 0 00:00 0\n".repeat(900);
        let stat = "7 (game) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 99999999 300";
        for (limit, severity) in
            [("1000", Severity::Error), ("65529", Severity::Warn), ("65530", Severity::Ok)]
        {
            let files = [
                ("/proc/sys/vm/max_map_count", limit),
                ("/proc/7/stat", stat),
                ("/proc/7/maps", maps.as_str()),
            ];
            assert_eq!(examine_tree("S17", &files).severity, severity, "{limit}");
        }
    }

    #[test]
    fn an_unusual_policy_is_told_by_its_harm() {
        for (panic, allocating, dump, severity) in [
            ("0", "0", "1", Severity::Ok),
            ("0", "0", "0", Severity::Info),
            ("0", "1", "1", Severity::Info),
            ("1", "0", "1", Severity::Warn),
        ] {
            let files = [
                ("/proc/sys/vm/panic_on_oom", panic),
                ("/proc/sys/vm/oom_kill_allocating_task", allocating),
                ("/proc/sys/vm/oom_dump_tasks", dump),
            ];
            assert_eq!(examine_tree("S16", &files).severity, severity);
        }
    }
}
