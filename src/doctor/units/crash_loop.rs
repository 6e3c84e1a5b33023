//! U10: units that systemd starts again and again.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Severity;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::readings::Readings;
use crate::facts::unit_properties::microseconds;
use crate::facts::uptime;
use crate::host::Lacking;
use crate::limits::shown::unit::Unit;
use crate::limits::shown::units::Survey;

use super::judged::{and_more, quotation};
use super::last_words::{self, LastWords};
use super::limit::{prescribe, set};

/// Whose journal is read.
const MOST_ASKED: usize = 4;

/// So often a sound unit may have to be started again in ten minutes.
const OFTEN: u64 = 5;

/// What tells how systemd goes on.
const TOLD: [&str; 6] =
    ["NRestarts", "Result", "Restart", "RestartUSec", "StartLimitIntervalUSec", "StartLimitBurst"];

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U10",
    name: "crash-loop",
    group: Group::Units,
    question: "Does systemd start a unit again and again?",
    thresholds: "error where systemd gave a unit up (start-limit-hit, or failed after StartLimitBurst restarts), where one that it starts again ended by oom-kill, or where it started one again more than 5 times within 10 minutes; warn above 5 where no times are known, or where it is slower; a unit that has been up for 10 minutes since counts no more",
    why: "A unit with Restart=always comes back whatever it died of. Where RestartSec is longer than StartLimitIntervalSec divided by StartLimitBurst, the limit is never hit, and it does so for days: each start reads its files, warms its caches and takes memory from those that work, and the log holds the same lines thousands of times.",
    sources: &[
        "https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html#StartLimitIntervalSec=interval",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Restart=",
    ],
    examine: loops,
}];

/// A unit that does not stay up.
struct Loop<'s> {
    unit: &'s Unit,
    restarts: u64,
    said: LastWords,
    severity: Severity,
}

fn loops(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let survey = Survey::active(readings);
    if let (true, Some(lacking)) = (survey.units.is_empty(), &survey.unheard) {
        return Err(lacking.clone());
    }
    let mut found = found(readings, &survey);
    found.sort_by_key(|one| std::cmp::Reverse((one.severity, one.restarts)));
    let Some(first) = found.first() else {
        return Ok(Diagnosis::ok("systemd starts no unit again and again"));
    };
    let more = and_more(found.len());
    let diagnosis = Diagnosis::of(first.severity, titled(first) + &more);
    let diagnosis = found.iter().fold(diagnosis, told);
    let commands: Vec<String> =
        found.iter().filter(|one| can_be_typed(&one.unit.name)).flat_map(mend).collect();
    Ok(prescribe(diagnosis, commands))
}

fn found<'s>(readings: &Readings, survey: &'s Survey) -> Vec<Loop<'s>> {
    let restarts = |unit: &Unit| unit.number("NRestarts").unwrap_or_default();
    let is_suspect = |unit: &&Unit| unit.is_given_up() || died_again(unit) || restarts(unit) > OFTEN;
    let mut suspects: Vec<&Unit> = survey.units.iter().filter(is_suspect).collect();
    suspects.retain(|unit| !has_recovered(readings, unit));
    suspects.sort_by_key(|unit| std::cmp::Reverse((unit.is_given_up(), restarts(unit))));
    let judged = suspects.into_iter().take(MOST_ASKED).map(|unit| {
        let said = last_words::read(readings, &unit.name).unwrap_or_default();
        Loop { severity: severity(unit, &said), restarts: restarts(unit), unit, said }
    });
    judged.collect()
}

/// Killed for want of memory although it was started again, or while it is about to be.
fn died_again(unit: &Unit) -> bool {
    unit.is("Result", "oom-kill") && unit.number("NRestarts").is_some_and(|restarts| restarts > 0)
}

/// Whatever it was, it is over: systemd forgets the number only when somebody starts the unit by hand. One that did its work and is
/// `exited`, or whose main process systemd does not know, is up like one that runs.
fn has_recovered(readings: &Readings, unit: &Unit) -> bool {
    const UP: [&str; 3] = ["active", "reloading", "refreshing"];
    let since = unit.number("ActiveEnterTimestampMonotonic").filter(|&since| since > 0);
    let (Some(since), Ok(now)) = (since, uptime::awake(readings.host())) else { return false };
    let age = (now as u64).saturating_sub(since / 1_000_000);
    UP.iter().any(|state| unit.is("ActiveState", state)) && age > last_words::SPAN
}

fn severity(unit: &Unit, said: &LastWords) -> Severity {
    let is_fast = said.restarts.is_some_and(|restarts| restarts > OFTEN);
    if unit.is_given_up() || died_again(unit) || is_fast { Severity::Error } else { Severity::Warn }
}

fn titled(one: &Loop) -> String {
    let (name, restarts) = (&one.unit.name, one.restarts);
    let result = one.unit.text("Result").unwrap_or_default();
    match (one.unit.is_given_up(), one.said.restarts.filter(|&count| count > OFTEN)) {
        (true, _) => format!("systemd has given up {name}, which ended too often within a short time"),
        (false, Some(count)) => {
            format!("systemd has started {name} again {restarts} times, {count} of them within 10 minutes")
        }
        (false, None) if result == "oom-kill" => {
            format!("{name} was killed for want of memory again, after {restarts} restarts")
        }
        (false, None) => format!("systemd has started {name} again {restarts} times"),
    }
}

fn told(diagnosis: Diagnosis, one: &Loop) -> Diagnosis {
    let source = format!("systemctl show {}", one.unit.name);
    let diagnosis = TOLD.iter().fold(diagnosis, |diagnosis, name| match one.unit.text(name) {
        Some(value) => diagnosis.evidence(source.as_str(), *name, value),
        None => diagnosis,
    });
    let diagnosis = one.said.words.iter().fold(diagnosis, |diagnosis, word| {
        diagnosis.evidence(format!("journalctl -u {}", one.unit.name), "last words", quotation(word))
    });
    match endless(one.unit) {
        Some(why) => diagnosis.working(format!("{}: {why}, so systemd never gives it up", one.unit.name)),
        None => diagnosis,
    }
}

/// Why the unit never hits its limit of starts; `None` where it does, as with an interval without an end, or where that is not known.
fn endless(unit: &Unit) -> Option<String> {
    let seconds = |name: &str| unit.text(name).and_then(microseconds).map(|time| time as f64 / 1e6);
    let burst = unit.number("StartLimitBurst")?;
    let interval =
        seconds("StartLimitIntervalUSec").or_else(|| unit.is("StartLimitIntervalUSec", "0").then_some(0.0));
    if burst == 0 || interval == Some(0.0) {
        return Some("nothing limits its starts".to_owned());
    }
    let (pause, interval) = (seconds("RestartUSec")?, interval?);
    (pause * burst as f64 >= interval)
        .then(|| format!("a start every {pause:.1} s at most are fewer than {burst} in {interval:.0} s"))
}

/// First what it died of; then a limit that it hits, where it hits none; a unit that was given up is tried again only on demand.
fn mend(one: &Loop) -> Vec<String> {
    let name = quoted(&one.unit.name);
    let mut commands = vec![format!("journalctl -u {name} -n 50 --no-pager   # what it died of comes first")];
    if one.unit.is("Result", "oom-kill") {
        commands.push(format!("memtune limits show {name}"));
    }
    if endless(one.unit).is_some() {
        commands.push(set(
            &one.unit.name,
            &["RestartSec=10s", "StartLimitIntervalSec=10min", "StartLimitBurst=5"],
        ));
    }
    if one.unit.is_given_up() {
        commands.push(format!("sudo systemctl reset-failed {name}   # once that is mended; then start it"));
    }
    commands
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const LISTING: &str = "/sos_commands/systemd/systemctl_show_service_--all";

    fn examined(properties: &str, journal: &str) -> Finding {
        let listing =
            format!("Id=a.service\nActiveState=active\nLoadState=loaded\nRestart=always\n{properties}\n");
        let mut files = vec![(LISTING, listing.as_str()), ("/proc/uptime", "10000.00 1.00\n")];
        files.extend((!journal.is_empty()).then_some(("/var/log/syslog", journal)));
        examine_tree("U10", &files)
    }

    fn journal(count: u32, seconds: u32) -> String {
        let line = |number: u32| {
            let time = number * seconds;
            format!(
                "Nov 21 10:{:02}:{:02} w systemd[1]: a.service: Scheduled restart job, restart counter is at {number}.\n",
                time / 60,
                time % 60
            )
        };
        (0..count).map(line).collect::<String>() + "Nov 21 10:59:00 w a[7]: cannot allocate\n"
    }

    #[test]
    fn the_results_of_systemd_are_judged() {
        for (properties, severity) in [
            ("SubState=running\nResult=success\nNRestarts=5", Severity::Ok),
            ("SubState=running\nResult=success\nNRestarts=6", Severity::Warn),
            ("SubState=failed\nResult=start-limit-hit\nNRestarts=5", Severity::Error),
            // systemd 252 keeps the result of the last run where it had started the unit again by itself.
            ("ActiveState=failed\nResult=exit-code\nNRestarts=5\nStartLimitBurst=5", Severity::Error),
            ("ActiveState=failed\nResult=exit-code\nNRestarts=4\nStartLimitBurst=5", Severity::Ok),
            ("SubState=auto-restart\nResult=oom-kill\nNRestarts=0", Severity::Ok),
            ("SubState=auto-restart\nResult=oom-kill\nNRestarts=1", Severity::Error),
            // It has run for more, and for less than 10 minutes since.
            ("SubState=running\nNRestarts=600\nActiveEnterTimestampMonotonic=9399000000", Severity::Ok),
            ("SubState=running\nNRestarts=600\nActiveEnterTimestampMonotonic=9400000000", Severity::Warn),
            ("SubState=running\nNRestarts=600\nActiveEnterTimestampMonotonic=0", Severity::Warn),
            // What did its work once the network was there is up, too.
            ("SubState=exited\nNRestarts=7\nActiveEnterTimestampMonotonic=9399000000", Severity::Ok),
            ("ActiveState=reloading\nNRestarts=7\nActiveEnterTimestampMonotonic=9399000000", Severity::Ok),
            (
                "ActiveState=activating\nSubState=auto-restart\nNRestarts=600\nActiveEnterTimestampMonotonic=1000000",
                Severity::Warn,
            ),
        ] {
            assert_eq!(examined(properties, "").severity, severity, "{properties}");
        }
        assert_eq!(examine_tree("U10", &[]).severity, Severity::Skip);
    }

    #[test]
    fn the_journal_tells_how_fast_it_goes_and_what_it_said() {
        let properties = "SubState=auto-restart\nResult=exit-code\nNRestarts=9";
        assert_eq!(examined(properties, &journal(6, 100)).severity, Severity::Error);
        assert_eq!(examined(properties, &journal(5, 100)).severity, Severity::Warn);
        assert_eq!(examined(properties, &journal(9, 140)).severity, Severity::Warn);
        let finding = examined(properties, &journal(6, 10));
        assert_eq!(finding.title, "systemd has started a.service again 9 times, 6 of them within 10 minutes");
        let words: Vec<String> = finding
            .evidence
            .iter()
            .filter(|one| one.key == "last words")
            .map(|one| one.value.to_string())
            .collect();
        assert_eq!(words, ["cannot allocate"]);
    }

    #[test]
    fn a_limit_that_is_never_hit_is_proposed_anew() {
        let with = |pause: &str| {
            let properties = format!(
                "SubState=auto-restart\nNRestarts=9\nRestartUSec={pause}\nStartLimitIntervalUSec=10s\nStartLimitBurst=5"
            );
            examined(&properties, "").fix.unwrap().commands
        };
        assert_eq!(with("1.999s").len(), 1);
        // A limit over all time is hit, however slow it goes; without an interval, or with no number, there is none.
        for (limit, commands) in [
            ("StartLimitIntervalUSec=infinity\nStartLimitBurst=5", 1),
            ("StartLimitIntervalUSec=0\nStartLimitBurst=5", 2),
            ("StartLimitIntervalUSec=infinity\nStartLimitBurst=0", 2),
            ("StartLimitBurst=5", 1),
        ] {
            let finding =
                examined(&format!("SubState=auto-restart\nNRestarts=9\nRestartUSec=100ms\n{limit}"), "");
            assert_eq!(finding.fix.unwrap().commands.len(), commands, "{limit}");
        }
        assert_eq!(
            with("2s")[1],
            "sudo memtune limits set a.service RestartSec=10s StartLimitIntervalSec=10min StartLimitBurst=5"
        );
        let given_up =
            examined("SubState=failed\nResult=start-limit-hit\nNRestarts=5", "").fix.unwrap().commands;
        assert!(given_up[1].starts_with("sudo systemctl reset-failed a.service"));
    }
}
