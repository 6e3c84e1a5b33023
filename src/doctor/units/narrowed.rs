//! U02: limits that something above makes smaller.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::limits::shown::entry::Entry;
use crate::limits::shown::oddity::Oddity;
use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::judged::{CGROUP_DOC, Judged, MOST_SHOWN, RESOURCE_CONTROL, and_more};
use super::limit::{prescribe, set_max};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U02",
    name: "ancestor",
    group: Group::Units,
    question: "May each unit really take what its MemoryMax says?",
    thresholds: "info where a slice above it, or the memory of the machine, is less than a unit's MemoryMax",
    why: "What counts is the least limit on the way up. A unit in a narrower slice dies long before its own limit, and shares what there is with its neighbours; one whose limit is above the memory of the machine has none at all, whatever its file says.",
    sources: &[RESOURCE_CONTROL, CGROUP_DOC],
    examine: narrowed,
}];

/// Whose limit leaves how much of what.
type Narrow<'j> = (Bytes, &'j str, Bytes);

fn pick(oddity: &Oddity) -> Option<Narrow<'_>> {
    match oddity {
        Oddity::Narrowed { max, by, effective } => Some((*max, by, *effective)),
        Oddity::LargerThanMemory { max, memory } => Some((*max, "the machine", *memory)),
        _ => None,
    }
}

fn narrowed(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let judged = Judged::of(readings)?;
    judged.knows(|entry| entry.max, "/sys/fs/cgroup")?;
    let found = judged.odd(pick);
    let Some((first, (max, by, effective))) = found.first() else {
        return Ok(Diagnosis::ok("No unit's MemoryMax is more than it can have"));
    };
    let more = and_more(found.len());
    let title =
        format!("{} has MemoryMax={}, and {by} leaves it {effective}{more}", first.unit, size::exact(*max));
    let diagnosis = found.iter().take(MOST_SHOWN).fold(
        Diagnosis::info(title),
        |diagnosis, (entry, (max, by, effective))| {
            diagnosis.evidence(judged.source(entry, "memory.max"), entry.unit.as_str(), *max).evidence(
                format!("memtune limits show {}", entry.unit),
                format!("least limit, of {by}"),
                *effective,
            )
        },
    );
    let mut commands: Vec<String> =
        found.iter().take(MOST_SHOWN).filter_map(|(entry, narrow)| honest(entry, *narrow)).collect();
    if commands.is_empty() {
        commands.push("memtune limits budget".to_owned());
    }
    Ok(prescribe(diagnosis, commands))
}

/// The limit that holds anyway, written where its owner looks. What would be right for the whole machine only the budget tells.
fn honest(entry: &Entry, (_, by, effective): Narrow) -> Option<String> {
    (by != "the machine").then(|| set_max(entry, effective)).flatten()
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    fn examined(slice: &str, unit: &str) -> Finding {
        let files = [
            ("/proc/meminfo", "MemTotal: 4096 kB\n"),
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/sys/fs/cgroup/a.slice/memory.max", slice),
            ("/sys/fs/cgroup/a.slice/b.service/memory.max", unit),
            ("/sys/fs/cgroup/a.slice/b.service/memory.high", "3000000\n"),
        ];
        examine_tree("U02", &files)
    }

    #[test]
    fn the_least_limit_on_the_way_up_counts() {
        for (slice, unit, severity) in [
            ("2097152\n", "2097152\n", Severity::Ok),
            ("2097152\n", "2097153\n", Severity::Info),
            ("max\n", "4194303\n", Severity::Ok),
            ("max\n", "4194304\n", Severity::Info),
            ("max\n", "max\n", Severity::Ok),
        ] {
            assert_eq!(examined(slice, unit).severity, severity, "{slice} {unit}");
        }
        let finding = examined("2097152\n", "3145728\n");
        assert_eq!(finding.title, "b.service has MemoryMax=3M, and a.slice leaves it 2 MiB");
        assert_eq!(
            finding.fix.unwrap().commands,
            ["sudo memtune limits set b.service MemoryHigh=infinity MemoryMax=2M"]
        );
        let beyond = examined("max\n", "4194304\n");
        assert_eq!(beyond.fix.unwrap().commands, ["memtune limits budget"]);
    }

    #[test]
    fn without_groups_nothing_is_known() {
        assert_eq!(examine_tree("U02", &[("/proc/meminfo", "MemTotal: 4096 kB\n")]).severity, Severity::Skip);
    }
}
