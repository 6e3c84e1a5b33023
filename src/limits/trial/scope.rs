//! A run in a transient scope of systemd's, whose limits count for all processes together: `memtune limits try`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use crate::exit::{Exit, Fault};
use crate::facts::systemd_version;
use crate::facts::unit_listing::Manager;
use crate::facts::unit_property;
use crate::host::{Attended, Ended, Host, Stop};

use super::gate::{GATE, Leftovers};
use super::group::Group;
use super::report::{Ending, Held, Report, Used, since};
use super::stage::Stage;
use super::verdict::{self, Shown};

/// From here on scopes have an OOMPolicy; before, they are stopped as a whole when something in them is killed for want of memory.
const KNOWS_OOM_POLICY: u32 = 253;
/// From here on systemd-run knows whether to put values in the place of `$NAME`, which later versions do unless told otherwise.
const KNOWS_EXPANSION: u32 = 254;

/// What is tried.
#[derive(Clone, Debug)]
pub struct Trial<'t> {
    /// The program with its arguments.
    pub command: &'t [String],
    /// Properties of the scope, such as `MemoryMax` and `2G`.
    pub properties: &'t [(String, String)],
    /// Whose systemd makes the scope.
    pub manager: Manager,
}

/// Refuses properties that a scope does not have, values that systemd would ignore, and what is named twice.
///
/// # Errors
/// Names the first of them.
pub fn check(properties: &[(String, String)]) -> Result<(), Fault> {
    for (place, (property, value)) in properties.iter().enumerate() {
        unit_property::check(property).map_err(usage)?;
        if !unit_property::is_of_kind(property, "scope") {
            let all: Vec<&str> =
                unit_property::names().filter(|name| unit_property::is_of_kind(name, "scope")).collect();
            return Err(usage(format!("`{property}` is no property of a scope"))
                .hint(format!("a scope has {}; `memtune limits run` sets rlimits", all.join(", "))));
        }
        unit_property::check_value(property, value)
            .map_err(|what| usage(what).hint("systemd would ignore it, and only say so in its log"))?;
        if properties.iter().take(place).any(|(other, _)| other == property) {
            return Err(usage(format!("`{property}` is named twice")));
        }
    }
    Ok(())
}

fn usage(message: String) -> Fault {
    Fault::new(Exit::Usage, message)
}

/// The words that run the trial, up to the program.
///
/// # Errors
/// Refuses where systemd does not run the machine, or is too old for what is asked.
pub fn words(host: &Host, trial: &Trial<'_>, unit: &str) -> Result<Vec<String>, Fault> {
    Ok(words_for(version(host, trial)?, trial, unit))
}

/// The version of systemd, once it is known that it can do what is asked.
fn version(host: &Host, trial: &Trial<'_>) -> Result<u32, Fault> {
    check(trial.properties)?;
    if !host.has("/run/systemd/system") {
        let message = "systemd does not run this machine, and makes the scope that is limited";
        return Err(Fault::new(Exit::Refused, message).hint(
            "`memtune limits run --rlimit as=2G -- ..` limits each process by itself, without systemd",
        ));
    }
    let version = systemd_version::read(host).ok().flatten().unwrap_or_default();
    if policy(trial.properties).is_some() && version < KNOWS_OOM_POLICY {
        let message = format!("systemd {version} knows no OOMPolicy of scopes; {KNOWS_OOM_POLICY} does");
        return Err(Fault::new(Exit::Refused, message));
    }
    Ok(version)
}

fn policy(properties: &[(String, String)]) -> Option<&str> {
    properties.iter().find(|(property, _)| property == "OOMPolicy").map(|(_, policy)| policy.as_str())
}

/// Why systemd ends all of a scope for one process that is killed, if it does.
fn stops_all(version: u32, properties: &[(String, String)]) -> Option<String> {
    match policy(properties) {
        Some("stop") => Some("as its OOMPolicy asks for".to_owned()),
        None if version < KNOWS_OOM_POLICY => Some(format!("as version {version} does with any scope")),
        _ => None,
    }
}

fn words_for(version: u32, trial: &Trial<'_>, unit: &str) -> Vec<String> {
    let mut words: Vec<String> = ["systemd-run", "--scope", "--quiet", "--collect"].map(str::to_owned).into();
    words.extend(trial.manager.is_of_user().then(|| "--user".to_owned()));
    words.extend((version >= KNOWS_EXPANSION).then(|| "--expand-environment=no".to_owned()));
    words.push(format!("--unit={unit}"));
    // So that there are numbers, whatever else the machine counts; and what is left at the end does not keep us waiting.
    let own = ["MemoryAccounting=yes", "CPUAccounting=yes", "TasksAccounting=yes", "TimeoutStopSec=5s"];
    words.extend(own.map(|property| format!("--property={property}")));
    // What becomes of the program when one of its processes is killed is its own affair.
    let goes_on = version >= KNOWS_OOM_POLICY && policy(trial.properties).is_none();
    words.extend(goes_on.then(|| "--property=OOMPolicy=continue".to_owned()));
    words.extend(trial.properties.iter().map(|(property, value)| format!("--property={property}={value}")));
    words.push("--".to_owned());
    words
}

/// A name that no other run of this process has: a scope may take a moment to go.
pub fn unit_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("memtune-try-{}-{}.scope", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Runs it, and tells what it needed.
///
/// # Errors
/// Refuses where systemd does not run the machine, and says why the scope cannot be made.
pub fn run(stage: &Stage<'_>, trial: &Trial<'_>) -> Result<Report, Fault> {
    let (unit, version) = (unit_name(), version(stage.host, trial)?);
    let mut words = words_for(version, trial, &unit);
    stage.find(trial.command)?;
    words.extend(["sh", "-c", GATE, "sh"].map(str::to_owned));
    words.extend_from_slice(trial.command);
    let mut group: Option<Group> = None;
    let mut look = |attended: Attended| {
        // On version 1 systemd moves it from hierarchy to hierarchy, and the one that counts memory is not the first.
        if !group.as_ref().is_some_and(Group::has_memory) {
            group = Group::of(stage.host, attended.pid, &unit).or(group.take());
        }
        if let Some(group) = &mut group {
            group.look(stage.host);
        }
    };
    let start = Instant::now();
    let ended = stage.attend(&words, Stop::Gate, &mut look);
    let seconds = since(start);
    let leftovers = Leftovers { host: stage.host, unit: &unit, manager: trial.manager };
    let left_behind = group.as_ref().map_or(0, |group| leftovers.end(group));
    let ended = ended?;
    let was_killed = ended == Ended::Signal(rustix::process::Signal::KILL.as_raw());
    if group.is_none() && (!was_killed || stage.foreground.was_interrupted().is_some()) {
        return Err(not_made(stage, trial.manager, ended));
    }
    let used = group.as_ref().map(|group| group.used().clone()).unwrap_or_default();
    let shown = Shown {
        ending: Ending::of(ended, Stop::Gate),
        used: &used,
        properties: trial.properties,
        has_begun: group.is_some(),
        was_killed,
        counts_memory: group.as_ref().is_some_and(Group::has_memory),
        left_behind,
        stops_all: stops_all(version, trial.properties),
    };
    Ok(Report {
        command: trial.command.to_vec(),
        limits: trial.properties.iter().map(|property| held(property, &used)).collect(),
        verdict: verdict::of(&shown),
        died_of: verdict::died_of(&shown),
        status: shown.ending.status,
        signal: shown.ending.signal,
        seconds,
        left_behind: Some(left_behind),
        used,
    })
}

/// systemd-run has failed before it became the program, or was broken off.
fn not_made(stage: &Stage<'_>, manager: Manager, ended: Ended) -> Fault {
    if stage.foreground.was_interrupted().is_some() {
        return Fault::new(Exit::Of(Ending::of(ended, Stop::Own).status), "interrupted before it began");
    }
    let message = "systemd made no scope for it, and it was not run; what systemd-run said stands above";
    Fault::new(Exit::Failed, message).hint(match manager {
        Manager::System => "`systemctl status` tells whether systemd is well",
        Manager::User | Manager::UserOf(_) => {
            "as root, or in a session that has a systemd of its own: `systemctl --user status` tells"
        }
    })
}

fn held((property, value): &(String, String), used: &Used) -> Held {
    let most = match property.as_str() {
        "MemoryMax" | "MemoryHigh" => used.peak.map(|bytes| bytes.0),
        "MemorySwapMax" => used.swap_peak.map(|bytes| bytes.0),
        _ => None,
    };
    Held { name: property.clone(), limit: value.clone(), most }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(property: &str, value: &str) -> (String, String) {
        (property.to_owned(), value.to_owned())
    }

    #[test]
    fn what_systemd_would_ignore_is_refused() {
        assert!(
            check(&[pair("MemoryMax", "64M"), pair("CPUQuota", "50%"), pair("OOMPolicy", "kill")]).is_ok()
        );
        for (property, value) in [
            ("MemoryMax", "24GB"),
            ("MemoryMax", "0"),
            ("MemroyMax", "1G"),
            ("LimitMEMLOCK", "1G"),
            ("OOMScoreAdjust", "5"),
            ("RestartSec", "5"),
        ] {
            assert_eq!(check(&[pair(property, value)]).unwrap_err().exit, Exit::Usage, "{property}={value}");
        }
        let twice = check(&[pair("MemoryMax", "64M"), pair("MemoryMax", "1G")]).unwrap_err();
        assert!(twice.to_string().contains("twice"), "{twice}");
    }

    fn asked(version: u32, manager: Manager, properties: &[(String, String)]) -> Vec<String> {
        words_for(version, &Trial { command: &[], properties, manager }, "x.scope")
    }

    fn has(words: &[String], word: &str) -> bool {
        words.iter().any(|one| one == word)
    }

    #[test]
    fn all_limits_stand_before_the_command() {
        let words = asked(252, Manager::User, &[pair("MemoryMax", "64M")]);
        assert!(has(&words, "--user") && has(&words, "--property=MemoryMax=64M"), "{words:?}");
        assert_eq!(words.last().map(String::as_str), Some("--"));
        assert!(!has(&asked(252, Manager::System, &[]), "--user"));
    }

    #[test]
    fn versions_are_told_what_they_know() {
        let (policy, expansion) = ("--property=OOMPolicy=continue", "--expand-environment=no");
        for (version, wanted) in [(252, [false, false]), (253, [true, false]), (257, [true, true])] {
            let words = asked(version, Manager::System, &[]);
            assert_eq!([has(&words, policy), has(&words, expansion)], wanted, "{version}");
        }
        let words = asked(257, Manager::System, &[pair("OOMPolicy", "kill")]);
        assert!(!has(&words, policy) && has(&words, "--property=OOMPolicy=kill"), "{words:?}");
    }

    #[test]
    fn it_is_known_who_ends_all_for_one() {
        let why = |version, policy: &[&str]| {
            let properties: Vec<_> = policy.iter().map(|policy| pair("OOMPolicy", policy)).collect();
            stops_all(version, &properties)
        };
        assert_eq!(why(252, &[]).as_deref(), Some("as version 252 does with any scope"));
        assert_eq!(why(257, &["stop"]).as_deref(), Some("as its OOMPolicy asks for"));
        assert_eq!((why(253, &[]), why(257, &["kill"])), (None, None));
    }

    #[test]
    fn no_two_runs_have_one_name() {
        assert_ne!(unit_name(), unit_name());
    }
}
