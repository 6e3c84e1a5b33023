//! Runs a program of the caller's in the foreground, and looks at it while it runs.

use std::io;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, waitpid};

use crate::sys::foreground::Foreground;

use super::Host;

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Where the output of the program goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Where ours goes.
    Same,
    /// To standard error: what we have to say ourselves stands on standard output.
    Error,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
}

/// A program that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attended {
    /// Its number.
    pub pid: u32,
    /// Whether it has stopped itself to be looked at for the last time.
    pub is_last: bool,
}

impl Host {
    /// Runs `words`, the first of which is the program, with the caller's input and environment, and calls `look` many times a second. A
    /// program that stops itself (SIGSTOP) waits for one more look, and goes on. What asks us to end is passed on to it.
    ///
    /// # Errors
    /// Says why it could not be started. In a tree no program is run (EINVAL).
    pub fn attend(
        &self,
        words: &[String],
        output: Output,
        look: &mut dyn FnMut(Attended),
    ) -> io::Result<Ended> {
        let Some((program, arguments)) = words.split_first().filter(|_| self.is_live()) else {
            return Err(Errno::INVAL.into());
        };
        let path = which::which(program).map_err(|_| io::Error::from(Errno::NOENT))?;
        let foreground = Foreground::begin()?;
        let stdout = match output {
            Output::Same => Stdio::inherit(),
            Output::Error => Stdio::from(io::stderr()),
        };
        #[expect(clippy::disallowed_methods, reason = "the one place that runs programs of the caller's")]
        let child = Command::new(path).args(arguments).stdout(stdout).spawn()?;
        // Waited for by number: a child that stops is nothing that the standard library tells of.
        let pid = Pid::from_child(&child);
        loop {
            match waitpid(Some(pid), WaitOptions::NOHANG | WaitOptions::UNTRACED) {
                Ok(Some((_, status))) => {
                    if let Some(ended) = ended(status) {
                        return Ok(ended);
                    }
                    if status.stopping_signal() == Some(Signal::STOP.as_raw()) {
                        look(Attended { pid: child.id(), is_last: true });
                        kill_process(pid, Signal::CONT)?;
                    }
                }
                Ok(None) => {
                    look(Attended { pid: child.id(), is_last: false });
                    thread::sleep(BETWEEN_LOOKS);
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            if foreground.was_asked_to_end() {
                kill_process(pid, Signal::TERM)?;
            }
        }
    }
}

fn ended(status: WaitStatus) -> Option<Ended> {
    status.exit_status().map(Ended::Status).or_else(|| status.terminating_signal().map(Ended::Signal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attended(script: &str) -> (Ended, Vec<Attended>) {
        let words = ["sh", "-c", script].map(str::to_owned);
        let mut looks = Vec::new();
        let ended = Host::live().attend(&words, Output::Error, &mut |attended| looks.push(attended)).unwrap();
        (ended, looks)
    }

    #[test]
    fn how_it_ended_is_told() {
        assert_eq!(attended("exit 3").0, Ended::Status(3));
        assert_eq!(attended("kill -KILL $$").0, Ended::Signal(9));
        let words = ["no-such-program-anywhere".to_owned()];
        let none = Host::live().attend(&words, Output::Error, &mut |_| {}).unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_stops_itself_is_looked_at_once_more_and_goes_on() {
        let (ended, looks) = attended("kill -STOP $$; exit 7");
        assert_eq!(ended, Ended::Status(7));
        assert_eq!(looks.iter().filter(|look| look.is_last).count(), 1);
        assert!(looks.iter().all(|look| look.pid == looks[0].pid));
    }
}
