//! A run in a transient scope of systemd's, whose limits count for all processes together: `memtune limits try`.

use std::time::Instant;

use crate::exit::{Exit, Fault};
use crate::facts::unit_listing::Manager;
use crate::facts::unit_property;
use crate::host::{Attended, Host, Output};
use crate::sys::bytes::Bytes;

use super::group::Group;
use super::report::{Held, Report, Used, ending, since, status_of};
use super::run::{cannot_run, refuse_unknown};

/// Once the program has ended, its shell stops itself until the group has been looked at for the last time: with the last process the
/// group would go, and with it all that it could tell. Where nobody is left to look, it ends at once.
const GATE: &str = r#""$@"; status=$?; kill -0 $PPID 2>/dev/null && kill -STOP $$; exit $status"#;

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

/// Refuses properties that a scope does not have, and values that systemd would ignore.
///
/// # Errors
/// Names the first of them.
pub fn check(properties: &[(String, String)]) -> Result<(), Fault> {
    for (property, value) in properties {
        unit_property::check(property).map_err(usage)?;
        if !unit_property::is_of_kind(property, ".scope") {
            return Err(usage(format!("{property} is nothing that a scope has")));
        }
        unit_property::check_value(property, value)
            .map_err(|why| usage(format!("{property}={value}: {why}")))?;
    }
    Ok(())
}

fn usage(message: String) -> Fault {
    Fault::new(Exit::Usage, message)
}

/// Runs it, and tells what it needed.
///
/// # Errors
/// Refuses where systemd does not run the machine, and says why the scope cannot be made.
pub fn run(host: &Host, trial: &Trial<'_>, output: Output) -> Result<Report, Fault> {
    check(trial.properties)?;
    refuse_without_systemd(host)?;
    refuse_unknown(trial.command)?;
    let unit = format!("memtune-try-{}.scope", std::process::id());
    let mut group: Option<Group> = None;
    let mut look = |attended: Attended| {
        if group.is_none() {
            group = Group::of(host, attended.pid, &unit);
        }
        if let Some(group) = &mut group {
            group.look(host);
        }
    };
    let start = Instant::now();
    let ended = host.attend(&words(trial, &unit), output, &mut look);
    let ended = ended.map_err(|error| cannot_run("systemd-run", &error))?;
    let seconds = since(start);
    let Some(used) = group.map(Group::used) else {
        let message = "systemd made no scope for it, and it was not run; what systemd-run said stands above";
        return Err(Fault::new(Exit::Failed, message).hint(match trial.manager {
            Manager::System => "as root, or with --user in your own session",
            Manager::User => "your session needs a systemd of its own: `systemctl --user status`",
        }));
    };
    let (status, signal) = status_of(ended);
    let died_of = died_of(&used, trial.properties);
    Ok(Report {
        command: trial.command.to_vec(),
        limits: trial.properties.iter().map(|property| held(property, &used)).collect(),
        verdict: verdict(status, signal, &used, died_of.as_deref()),
        status,
        signal,
        seconds,
        used,
        died_of,
    })
}

fn refuse_without_systemd(host: &Host) -> Result<(), Fault> {
    if host.has("/run/systemd/system") {
        return Ok(());
    }
    Err(Fault::new(Exit::Refused, "systemd does not run this machine, and makes the scope that is limited")
        .hint("`memtune limits run --rlimit as=2G -- ..` limits each process by itself, without systemd"))
}

fn words(trial: &Trial<'_>, unit: &str) -> Vec<String> {
    let mut words: Vec<String> = ["systemd-run", "--scope", "--quiet", "--collect"].map(str::to_owned).into();
    words.extend((trial.manager == Manager::User).then(|| "--user".to_owned()));
    words.push(format!("--unit={unit}"));
    // So that there are numbers, whatever else the machine counts.
    words.extend(["--property=MemoryAccounting=yes", "--property=CPUAccounting=yes"].map(str::to_owned));
    words.extend(trial.properties.iter().map(|(property, value)| format!("--property={property}={value}")));
    words.extend(["--", "sh", "-c", GATE, "sh"].map(str::to_owned));
    words.extend_from_slice(trial.command);
    words
}

fn held((property, value): &(String, String), used: &Used) -> Held {
    let most = match property.as_str() {
        "MemoryMax" | "MemoryHigh" => used.peak.map(|bytes| bytes.0),
        "MemorySwapMax" => used.swap_peak.map(|bytes| bytes.0),
        _ => None,
    };
    Held { name: property.clone(), limit: value.clone(), most }
}

fn died_of(used: &Used, properties: &[(String, String)]) -> Option<String> {
    used.oom_kills.filter(|&kills| kills > 0)?;
    let is_limited = properties.iter().any(|(property, _)| property == "MemoryMax");
    Some(if is_limited { "MemoryMax" } else { "memory" }.to_owned())
}

fn verdict(status: u8, signal: Option<i32>, used: &Used, died_of: Option<&str>) -> String {
    let mut sentence = ending(status, signal);
    if let (Some(of), Some(kills)) = (died_of, used.oom_kills) {
        let processes = if kills == 1 {
            "a process of it was".to_owned()
        } else {
            format!("{kills} processes of it were")
        };
        let limit = if of == "MemoryMax" {
            "at its limit, MemoryMax"
        } else {
            "for want of memory, by no limit of its own"
        };
        sentence += &format!(": {processes} killed {limit}");
    }
    if let Some(peak) = used.peak {
        sentence += &format!("; it held {peak} at most");
    }
    if let Some(slowed) = used.slowed.filter(|&slowed| slowed > 0) {
        sentence += &format!(", and was slowed down {slowed} times at MemoryHigh");
    }
    if died_of.is_none()
        && status == 0
        && let Some(peak) = used.peak
    {
        sentence += &format!("; a MemoryMax of {} leaves a tenth of room", with_room(peak));
    }
    sentence
}

/// A tenth more, in whole MiB.
fn with_room(peak: Bytes) -> Bytes {
    let more = peak + peak.percent(10.0);
    Bytes::from_mib(more.0.div_ceil(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(property: &str, value: &str) -> (String, String) {
        (property.to_owned(), value.to_owned())
    }

    #[test]
    fn what_systemd_would_ignore_is_refused() {
        assert!(check(&[pair("MemoryMax", "64M"), pair("CPUQuota", "50%")]).is_ok());
        for (property, value) in
            [("MemoryMax", "24GB"), ("MemoryMax", "0"), ("MemroyMax", "1G"), ("LimitAS", "1G")]
        {
            assert_eq!(check(&[pair(property, value)]).unwrap_err().exit, Exit::Usage, "{property}={value}");
        }
    }

    #[test]
    fn the_command_stands_behind_all_options() {
        let (command, properties) = (["echo".to_owned(), "-n".to_owned()], [pair("MemoryMax", "64M")]);
        let trial = Trial { command: &command, properties: &properties, manager: Manager::User };
        let words = words(&trial, "x.scope");
        let end = words.iter().position(|word| word == "--").unwrap();
        assert!(
            words[..end].contains(&"--user".to_owned())
                && words[..end].contains(&"--property=MemoryMax=64M".to_owned())
        );
        assert_eq!(words[end + 1..], ["sh", "-c", GATE, "sh", "echo", "-n"]);
    }

    #[test]
    fn a_verdict_says_what_it_needed_and_died_of() {
        let used =
            Used { peak: Some(Bytes::from_mib(64)), oom_kills: Some(1), slowed: Some(0), ..Used::default() };
        let properties = [pair("MemoryMax", "64M")];
        let of = died_of(&used, &properties);
        assert_eq!(
            verdict(137, Some(9), &used, of.as_deref()),
            "it was ended by SIGKILL: a process of it was killed at its limit, MemoryMax; it held 64 MiB at most"
        );
        let used =
            Used { peak: Some(Bytes::from_mib(100)), oom_kills: Some(0), slowed: Some(3), ..Used::default() };
        assert_eq!(died_of(&used, &properties), None);
        assert_eq!(
            verdict(0, None, &used, None),
            "it ran to its end; it held 100 MiB at most, and was slowed down 3 times at MemoryHigh; a MemoryMax of 110 MiB leaves a tenth of room"
        );
    }
}
