//! U11: whether the kernel spares the programs that a rescue needs.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::process_unit;
use crate::facts::processes::{self, Process};
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::limits::rescuers::{RESCUERS, Rescuer};

use super::adjustment::{EXEC_DOC, PROC_DOC, evidence_of, set_now};
use super::limit::set;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U11",
    name: "unprotected",
    group: Group::Units,
    question: "Are the programs that a rescue needs spared when memory is gone?",
    thresholds: "info where the oom_score_adj of sshd, journald or the system's D-Bus daemon is 0 or more",
    why: "When memory is gone, the kernel kills by size and by oom_score_adj alone. Without the login daemon nobody gets in to help, without the journal nobody learns what happened, and without D-Bus systemd takes no orders.",
    sources: &[PROC_DOC, EXEC_DOC],
    examine: unprotected,
}];

/// The first process of that name which belongs to no user's session: the listener, not what it started; the bus of the system.
fn instance_of<'r>(readings: &'r Readings, name: &str) -> Result<Option<&'r Process>, Lacking> {
    const MOST_ASKED: usize = 64;
    let mut named = readings.processes_named(&[name])?;
    named.sort_by_key(|process| process.pid);
    let is_systems = |process: &&Process| {
        process_unit::read(readings.host(), process.pid).is_ok_and(|place| !place.is_users)
    };
    Ok(named.into_iter().take(MOST_ASKED).find(is_systems))
}

fn unprotected(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let mut bare = Vec::new();
    let mut asked = Vec::new();
    for rescuer in &RESCUERS {
        let Some(process) = instance_of(readings, rescuer.process)? else {
            continue;
        };
        let adjustment = processes::oom_score_adjustment(readings.host(), process.pid)?;
        asked.push((process, adjustment));
        if adjustment >= 0 {
            bare.push((rescuer, process));
        }
    }
    let names: Vec<&str> = bare.iter().map(|(rescuer, _)| rescuer.process).collect();
    let diagnosis = match (&names[..], &asked[..]) {
        ([], []) => Diagnosis::ok("No sshd, journald or D-Bus daemon runs here"),
        ([], _) => Diagnosis::ok("The programs that a rescue needs are spared when memory is gone"),
        ([name], _) => Diagnosis::info(format!("{name} may be the first to be killed when memory is gone")),
        _ => Diagnosis::info(format!(
            "{} programs that a rescue needs are not spared when memory is gone: {}",
            names.len(),
            names.join(", ")
        )),
    };
    let diagnosis = asked
        .iter()
        .fold(diagnosis, |diagnosis, (process, adjustment)| evidence_of(diagnosis, process, *adjustment));
    let commands: Vec<String> =
        bare.iter().flat_map(|(rescuer, process)| protect(readings, rescuer, process)).collect();
    Ok(diagnosis.fix(Fix::commands(commands)))
}

/// Now and, through its unit, from the next start on; a restart of these would cut off whoever is at work.
fn protect(readings: &Readings, rescuer: &Rescuer, process: &Process) -> Vec<String> {
    let adjustment = rescuer.adjustment;
    let now = set_now(process, adjustment);
    if rescuer.passes_it_on {
        // Set by the unit, the value would reach every login and all that is started there.
        return vec![format!("{now}   # sshd does this itself when it starts with all rights")];
    }
    let place = process_unit::read(readings.host(), process.pid).unwrap_or_default();
    let setting = format!("OOMScoreAdjust={adjustment}");
    place.system_service().map(|unit| set(unit, &[&setting])).into_iter().chain([now]).collect()
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::{Row, examine_processes, examine_tree};

    fn examined(rows: &[Row]) -> Finding {
        examine_processes("U11", rows)
    }

    const DBUS: &str = "/system.slice/dbus.service";
    const SESSION: &str = "/user.slice/user-1000.slice/session-2.scope";

    #[test]
    fn the_rescuers_are_to_be_spared() {
        for (adjustment, severity) in [("-900", Severity::Ok), ("-1", Severity::Ok), ("0", Severity::Info)] {
            let finding = examined(&[(20, "dbus-daemon", 1, adjustment, DBUS)]);
            assert_eq!(finding.severity, severity, "{adjustment}");
        }
        let commands = examined(&[(20, "dbus-daemon", 1, "200", DBUS)]).fix.unwrap().commands;
        assert_eq!(commands[0], "sudo memtune limits set dbus.service OOMScoreAdjust=-900");
        assert_eq!(commands[1], "echo -900 | sudo tee /proc/20/oom_score_adj");
        assert_eq!(examined(&[(2, "sh", 1, "0", "/")]).severity, Severity::Ok);
    }

    #[test]
    fn sessions_and_users_buses_may_be_killed() {
        let listener = (20, "sshd", 1, "-1000", "/system.slice/ssh.service");
        let rows = [
            (30, "sshd", 1, "0", "/system.slice/ssh.service"),
            listener,
            (5, "sshd", 1, "0", SESSION),
            (6, "dbus-daemon", 1, "200", SESSION),
        ];
        assert_eq!(examined(&rows).severity, Severity::Ok);
        let bare = examined(&[(20, "sshd", 1, "0", "/system.slice/ssh.service")]);
        assert_eq!(bare.severity, Severity::Info);
        // The unit's setting would make every login immune.
        let commands = bare.fix.unwrap().commands;
        assert!(commands.len() == 1 && commands[0].starts_with("echo -1000 | sudo tee /proc/20/"));
    }

    #[test]
    fn a_capture_without_adjustments_cannot_tell() {
        let stat = "9 (sshd) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 81920 900";
        assert_eq!(examine_tree("U11", &[("/proc/9/stat", stat)]).severity, Severity::Skip);
    }
}
