//! U07: settings that do not count: systemd ignores them, or has not read them yet.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::doctor::wording::plural;
use crate::facts::ignored_setting::Ignored;
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::facts::systemd_complaints::{self, Complaint};
use crate::facts::unit_property;
use crate::host::{Host, Lacking};
use crate::limits::shown::oddity::Oddity;

use super::judged::{Judged, MOST_SHOWN, RESOURCE_CONTROL, and_more, quotation};
use super::limit::{prescribe, set};
use super::own_files::OwnFiles;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U07",
    name: "ignored-setting",
    group: Group::Units,
    question: "Does systemd heed every limit in the unit files?",
    thresholds: "warn where a line about memory in the administrator's unit files is one that systemd ignores, where the journal in a tree says so of any line, or where files of a unit have changed since systemd read them",
    why: "systemd says so in one line of its log, and starts the unit without the limit. `24GB` is none of its sizes, which end in one letter; a 0, a share above 100 %, a comment behind the value, and a line in the wrong section are ignored, too. Whoever wrote it is sure that a limit holds.",
    sources: &[
        RESOURCE_CONTROL,
        "https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd-analyze.html",
    ],
    examine: heeded,
}];

fn heeded(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let own = OwnFiles::of(readings)?;
    let said = complaints(readings.host(), &own.ignored);
    let stale = stale(readings);
    let count = own.ignored.len() + said.len();
    let title = match (own.ignored.first(), said.first(), stale.first()) {
        (Some(first), ..) => {
            let more = if count > 1 {
                format!(", and {}", plural(count as u64 - 1, "more line"))
            } else {
                String::new()
            };
            let (key, value) = (shortened(&first.setting.key), shortened(&first.setting.value));
            format!("systemd ignores {key}={value} of {}{more}: {}", first.setting.unit, first.why)
        }
        (None, Some(first), _) => format!(
            "systemd ignores {} of the unit files, such as {}:{}",
            plural(count as u64, "line"),
            first.file,
            first.line
        ),
        (None, None, Some(first)) => {
            let more = and_more(stale.len());
            format!("The files of {first} have changed since systemd read them{more}")
        }
        (None, None, None) => {
            return Ok(Diagnosis::ok("systemd heeds every line about memory in the unit files"));
        }
    };
    let diagnosis = own.ignored.iter().take(MOST_SHOWN).fold(Diagnosis::warn(title), |diagnosis, one| {
        let place = format!("{}:{}", one.setting.file, one.setting.line);
        diagnosis.working(format!("{place}: {}", one.why)).evidence(
            place,
            shortened(&one.setting.key),
            shortened(&one.setting.value),
        )
    });
    let diagnosis = said.iter().take(MOST_SHOWN).fold(diagnosis, |diagnosis, one| {
        diagnosis.evidence(one.source.as_str(), format!("{}:{}", one.file, one.line), quotation(&one.text))
    });
    let diagnosis = stale.iter().take(MOST_SHOWN).fold(diagnosis, |diagnosis, unit| {
        // What systemd has read stands in `systemctl show`, and what lies there in `systemctl cat`.
        diagnosis.evidence(format!("systemctl cat {unit}"), "files", "changed since systemd read them")
    });
    Ok(prescribe(diagnosis, commands(&own.ignored, &said)))
}

/// The units whose files systemd has not read; none where it cannot be asked.
fn stale(readings: &Readings) -> Vec<String> {
    let Ok(judged) = Judged::of(readings) else { return Vec::new() };
    let found = judged.odd(|oddity| (*oddity == Oddity::NeedsReload).then_some(()));
    found.into_iter().map(|(entry, ())| entry.unit.clone()).collect()
}

/// What the journal says beside what the files tell: a line that is another one by now has been mended.
fn complaints(host: &Host, known: &[Ignored]) -> Vec<Complaint> {
    let is_known = |one: &Complaint| {
        known.iter().any(|ignored| ignored.setting.file == one.file && ignored.setting.line == one.line)
    };
    let is_there = |one: &Complaint| match host.read(&one.file) {
        Ok(text) => {
            let line = text.lines().nth(one.line.saturating_sub(1)).unwrap_or_default();
            let value = line.split_once('=').map_or(line, |(_, value)| value).trim();
            !value.is_empty() && one.text.contains(value)
        }
        Err(_) => true,
    };
    let found = systemd_complaints::read(host).into_iter();
    found.filter(|one| !is_known(one) && is_there(one)).collect()
}

/// Puts each line aside, and sets what was meant: `limits set` weighs it first, for until now nothing held.
fn commands(ignored: &[Ignored], said: &[Complaint]) -> Vec<String> {
    let own = ignored.iter().map(|one| (one.setting.file.as_str(), one.setting.line));
    let lines = own.chain(said.iter().map(|one| (one.file.as_str(), one.line)));
    let lines = lines.filter(|(file, _)| can_be_typed(file)).take(MOST_SHOWN);
    let mut commands: Vec<String> =
        lines.map(|(file, line)| format!("sudo sed -i '{line}s/^/# /' {}", quoted(file))).collect();
    let settings: Vec<String> = ignored.iter().take(MOST_SHOWN).filter_map(meant).collect();
    commands.push("sudo systemctl daemon-reload".to_owned());
    commands.extend(settings);
    commands
}

fn meant(ignored: &Ignored) -> Option<String> {
    let setting = &ignored.setting;
    let property = unit_property::names().find(|name| name.eq_ignore_ascii_case(&setting.key))?;
    let value = ignored.meant.as_deref().unwrap_or(&setting.value);
    let kind = setting.unit.rsplit('.').next()?;
    let is_sound =
        unit_property::check_value(property, value).is_ok() && unit_property::is_of_kind(property, kind);
    let value = if value.contains(' ') {
        quoted(&format!("{property}={value}"))
    } else {
        format!("{property}={value}")
    };
    (is_sound && can_be_typed(&setting.unit)).then(|| set(&setting.unit, &[&value]))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const FILE: &str = "/etc/systemd/system/a.service.d/mem.conf";

    fn examined(text: &str) -> Finding {
        examine_tree("U07", &[(FILE, text)])
    }

    #[test]
    fn lines_that_do_not_count_are_found_and_mended() {
        for (text, severity) in [
            ("[Service]\nMemoryMax=24G\n", Severity::Ok),
            ("[Service]\nMemoryMax=24GB\n", Severity::Warn),
            ("[Service]\nNice=soon\n", Severity::Ok),
            ("[Service]\nmemoryMax=24G\n", Severity::Warn),
            ("[Service]\nStartupMemoryMax=2GB\n", Severity::Warn),
        ] {
            assert_eq!(examined(text).severity, severity, "{text}");
        }
        let finding = examined("[Service]\nMemoryMax=24GB\nStartLimitIntervalSec=1min 5s\n");
        assert_eq!(
            finding.title,
            "systemd ignores MemoryMax=24GB of a.service, and 1 more line: systemd does not read it as a size"
        );
        assert_eq!(
            finding.fix.unwrap().commands,
            [
                "sudo sed -i '2s/^/# /' /etc/systemd/system/a.service.d/mem.conf",
                "sudo sed -i '3s/^/# /' /etc/systemd/system/a.service.d/mem.conf",
                "sudo systemctl daemon-reload",
                "sudo memtune limits set a.service MemoryMax=24G",
                "sudo memtune limits set a.service 'StartLimitIntervalSec=1min 5s'",
            ]
        );
        assert_eq!(finding.evidence[0].source, "/etc/systemd/system/a.service.d/mem.conf:2");
    }

    #[test]
    fn what_packages_bring_is_their_makers_affair() {
        let file = ("/usr/lib/systemd/system/a.service", "[Service]\nMemoryMax=24GB\n");
        assert_eq!(examine_tree("U07", &[file]).severity, Severity::Ok);
    }

    #[test]
    fn the_journal_of_a_tree_tells_more() {
        let said = |line: u32| {
            format!(
                "Nov 21 10:00:00 w systemd[1]: {FILE}:{line}: Failed to parse RestartSec= value, ignoring: soon\n"
            )
        };
        let with =
            |line: u32, text: &str| examine_tree("U07", &[(FILE, text), ("/var/log/syslog", &said(line))]);
        let finding = with(2, "[Service]\nRestartSec=soon\n");
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(finding.evidence[0].source, "/var/log/syslog");
        assert_eq!(with(2, "[Service]\nRestartSec=5\n").severity, Severity::Ok);
        assert_eq!(with(9, "[Service]\nRestartSec=soon\n").severity, Severity::Ok);
        assert_eq!(examine_tree("U07", &[("/var/log/syslog", &said(2))]).severity, Severity::Warn);
    }

    #[test]
    fn files_that_systemd_has_not_read_are_told() {
        let listing = "Id=a.service\nActiveState=active\nControlGroup=/a.service\nNeedDaemonReload=yes\nMemoryCurrent=5\n";
        let finding = examine_tree("U07", &[("/sos_commands/systemd/systemctl_show_service_--all", listing)]);
        assert_eq!(finding.title, "The files of a.service have changed since systemd read them");
        assert_eq!(finding.fix.unwrap().commands, ["sudo systemctl daemon-reload"]);
    }
}
