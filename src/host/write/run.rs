//! Runs a program for what it does, not for what it prints.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal};

use crate::host::Host;

use super::lock::Lock;

/// systemd gives a unit 90 seconds to start.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// What has not ended soon will not be kept waiting by rarer looks.
const BETWEEN_LATER_LOOKS: Duration = Duration::from_millis(100);
const SOON: Duration = Duration::from_secs(1);

/// Who is asked to end has this long to put things back.
const LONGEST_FAREWELL: Duration = Duration::from_secs(60);

/// Where programs of the administrator lie, which are not in everybody's PATH.
const ADMINISTRATORS: &str = "/usr/local/sbin:/usr/sbin:/sbin";

/// No more is kept of what a program complains.
const LONGEST_COMPLAINT: u64 = 64 << 10;

/// How long a program may run.
#[derive(Clone, Copy, Debug)]
pub enum Patience<'l> {
    /// Two minutes.
    Usual,
    /// Until it has ended: a disk may need hours to give back what is swapped out. Should we be killed before it ends, it keeps the
    /// lock.
    Endless(Option<&'l Lock>),
}

impl Patience<'_> {
    fn limit(self) -> Option<Duration> {
        match self {
            Self::Usual => Some(LONGEST_WAIT),
            Self::Endless(_) => None,
        }
    }

    /// What the program finds in the place of its input: nothing to read, and with it the lock.
    fn input(self) -> io::Result<Stdio> {
        match self {
            Self::Endless(Some(lock)) => lock.share(),
            _ => Ok(Stdio::null()),
        }
    }
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Its exit status; `None` where a signal ended it, ours included.
    pub status: Option<i32>,
    /// The last line that it wrote to standard error.
    pub complaint: String,
}

impl Host {
    /// Runs `words`, the first of which is the program, with a neutral locale and no input. While it runs, `may_go_on` is asked again
    /// and again; when it does not want to, the program is asked to end. What the terminal sends to us (Ctrl-C) does not reach it.
    /// For `change/` only.
    ///
    /// # Errors
    /// Says why it could not be started. In a tree no program is run (EINVAL).
    pub fn run(
        &self,
        words: &[String],
        patience: Patience<'_>,
        may_go_on: &dyn Fn() -> ControlFlow<()>,
    ) -> io::Result<Ran> {
        let Some((program, arguments)) = words.split_first().filter(|_| self.is_live()) else {
            return Err(Errno::INVAL.into());
        };
        run_within(program, arguments, patience.input()?, patience.limit(), may_go_on)
    }
}

fn run_within(
    program: &str,
    arguments: &[String],
    input: Stdio,
    limit: Option<Duration>,
    may_go_on: &dyn Fn() -> ControlFlow<()>,
) -> io::Result<Ran> {
    let found = which::which(program).or_else(|_| which::which_in(program, Some(ADMINISTRATORS), "/"));
    let path = found.map_err(|_| io::Error::from(Errno::NOENT))?;
    #[expect(clippy::disallowed_methods, reason = "the one place that runs programs for what they do")]
    let mut child = Command::new(path)
        .args(arguments)
        .env("LC_ALL", "C")
        .env("SYSTEMD_COLORS", "0")
        .stdin(input)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // In our own group Ctrl-C would hit it as well, also while it takes back what was interrupted.
        .process_group(0)
        .spawn()?;
    let complaints = listen(&mut child);
    let status = wait(&mut child, limit, may_go_on)?;
    // A grandchild may keep the pipe open for good: what came until now is enough.
    let complaint = complaints.recv_timeout(Duration::from_millis(200)).unwrap_or_default();
    Ok(Ran { status, complaint: last_line(&complaint) })
}

fn listen(child: &mut Child) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut pipe) = child.stderr.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What could be read is worth telling, however the reading ended.
            let _ = pipe.by_ref().take(LONGEST_COMPLAINT).read_to_end(&mut bytes);
            let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
            // A full pipe would stop the program.
            let _ = io::copy(&mut pipe, &mut io::sink());
        });
    }
    receiver
}

fn wait(
    child: &mut Child,
    limit: Option<Duration>,
    may_go_on: &dyn Fn() -> ControlFlow<()>,
) -> io::Result<Option<i32>> {
    let start = Instant::now();
    while limit.is_none_or(|limit| start.elapsed() < limit) {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if may_go_on().is_break() {
            return ask_to_end(child);
        }
        thread::sleep(if start.elapsed() < SOON { BETWEEN_LOOKS } else { BETWEEN_LATER_LOOKS });
    }
    end(child)
}

/// swapoff, for one, puts the area back before it ends.
fn ask_to_end(child: &mut Child) -> io::Result<Option<i32>> {
    let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // It may have ended in this very moment.
    let _ = process.map(|process| rustix::process::kill_process(process, Signal::TERM));
    let start = Instant::now();
    while start.elapsed() < LONGEST_FAREWELL {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    end(child)
}

fn end(child: &mut Child) -> io::Result<Option<i32>> {
    // It may have ended in this very moment.
    let _ = child.kill();
    child.wait()?;
    Ok(None)
}

fn last_line(text: &str) -> String {
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn go_on() -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn run(typed: &[&str]) -> io::Result<Ran> {
        Host::live().run(&words(typed), Patience::Usual, &go_on)
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn how_a_program_ended_is_told() {
        let ran = run(&["sh", "-c", "echo first >&2; echo last >&2; exit 3"]).unwrap();
        assert_eq!(ran, Ran { status: Some(3), complaint: "last".to_owned() });
        assert_eq!(run(&["true"]).unwrap().status, Some(0));
        assert_eq!(run(&["no-such-program-anywhere"]).unwrap_err().raw_os_error(), Some(2));
    }

    #[test]
    fn a_program_that_complains_without_end_is_not_stopped_by_a_full_pipe() {
        let line = "i=0; while [ $i -lt 3000 ]; do echo $i-0123456789012345678901234567890123456789 >&2; i=$((i+1)); done";
        assert_eq!(
            run_within("sh", &words(&["-c", line]), Stdio::null(), Some(Duration::from_secs(60)), &go_on)
                .unwrap()
                .status,
            Some(0)
        );
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let ran =
            run_within("sleep", &words(&["600"]), Stdio::null(), Some(Duration::from_millis(50)), &go_on)
                .unwrap();
        assert_eq!(ran.status, None);
    }

    #[test]
    fn a_program_is_asked_to_end_and_may_put_things_back() {
        let start = Instant::now();
        let stop_soon = || {
            let is_time = start.elapsed() > Duration::from_millis(200);
            if is_time { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let line = "trap 'echo put back >&2; exit 7' TERM; while :; do sleep 0.05; done";
        let ran = Host::live().run(&words(&["sh", "-c", line]), Patience::Endless(None), &stop_soon).unwrap();
        assert_eq!(ran, Ran { status: Some(7), complaint: "put back".to_owned() });
    }

    #[test]
    fn in_a_tree_no_program_is_run() {
        let (_folder, host) = made_tree(&[("/etc/a", "x")]);
        assert!(host.run(&words(&["true"]), Patience::Usual, &go_on).is_err());
        assert!(run(&[]).is_err());
    }
}
