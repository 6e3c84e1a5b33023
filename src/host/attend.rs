//! Runs a program of the caller's in the foreground, and looks at it while it runs.

use std::io;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, getpid, kill_process, waitpid};

use crate::sys::foreground::Foreground;

use super::Host;

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// When a terminal stops us and the program together (Ctrl-Z) and lets both go on, we may wake up first: what is still stopped after so
/// many looks was stopped alone.
const LOOKS_UNTIL_ALONE: u32 = 3;

/// Where the output of the program goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Where ours goes.
    Same,
    /// To standard error: what we have to say ourselves stands on standard output.
    Error,
}

/// What the program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// What we would read.
    Same,
    /// Nothing.
    Empty,
}

/// What it means that the program stops itself (SIGSTOP).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It waits to be looked at for the last time, and goes on when it is told (SIGUSR1); what matters are its children.
    Gate,
    /// Nothing for us.
    Own,
}

/// How a program is attended.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'f> {
    /// Who hears the signals meanwhile.
    pub foreground: &'f Foreground,
    /// Where its output goes.
    pub output: Output,
    /// What it reads.
    pub input: Input,
    /// What it means that it stops.
    pub stop: Stop,
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
    /// Runs `words`, the first of which is the program, with the caller's environment, and calls `look` many times a second. What asks us
    /// to end is passed on to it; asked twice, it is killed. Where it is stopped by the terminal, we stop as well.
    ///
    /// # Errors
    /// Says why it could not be started. In a tree no program is run (EINVAL).
    pub fn attend(
        &self,
        words: &[String],
        manner: Manner<'_>,
        look: &mut dyn FnMut(Attended),
    ) -> io::Result<Ended> {
        let Some((program, arguments)) = words.split_first().filter(|_| self.is_live()) else {
            return Err(Errno::INVAL.into());
        };
        let path = which::which(program).map_err(|_| io::Error::from(Errno::NOENT))?;
        let stdin = if manner.input == Input::Empty { Stdio::null() } else { Stdio::inherit() };
        let stdout = match manner.output {
            Output::Same => Stdio::inherit(),
            Output::Error => Stdio::from(io::stderr()),
        };
        #[expect(clippy::disallowed_methods, reason = "the one place that runs programs of the caller's")]
        let child = Command::new(path).args(arguments).stdin(stdin).stdout(stdout).spawn()?;
        // Waited for by number: a child that stops is nothing that the standard library tells of.
        let pid = Pid::from_child(&child);
        Attendance { host: self, pid, number: child.id(), manner, stopped_for: None, asked: 0 }
            .until_end(look)
    }

    /// The signals that whoever started this program had it ignore, as SigIgn in proc_pid_status(5) has them.
    pub fn ignored_signals(&self) -> u64 {
        let status = if self.is_live() { self.read("/proc/self/status") } else { Ok(String::new()) };
        let status = status.unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
    }
}

/// A program that runs.
struct Attendance<'h> {
    host: &'h Host,
    pid: Pid,
    number: u32,
    manner: Manner<'h>,
    /// For how many looks the terminal has had it stopped.
    stopped_for: Option<u32>,
    /// How often we were asked to end.
    asked: u32,
}

impl Attendance<'_> {
    fn until_end(mut self, look: &mut dyn FnMut(Attended)) -> io::Result<Ended> {
        loop {
            let options = WaitOptions::NOHANG | WaitOptions::UNTRACED | WaitOptions::CONTINUED;
            match waitpid(Some(self.pid), options) {
                Ok(Some((_, status))) => match ended(status) {
                    Some(ended) => return Ok(ended),
                    None => self.has_stopped(status, look)?,
                },
                Ok(None) => {
                    look(Attended { pid: self.number, is_last: false });
                    self.stop_with_it()?;
                    thread::sleep(BETWEEN_LOOKS);
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            if let Some(signal) = self.manner.foreground.was_asked_to_end() {
                self.pass_on(signal)?;
            }
        }
    }

    fn has_stopped(&mut self, status: WaitStatus, look: &mut dyn FnMut(Attended)) -> io::Result<()> {
        let by = status.stopping_signal().and_then(Signal::from_named_raw);
        if by == Some(Signal::STOP) && self.manner.stop == Stop::Gate {
            look(Attended { pid: self.number, is_last: true });
            kill_process(self.pid, Signal::USR1)?;
            kill_process(self.pid, Signal::CONT)?;
        }
        let is_by_terminal = by.is_some_and(|by| [Signal::TSTP, Signal::TTIN, Signal::TTOU].contains(&by));
        self.stopped_for = is_by_terminal.then_some(0);
        Ok(())
    }

    /// So that the shell gets its terminal back. Nobody stops where nobody could let us go on: the kernel sees to that.
    fn stop_with_it(&mut self) -> io::Result<()> {
        let Some(looks) = &mut self.stopped_for else { return Ok(()) };
        *looks = looks.saturating_add(1);
        if *looks == LOOKS_UNTIL_ALONE {
            kill_process(getpid(), Signal::TSTP)?;
            kill_process(self.pid, Signal::CONT)?;
        }
        Ok(())
    }

    /// Whoever does not listen the first time is killed the second time.
    fn pass_on(&mut self, signal: i32) -> io::Result<()> {
        self.asked = self.asked.saturating_add(1);
        let signal = Signal::from_named_raw(signal).filter(|_| self.asked == 1).unwrap_or(Signal::KILL);
        for pid in self.those_that_matter() {
            // It may be gone by now.
            let _ = kill_process(pid, signal).and_then(|()| kill_process(pid, Signal::CONT));
        }
        Ok(())
    }

    /// A gate only waits: its child is the program.
    fn those_that_matter(&self) -> Vec<Pid> {
        let path = format!("/proc/{0}/task/{0}/children", self.number);
        let children = match self.manner.stop {
            Stop::Gate => self.host.read(&path).unwrap_or_default(),
            Stop::Own => String::new(),
        };
        let numbers = children.split_ascii_whitespace().filter_map(|word| word.parse().ok());
        let children: Vec<Pid> = numbers.filter_map(Pid::from_raw).collect();
        if children.is_empty() { vec![self.pid] } else { children }
    }
}

fn ended(status: WaitStatus) -> Option<Ended> {
    status.exit_status().map(Ended::Status).or_else(|| status.terminating_signal().map(Ended::Signal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::interruption;

    fn attended(script: &str, stop: Stop, input: Input) -> (Ended, Vec<Attended>) {
        let _alone = interruption::alone();
        let words = ["sh", "-c", script].map(str::to_owned);
        let foreground = Foreground::begin(0).unwrap();
        let manner = Manner { foreground: &foreground, output: Output::Error, input, stop };
        let mut looks = Vec::new();
        let ended = Host::live().attend(&words, manner, &mut |attended| looks.push(attended)).unwrap();
        (ended, looks)
    }

    #[test]
    fn how_it_ended_is_told() {
        assert_eq!(attended("exit 3", Stop::Own, Input::Same).0, Ended::Status(3));
        assert_eq!(attended("kill -KILL $$", Stop::Own, Input::Same).0, Ended::Signal(9));
        let words = ["no-such-program-anywhere".to_owned()];
        let foreground = Foreground::begin(0).unwrap();
        let manner =
            Manner { foreground: &foreground, output: Output::Error, input: Input::Empty, stop: Stop::Own };
        let none = Host::live().attend(&words, manner, &mut |_| {}).unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_gate_is_looked_at_once_more_and_goes_on() {
        let (ended, looks) = attended("trap : USR1; kill -STOP $$; exit 7", Stop::Gate, Input::Same);
        assert_eq!(ended, Ended::Status(7));
        assert_eq!(looks.iter().filter(|look| look.is_last).count(), 1);
        assert!(looks.iter().all(|look| look.pid == looks[0].pid));
    }

    #[test]
    fn what_stops_for_others_stays_stopped() {
        let script = "(sleep 0.3; kill -CONT $$) & kill -STOP $$; exit 7";
        let (ended, looks) = attended(script, Stop::Own, Input::Same);
        assert_eq!(ended, Ended::Status(7));
        assert!(looks.len() >= 10 && looks.iter().all(|look| !look.is_last), "{} looks", looks.len());
    }

    #[test]
    fn an_empty_input_is_empty() {
        let script = "test \"$(readlink /proc/$$/fd/0)\" = /dev/null";
        assert_eq!(attended(script, Stop::Own, Input::Empty).0, Ended::Status(0));
    }
}
