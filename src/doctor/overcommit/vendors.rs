//! C05: programs whose makers ask for vm.overcommit_memory = 1.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::host::Lacking;

use super::sizing::{MODE, NEVER};

/// Programs that fork while they hold most of the memory, or that start such programs.
const ASKING: [&str; 3] = ["redis-server", "valkey-server", "kubelet"];

/// Programs whose makers ask for vm.overcommit_memory = 2.
const CONTRARY: [&str; 2] = ["postgres", "postmaster"];

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "C05",
    name: "need-overcommit1",
    group: Group::Overcommit,
    question: "Does a program run here that needs vm.overcommit_memory = 1?",
    thresholds: "warn where redis-server, valkey-server or kubelet runs and the value is not 1",
    why: "To save its data, Redis forks: for a moment there are two processes with the same pages, and the kernel may refuse to promise the second half although next to nothing is copied. The save then fails, and after it every write. The kubelet sets or demands the value because containers are given more than there is.",
    sources: &[
        "https://redis.io/docs/latest/operate/oss_and_stack/management/admin/",
        "https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/",
        "https://docs.kernel.org/mm/overcommit-accounting.html",
    ],
    examine: needed,
}];

fn needed(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let mode = readings.knob(MODE)?;
    let asking = readings.processes_named(&ASKING)?;
    let source = "/proc/sys/vm/overcommit_memory";
    let Some(first) = asking.first() else {
        let title = format!("{MODE} is {mode}, and no program here asks for 1");
        return Ok(Diagnosis::ok(title).evidence(source, "value", mode));
    };
    let diagnosis = match mode {
        1 => Diagnosis::ok(format!("{MODE} is 1, as {} asks for", first.name)),
        _ => Diagnosis::warn(format!("{} runs, but {MODE} is {mode}, not 1", first.name)),
    };
    let diagnosis = asking.iter().take(8).fold(diagnosis, |diagnosis, process| {
        diagnosis.evidence(format!("/proc/{}/stat", process.pid), "program", process.name.as_str())
    });
    let diagnosis = diagnosis.evidence(source, "value", mode);
    if mode != NEVER {
        return Ok(diagnosis.fix(Fix::knob(MODE, 1)));
    }
    let diagnosis = diagnosis.working(format!(
        "{MODE} = {NEVER} is never a default: the administrator chose it, so that promises are refused rather than programs killed; 1 gives that up for every program here. C01 and C02 tell whether the limit leaves room for a fork of {}",
        first.name
    ));
    // Two makers contradict each other: that is for the owner to settle, best on two machines.
    Ok(match readings.processes_named(&CONTRARY)?.first() {
        Some(other) => diagnosis.working(format!(
            "{} runs beside it, whose makers ask for {MODE} = {NEVER}: no value suits both",
            other.name
        )),
        None => diagnosis,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    fn examined(mode: &str, names: &[&str]) -> Finding {
        let processes: Vec<(String, String)> = names
            .iter()
            .zip(10..)
            .map(|(name, pid)| {
                let stat = format!("{pid} ({name}) S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3");
                (format!("/proc/{pid}/stat"), stat)
            })
            .collect();
        let mut files = vec![("/proc/sys/vm/overcommit_memory", mode)];
        files.extend(processes.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        examine_tree("C05", &files)
    }

    #[test]
    fn programs_that_ask_for_it_get_it() {
        for name in ASKING {
            assert_eq!(examined("0", &["sh", name]).severity, Severity::Warn, "{name}");
            assert_eq!(examined("1", &["sh", name]).severity, Severity::Ok, "{name}");
        }
        assert_eq!(examined("0", &["sh"]).severity, Severity::Ok);
        assert_eq!(examined("0", &[]).severity, Severity::Skip);
    }

    #[test]
    fn a_strict_mode_that_was_chosen_is_not_given_up() {
        for name in ASKING {
            let strict = examined("2", &[name]);
            assert_eq!((strict.severity, strict.fix), (Severity::Warn, None));
            assert!(strict.workings[0].contains("the administrator chose it"));
            assert!(examined("0", &[name]).fix.is_some());
        }
    }

    #[test]
    fn contrary_wishes_are_not_settled_here() {
        let both = examined("2", &["redis-server", "postgres"]);
        assert_eq!((both.severity, both.fix.is_some()), (Severity::Warn, false));
        assert_eq!(both.workings.len(), 2);
        assert!(examined("0", &["redis-server", "postgres"]).fix.is_some());
    }
}
