//! K01: several watchdogs that each kill when memory runs short.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::process_unit;
use crate::facts::readings::Readings;
use crate::facts::watchdogs::{self, OOMD};
use crate::host::Lacking;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "K01",
    name: "killers",
    group: Group::Keepers,
    question: "Does more than one watchdog kill when memory runs short?",
    thresholds: "warn for two or more of systemd-oomd, oomd, earlyoom, nohang, bustd, ram-sentinel and memtune's own",
    why: "Each of them watches the same numbers and chooses by rules of its own. Whoever is quicker wins, so the settings of the others, which program to spare and which to prefer, count for nothing, and two may kill where one victim was enough.",
    sources: &[
        "https://github.com/rfjakob/earlyoom/pull/306",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd-oomd.service.html",
    ],
    examine: killers,
}];

fn killers(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let running = watchdogs::running(readings)?;
    let names: Vec<&str> = running.iter().map(|&(name, _)| name).collect();
    let diagnosis = match names[..] {
        [] => Diagnosis::ok("No watchdog runs: the kernel alone decides whom to kill"),
        [name] => Diagnosis::ok(format!("{name} is the only watchdog here")),
        _ => Diagnosis::warn(format!("{} watchdogs kill side by side: {}", names.len(), names.join(", "))),
    };
    let diagnosis = running.iter().fold(diagnosis, |diagnosis, (name, pid)| {
        diagnosis.evidence(format!("/proc/{pid}/stat"), "watchdog", *name)
    });
    let others = running.iter().skip(1);
    let commands: Vec<String> = others.map(|&(name, pid)| stop(readings, name, pid)).collect();
    Ok(match names.first() {
        Some(kept) if names.len() > 1 => diagnosis
            .working(format!("the commands keep {kept}; any one of them may be the one to keep"))
            .fix(Fix::commands(commands)),
        _ => diagnosis,
    })
}

fn stop(readings: &Readings, name: &str, pid: u32) -> String {
    if name == OOMD {
        // Its socket would start it again every few seconds.
        return "sudo systemctl mask --now systemd-oomd.service systemd-oomd.socket".to_owned();
    }
    let place = process_unit::read(readings.host(), pid).unwrap_or_default();
    match place.system_service() {
        Some(unit) if !unit.contains('\\') => format!("sudo systemctl disable --now {unit}"),
        Some(_) | None => format!("sudo kill {pid}   # {name}; also remove what starts it"),
    }
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    /// Processes: a name, and a command line with blanks for its ends of words.
    fn examined(rows: &[(&str, &str)]) -> Finding {
        let mut files = Vec::new();
        for ((name, command), pid) in rows.iter().zip(10..) {
            let stat = format!("{pid} ({name}) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3");
            files.push((format!("/proc/{pid}/stat"), stat));
            files.push((format!("/proc/{pid}/cmdline"), command.replace(' ', "\0")));
            files.push((format!("/proc/{pid}/cgroup"), format!("0::/system.slice/{name}.service\n")));
        }
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        examine_tree("K01", &files)
    }

    const PYTHON: &str = "/usr/bin/python3 -u /usr/sbin/nohang --monitor --config /etc/nohang/nohang.conf";
    const DESKTOP: &str = "/usr/sbin/nohang --monitor --config /etc/nohang/nohang-desktop.conf";

    #[test]
    fn one_watchdog_is_enough() {
        assert_eq!(examined(&[("sh", "sh")]).severity, Severity::Ok);
        let alone = examined(&[("earlyoom", "earlyoom"), ("earlyoom", "earlyoom")]);
        assert_eq!(
            (alone.severity, alone.title.as_str()),
            (Severity::Ok, "earlyoom is the only watchdog here")
        );
        let two = examined(&[("systemd-oomd", "systemd-oomd"), ("earlyoom", "earlyoom")]);
        assert_eq!(
            (two.severity, two.title.as_str()),
            (Severity::Warn, "2 watchdogs kill side by side: earlyoom, systemd-oomd")
        );
        assert_eq!(
            two.fix.unwrap().commands,
            ["sudo systemctl mask --now systemd-oomd.service systemd-oomd.socket"]
        );
    }

    #[test]
    fn scripts_are_known_by_their_command_lines() {
        let two = examined(&[("python3", PYTHON), ("bustd", "bustd")]);
        assert_eq!(two.title, "2 watchdogs kill side by side: nohang, bustd");
        assert_eq!(two.fix.unwrap().commands, ["sudo systemctl disable --now bustd.service"]);
        let both = examined(&[("nohang", DESKTOP), ("python3", PYTHON)]);
        assert_eq!(both.title, "2 watchdogs kill side by side: nohang-desktop, nohang");
        let talk = examined(&[("python3", "python3 -c nohang"), ("earlyoom", "earlyoom")]);
        assert_eq!(talk.severity, Severity::Ok);
    }
}
