//! U06: units that are almost at their limit.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::cgroup_memory::Limit;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::limits::shown::entry::Entry;
use crate::limits::shown::oddity::Oddity;
use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::budget;
use super::judged::{CGROUP_DOC, Judged, MOST_SHOWN, RESOURCE_CONTROL, and_more};
use super::limit::{prescribe, set, set_for, show};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U06",
    name: "near-max",
    group: Group::Units,
    question: "Is a unit about to reach the limit at which it is killed?",
    thresholds: "warn where what cannot be dropped of a unit (its own pages, shared memory and tmpfs, what is locked) is more than 90 % of the least limit that counts for it",
    why: "memory.current tells little, for it holds the cache of files, which goes when room is needed: a unit at 100 % may be perfectly well. What belongs to no file cannot go, or only to swap, and when that reaches the limit the kernel kills in the unit at once.",
    sources: &[CGROUP_DOC, RESOURCE_CONTROL],
    examine: near,
}];

fn near(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let judged = Judged::of(readings)?;
    let found = judged.odd(|oddity| match oddity {
        Oddity::Full { max, needed } => Some((*max, *needed)),
        _ => None,
    });
    let Some((first, (max, needed))) = found.first() else {
        let is_limited = |entry: &Entry| entry.max.and_then(Limit::bytes);
        if judged.survey.entries.iter().all(|entry| is_limited(entry).is_none()) {
            judged.knows(|entry| entry.max, "/sys/fs/cgroup")?;
            return Ok(Diagnosis::ok("No unit has a MemoryMax that it could reach"));
        }
        judged.knows(|entry| entry.needed, "memory.stat")?;
        return Ok(Diagnosis::ok("No unit is close to its MemoryMax"));
    };
    let more = and_more(found.len());
    let title = format!(
        "{} needs {needed} of the {max} that it may hold, {:.0} %{more}",
        first.unit,
        needed.percent_of(*max)
    );
    let diagnosis =
        found.iter().take(MOST_SHOWN).fold(Diagnosis::warn(title), |diagnosis, (entry, (max, needed))| {
            let by = entry.effective_by.as_deref().unwrap_or_default();
            diagnosis
                .evidence(judged.source(entry, "memory.stat"), "needed", *needed)
                .evidence(judged.source(entry, "memory.max"), format!("least limit, of {by}"), *max)
                .working(format!("{}: {needed} / {max} = {:.1} %", entry.unit, needed.percent_of(*max)))
        });
    let commands: Vec<String> = found
        .iter()
        .take(MOST_SHOWN)
        .flat_map(|(entry, (_, needed))| {
            // So that it needs four fifths of it.
            let raised = raise(readings, entry, Some(needed.percent(125.0)));
            raised.map_or_else(
                || show(entry).into_iter().chain(["memtune limits budget".to_owned()]).collect(),
                |command| vec![command],
            )
        })
        .collect();
    Ok(prescribe(diagnosis, commands))
}

/// Raises the limit that counts for the unit to `wanted`; `None` where the machine has no room for that, or where nothing limits it.
pub(super) fn raise(readings: &Readings, entry: &Entry, wanted: Option<Bytes>) -> Option<String> {
    let wanted = Bytes::from_mib(wanted?.0.div_ceil(1 << 20));
    let max = entry.effective_max?;
    if wanted <= max || wanted.less(max) > budget::left(readings) {
        return None;
    }
    let setting = format!("MemoryMax={}", size::exact(wanted));
    match entry.effective_by.as_deref()? {
        "memory" => None,
        by if by == entry.unit => set_for(entry, &[&setting]),
        slice => slice.ends_with(".slice").then(|| set(slice, &[&setting])),
    }
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const MIB: u64 = 1 << 20;

    fn examined(current: u64, stat: &str, slice: &str) -> Finding {
        let current = format!("{}\n", current * MIB);
        let files = [
            ("/proc/meminfo", "MemTotal: 8388608 kB\n"),
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/sys/fs/cgroup/a.slice/memory.max", slice),
            ("/sys/fs/cgroup/a.slice/b.service/memory.max", "104857600\n"),
            ("/sys/fs/cgroup/a.slice/b.service/memory.current", &current),
            ("/sys/fs/cgroup/a.slice/b.service/memory.stat", stat),
        ];
        examine_tree("U06", &files)
    }

    #[test]
    fn only_what_cannot_be_dropped_counts() {
        let stat = |anon: u64, shmem: u64, locked: u64| {
            format!(
                "anon {}\nfile {}\nshmem {}\nunevictable {}\n",
                anon * MIB,
                50 * MIB,
                shmem * MIB,
                locked * MIB
            )
        };
        for (anon, shmem, locked, severity) in [
            (40, 0, 0, Severity::Ok),
            (80, 10, 0, Severity::Ok),
            (80, 11, 0, Severity::Warn),
            // What is locked are the same pages, or files.
            (80, 0, 80, Severity::Ok),
            (10, 0, 91, Severity::Warn),
        ] {
            let finding = examined(100, &stat(anon, shmem, locked), "max\n");
            assert_eq!(finding.severity, severity, "{anon} {shmem} {locked}: {}", finding.title);
        }
        let commands = examined(100, &stat(96, 0, 0), "max\n").fix.unwrap().commands;
        assert_eq!(commands, ["sudo memtune limits set b.service MemoryMax=120M"]);
        let narrow = examined(50, &stat(48, 0, 0), "52428800\n");
        assert_eq!(narrow.fix.unwrap().commands, ["sudo memtune limits set a.slice MemoryMax=60M"]);
    }

    #[test]
    fn without_numbers_nothing_is_known() {
        let files = [
            ("/proc/meminfo", "MemTotal: 8388608 kB\n"),
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/sys/fs/cgroup/a.service/memory.max", "104857600\n"),
        ];
        assert_eq!(examine_tree("U06", &files).severity, Severity::Skip);
        assert_eq!(
            examine_tree("U06", &[files[0], files[1], ("/sys/fs/cgroup/a.service/memory.max", "max\n")])
                .severity,
            Severity::Ok
        );
        assert_eq!(examine_tree("U06", &files[..1]).severity, Severity::Skip);
    }
}
