//! A run under limits that each process has for itself: `memtune limits run`.

use std::time::Instant;

use crate::exit::{Exit, Fault};
use crate::host::{Attended, Host, Stop};

use super::report::{Ending, Held, Report, Used, since};
use super::rlimit::Rlimit;
use super::stage::Stage;
use super::{died, processes};

/// Refuses what cannot be set, and what is named twice.
///
/// # Errors
/// Says which, and what stands in the way.
pub fn check(rlimits: &[Rlimit]) -> Result<(), Fault> {
    for (place, rlimit) in rlimits.iter().enumerate() {
        let name = rlimit.resource.name;
        if rlimits.iter().take(place).any(|other| other.resource == rlimit.resource) {
            return Err(Fault::new(Exit::Usage, format!("the limit of {name} is named twice")));
        }
        rlimit.may_be_set()?;
    }
    Ok(())
}

/// The words that run `command` under `rlimits`.
pub fn words(command: &[String], rlimits: &[Rlimit]) -> Vec<String> {
    let mut words = vec!["prlimit".to_owned()];
    words.extend(rlimits.iter().map(Rlimit::argument));
    words.push("--".to_owned());
    words.extend_from_slice(command);
    words
}

/// Runs `command` under `rlimits`, by prlimit(1), and tells what it died of.
///
/// # Errors
/// Says why it could not be run.
pub fn run(stage: &Stage<'_>, command: &[String], rlimits: &[Rlimit]) -> Result<Report, Fault> {
    check(rlimits)?;
    stage.find(command)?;
    let mut seen = Seen { rlimits, most: vec![None; rlimits.len()], processes: None };
    let start = Instant::now();
    let look = &mut |attended: Attended| seen.look(stage.host, attended);
    let ended = stage.attend(&words(command, rlimits), Stop::Own, look)?;
    let (seconds, ending) = (since(start), Ending::of(ended, Stop::Own));
    let limits = seen.held();
    let died = (ending.status != 0).then(|| died::judge(ending, rlimits, &limits));
    let words = ending.words();
    Ok(Report {
        command: command.to_vec(),
        status: ending.status,
        signal: ending.signal,
        seconds,
        used: Used { processes: seen.processes, ..Used::default() },
        left_behind: None,
        verdict: died.as_ref().map_or_else(|| words.clone(), |died| format!("{words}: {}", died.because)),
        died_of: died.and_then(|died| died.of),
        limits,
    })
}

/// What was seen of each limit: each process has the limits for itself, so that the one that has most counts.
struct Seen<'r> {
    rlimits: &'r [Rlimit],
    most: Vec<Option<u64>>,
    processes: Option<u64>,
}

impl Seen<'_> {
    fn look(&mut self, host: &Host, attended: Attended) {
        if processes::is_not_begun(host, attended.pid) {
            return;
        }
        let family = processes::family(host, attended.pid);
        self.processes = self.processes.max(Some(family.len() as u64));
        for pid in family {
            for (rlimit, most) in self.rlimits.iter().zip(&mut self.most) {
                *most = (*most).max(processes::most(host, pid, rlimit.resource));
            }
        }
    }

    fn held(&self) -> Vec<Held> {
        let held = |(rlimit, most): (&Rlimit, &Option<u64>)| Held {
            name: rlimit.resource.name.to_owned(),
            limit: rlimit.exact(),
            most: *most,
        };
        self.rlimits.iter().zip(&self.most).map(held).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Input, Output};
    use crate::sys::foreground::Foreground;
    use crate::sys::interruption;

    fn attempt(limits: &[&str], command: &[&str]) -> Result<Report, Fault> {
        let _alone = interruption::alone();
        let rlimits: Vec<Rlimit> = limits.iter().map(|text| text.parse().unwrap()).collect();
        let command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        let (host, foreground) = (Host::live(), Foreground::begin(0).unwrap());
        let stage =
            Stage { host: &host, foreground: &foreground, output: Output::Error, input: Input::Empty };
        run(&stage, &command, &rlimits)
    }

    fn ran(limits: &[&str], script: &str) -> Report {
        attempt(limits, &["sh", "-c", script]).unwrap()
    }

    #[test]
    fn what_survives_is_said_to() {
        let report = ran(&["as=1G", "nofile=64"], "sleep 0.2; true");
        assert!(report.survived(), "{}", report.verdict);
        assert_eq!((report.died_of, report.verdict.as_str()), (None, "it ran to its end"));
        assert!(report.limits.iter().all(|held| held.most > Some(0)), "{:?}", report.limits);
        assert_eq!(report.used.processes, Some(2));
    }

    #[test]
    fn what_it_died_of_is_told() {
        let report = ran(&["cpu=1"], "while :; do :; done");
        assert_eq!((report.died_of.as_deref(), report.signal), (Some("cpu"), Some(24)), "{}", report.verdict);
        let file = tempfile::NamedTempFile::new().unwrap();
        // What the shell says of it may go to a file of ours, which the limit is for, too.
        let script =
            format!("exec 2>/dev/null; head -c 100000 /dev/zero > '{}'; exit $?", file.path().display());
        let report = ran(&["fsize=10K"], &script);
        assert_eq!((report.status, report.died_of.as_deref()), (153, Some("fsize")), "{}", report.verdict);
        assert_eq!(report.signal, None, "the shell ended by itself");
        assert_eq!(ran(&["as=1G"], "exit 3").status, 3);
    }

    #[test]
    fn what_cannot_be_run_is_refused() {
        let exit = |limits: &[&str], command: &[&str]| attempt(limits, command).unwrap_err().exit;
        assert_eq!(exit(&[], &["no-such-program"]), Exit::Of(127));
        assert_eq!(exit(&["as=1G", "LimitAS=2G"], &["true"]), Exit::Usage);
        assert!([Exit::Refused, Exit::Privilege].contains(&exit(&["nofile=4611686018427387904"], &["true"])));
    }
}
