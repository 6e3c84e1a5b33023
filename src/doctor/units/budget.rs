//! U01: whether what the units may take fits into memory.

use std::rc::Rc;

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::host::{Lacking, Reason};
use crate::limits::budget::sum::{Budget, Request};
use crate::sys::bytes::Bytes;

use super::judged::{CGROUP_DOC, Judged, MOST_SHOWN, RESOURCE_CONTROL};
use super::limit::{prescribe, set_max};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U01",
    name: "budget",
    group: Group::Units,
    question: "Does everything fit into memory if each unit takes what it may?",
    thresholds: "warn where limits, what units without one cannot do without now, and the reserve for the system add up to more than memory, info where no unit has a limit, or where only the most that units without one have held is too much; error where MemoryMin protects more than 80 % of memory",
    why: "A limit is a promise that the unit may take so much. Nothing in Linux adds these promises up: three services that may take 10, 15 and 20 GiB of 32 run well until the day on which all of them need it, and then the kernel kills one that kept to its limit. What MemoryMin protects cannot be taken back from anybody, so with too much of it nothing is left to take.",
    sources: &[RESOURCE_CONTROL, CGROUP_DOC],
    examine: fits,
}];

/// The sum of `memtune limits budget`, made once.
pub(super) fn of(readings: &Readings) -> Rc<Result<Budget, Lacking>> {
    readings.concluded(|readings| {
        Budget::of(readings, &Request::default()).map_err(|fault| match readings.host().is_live() {
            true => Lacking::new("memtune limits budget", Reason::Failed(fault.to_string())),
            false => Lacking::absent("/sys/fs/cgroup"),
        })
    })
}

/// What a unit could get beside all others; nothing where they do not fit, or nothing is known.
pub(super) fn left(readings: &Readings) -> Bytes {
    of(readings).as_ref().as_ref().map_or(Bytes(0), |budget| budget.left)
}

fn fits(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let budget = of(readings);
    let budget = budget.as_ref().as_ref().map_err(Clone::clone)?;
    let (committed, total) = (budget.committed, budget.total);
    let share = committed.percent_of(total);
    let is_bound = budget.holders.iter().any(|holder| holder.kind.is_bound());
    let diagnosis = match (budget.overprotected(), budget.fits) {
        (Some(_), _) => Diagnosis::error(format!(
            "MemoryMin protects {} of {total}: the kernel would find nothing to take back",
            budget.protected
        )),
        (None, true) if budget.at_most().is_some() => Diagnosis::info(format!(
            "All that units may take fits, with what those without a limit need now, but not with the most that they have held: {} of {total}",
            budget.most
        )),
        (None, true) => {
            Diagnosis::ok(format!("All that units may take fits: {committed} of {total} ({share:.0} %)"))
        }
        (None, false) if is_bound => Diagnosis::warn(format!(
            "Units may take {committed} together with what the system needs, and there are {total} ({share:.0} %)"
        )),
        (None, false) => Diagnosis::info(format!(
            "No unit has a limit, and what they hold with what the system needs is {committed} of {total} ({share:.0} %)"
        )),
    };
    let diagnosis = told(diagnosis, budget);
    Ok(prescribe(diagnosis, commands(readings, budget)))
}

fn told(diagnosis: Diagnosis, budget: &Budget) -> Diagnosis {
    const SOURCE: &str = "memtune limits budget";
    let diagnosis = diagnosis
        .evidence(SOURCE, "memory", budget.total)
        .evidence(SOURCE, "committed", budget.committed)
        .evidence(SOURCE, "reserve", budget.reserve);
    let diagnosis = match budget.protected {
        Bytes(0) => diagnosis,
        protected => diagnosis.evidence(SOURCE, "MemoryMin", protected),
    };
    let mut largest: Vec<_> = budget.holders.iter().skip(1).collect();
    largest.sort_by_key(|holder| std::cmp::Reverse(holder.bytes));
    let diagnosis = largest
        .into_iter()
        .take(MOST_SHOWN)
        .fold(diagnosis, |diagnosis, holder| diagnosis.evidence(SOURCE, holder.name.as_str(), holder.bytes));
    let sentences = budget.faults.iter().cloned().chain(budget.overprotected()).chain(budget.at_most());
    sentences.fold(diagnosis, Diagnosis::working)
}

/// What would fit comes before the sum, which then does.
fn commands(readings: &Readings, budget: &Budget) -> Vec<String> {
    let judged = Judged::of(readings).ok();
    let smaller = budget.would_fit().zip(budget.breaks.as_deref());
    let smaller = smaller.and_then(|(room, unit)| set_max(judged.as_ref()?.entry(unit)?, room));
    smaller.into_iter().chain(["memtune limits budget".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const MEMINFO: (&str, &str) = ("/proc/meminfo", "MemTotal: 33554432 kB\nSwapTotal: 0 kB\n");
    const CONTROLLERS: (&str, &str) = ("/sys/fs/cgroup/cgroup.controllers", "memory\n");
    const MAX: &str = "/sys/fs/cgroup/system.slice/brain.service/memory.max";

    fn examined(files: &[(&str, &str)]) -> Finding {
        examine_tree("U01", &[&[MEMINFO, CONTROLLERS], files].concat())
    }

    #[test]
    fn the_sum_is_weighed_against_memory() {
        // 5 % of memory are kept for the system.
        for (max, severity) in [("32641751450\n", Severity::Ok), ("32641751451\n", Severity::Warn)] {
            assert_eq!(examined(&[(MAX, max)]).severity, severity, "{max}");
        }
        let finding = examined(&[(MAX, "53687091200\n")]);
        assert!(finding.title.starts_with("Units may take 51.6 GiB"), "{}", finding.title);
        let commands = finding.fix.unwrap().commands;
        assert_eq!(commands[0], "sudo memtune limits set brain.service MemoryMax=31129M");
        assert_eq!(commands[1], "memtune limits budget");
        assert!(finding.workings[0].contains("brain.service alone may take 50 GiB"));
    }

    #[test]
    fn what_was_held_once_is_no_fault() {
        let files = |max: &'static str| {
            examined(&[
                (MAX, max),
                ("/sys/fs/cgroup/user.slice/memory.current", "3221225472\n"),
                ("/sys/fs/cgroup/user.slice/memory.peak", "30064771072\n"),
                ("/sys/fs/cgroup/user.slice/memory.stat", "anon 1073741824\nfile 2147483648\n"),
            ])
        };
        let finding = files("5368709120\n");
        assert_eq!(finding.severity, Severity::Info, "{}", finding.title);
        assert_eq!(finding.fix.unwrap().commands, ["memtune limits budget"]);
        assert_eq!(files("1073741824\n").severity, Severity::Ok);
        assert_eq!(files("33285996544\n").severity, Severity::Warn);
    }

    #[test]
    fn a_full_machine_without_limits_is_no_broken_promise() {
        let held = ("/sys/fs/cgroup/a.service/memory.current", "33000000000\n");
        let finding = examined(&[held]);
        assert_eq!(finding.severity, Severity::Info, "{}", finding.title);
        assert_eq!(finding.fix.unwrap().commands, ["memtune limits budget"]);
    }

    #[test]
    fn too_much_protection_is_an_error() {
        for (min, severity) in [("27487790694\n", Severity::Ok), ("27487790695\n", Severity::Error)] {
            let files = [
                ("/sys/fs/cgroup/a.slice/memory.min", min),
                ("/sys/fs/cgroup/a.slice/memory.current", "5\n"),
            ];
            assert_eq!(examined(&files).severity, severity, "{min}");
        }
    }

    #[test]
    fn a_tree_without_groups_and_limits_cannot_tell() {
        assert_eq!(examine_tree("U01", &[MEMINFO]).severity, Severity::Skip);
        assert_eq!(examine_tree("U01", &[]).severity, Severity::Skip);
    }
}
