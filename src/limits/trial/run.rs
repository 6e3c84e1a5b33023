//! A run under limits that each process has for itself: `memtune limits run`.

use std::time::Instant;

use crate::exit::{Exit, Fault};
use crate::host::{Attended, Host, Output};

use super::report::{Held, Report, Used, ending, since, status_of};
use super::resource::Rlimit;
use super::{died, processes};

/// Runs `command` under `rlimits`, by prlimit(1), and tells what it died of.
///
/// # Errors
/// Says why it could not be run.
pub fn run(host: &Host, command: &[String], rlimits: &[Rlimit], output: Output) -> Result<Report, Fault> {
    refuse_unknown(command)?;
    let mut words = vec!["prlimit".to_owned()];
    words.extend(rlimits.iter().map(Rlimit::argument));
    words.push("--".to_owned());
    words.extend_from_slice(command);
    let mut most: Vec<Option<u64>> = vec![None; rlimits.len()];
    let start = Instant::now();
    let ended = host.attend(&words, output, &mut |attended| look(host, attended, rlimits, &mut most));
    let ended = ended.map_err(|error| cannot_run("prlimit", &error))?;
    let seconds = since(start);
    let (status, signal) = status_of(ended);
    let limits: Vec<Held> = rlimits.iter().zip(most).map(|(rlimit, most)| held(rlimit, most)).collect();
    let died = (status != 0).then(|| died::judge(signal, rlimits, &limits));
    let ending = ending(status, signal);
    Ok(Report {
        command: command.to_vec(),
        status,
        signal,
        seconds,
        used: Used::default(),
        verdict: died.as_ref().map_or_else(|| ending.clone(), |died| format!("{ending}: {}", died.because)),
        died_of: died.and_then(|died| died.of),
        limits,
    })
}

/// prlimit(1) would say so as well, but in its own name.
pub(super) fn refuse_unknown(command: &[String]) -> Result<(), Fault> {
    let program = command.first().map(String::as_str).unwrap_or_default();
    match which::which(program) {
        Ok(_) => Ok(()),
        Err(_) => {
            let message = format!("there is no program `{program}`");
            Err(Fault::new(Exit::Usage, message)
                .hint("what follows `--` is run as it stands, and not by a shell"))
        }
    }
}

pub(super) fn cannot_run(program: &str, error: &std::io::Error) -> Fault {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Fault::new(Exit::Failed, format!("`{program}` is not installed, and sets the limits"))
        }
        _ => Fault::new(Exit::Failed, format!("cannot run `{program}`: {error}")),
    }
}

fn held(rlimit: &Rlimit, most: Option<u64>) -> Held {
    Held { name: rlimit.resource.name.to_owned(), limit: rlimit.amount(), most }
}

/// Each process has the limits for itself, so that the one that has most counts.
fn look(host: &Host, attended: Attended, rlimits: &[Rlimit], most: &mut [Option<u64>]) {
    for pid in processes::family(host, attended.pid) {
        for (rlimit, most) in rlimits.iter().zip(most.iter_mut()) {
            *most = (*most).max(processes::most(host, pid, rlimit.resource));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(limits: &[&str], script: &str) -> Report {
        let rlimits: Vec<Rlimit> = limits.iter().map(|text| text.parse().unwrap()).collect();
        let command = ["sh", "-c", script].map(str::to_owned);
        run(&Host::live(), &command, &rlimits, Output::Error).unwrap()
    }

    #[test]
    fn what_survives_is_said_to() {
        let report = ran(&["as=1G", "nofile=64"], "sleep 0.2");
        assert!(report.survived(), "{}", report.verdict);
        assert_eq!((report.died_of, report.verdict.as_str()), (None, "it ran to its end"));
        assert!(report.limits.iter().all(|held| held.most > Some(0)), "{:?}", report.limits);
    }

    #[test]
    fn what_it_died_of_is_told() {
        let report = ran(&["cpu=1"], "while :; do :; done");
        assert_eq!(report.died_of.as_deref(), Some("cpu"), "{}", report.verdict);
        let file = tempfile::NamedTempFile::new().unwrap();
        let script = format!("head -c 100000 /dev/zero > '{}'", file.path().display());
        let report = ran(&["fsize=10K"], &script);
        assert_eq!((report.status, report.died_of.as_deref()), (153, Some("fsize")), "{}", report.verdict);
        assert_eq!(ran(&["as=1G"], "exit 3").status, 3);
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let fault = run(&Host::live(), &["no-such-program".to_owned()], &[], Output::Error).unwrap_err();
        assert_eq!(
            (fault.exit, fault.to_string().as_str()),
            (Exit::Usage, "there is no program `no-such-program`")
        );
    }
}
