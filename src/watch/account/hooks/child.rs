//! A hook that runs, as the helper sees it.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal};

use super::answer::{Answer, Outcome};
use super::request::Request;

/// Where the journal takes the output of programs.
const JOURNAL: &str = "/run/systemd/journal/stdout";
/// Name, no unit, priority 6, `<N>` in front of a line heeded, nothing passed on.
const JOURNAL_HEAD: &[u8] = b"memtune-hook\n\n6\n1\n0\n0\n0\n";

/// A running program at the head of its own process group.
#[derive(Debug)]
pub(super) struct Child {
    id: u32,
    child: std::process::Child,
    handle: OwnedFd,
    group: Pid,
    started: Instant,
    limit: Duration,
    is_answered: bool,
}

impl Child {
    /// Starts it.
    pub(super) fn start(request: &Request<'_>) -> io::Result<Self> {
        let (program, arguments) = request.words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let (output, errors) = output();
        #[expect(
            clippy::disallowed_methods,
            reason = "the helper is no part of the house that host/ serves: it has no tree, and ends what it starts"
        )]
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(request.environment.iter().copied())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn()?;
        let group =
            i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidData)?;
        // It is not waited for yet, so that its number is its own even where it is over already.
        let handle = pidfd_open(group, PidfdFlags::empty()).inspect_err(|_| {
            let _ = child.kill();
            let _ = child.wait();
        })?;
        let started = Instant::now();
        Ok(Self { id: request.id, child, handle, group, started, limit: request.limit, is_answered: false })
    }

    /// Can be read once it is over.
    pub(super) fn handle(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }

    /// How long it may still take; `None` where it was killed, and only its end is waited for.
    pub(super) fn left(&self) -> Option<Duration> {
        (!self.is_answered).then(|| self.limit.saturating_sub(self.started.elapsed()))
    }

    /// It is over: what it left in its group is killed, and it is waited for.
    pub(super) fn finish(&mut self) -> Option<Answer> {
        // As long as nobody has waited for it, nobody else's group can have its number.
        let _ = kill_process_group(self.group, Signal::KILL);
        let status = self.child.wait();
        let outcome = match status {
            Ok(status) => match (status.code(), status.signal()) {
                (Some(code), _) => Outcome::Exited(code),
                (None, signal) => Outcome::Signalled(signal.unwrap_or_default()),
            },
            Err(error) => Outcome::NotStarted(error.raw_os_error().unwrap_or_default()),
        };
        let is_news = !std::mem::replace(&mut self.is_answered, true);
        is_news.then(|| self.answer(outcome))
    }

    /// Where its time is over, it is killed with its group, and that is the answer; it may take longer until it is gone.
    pub(super) fn tick(&mut self) -> Option<Answer> {
        if !self.left()?.is_zero() {
            return None;
        }
        let _ = pidfd_send_signal(&self.handle, Signal::KILL);
        let _ = kill_process_group(self.group, Signal::KILL);
        self.is_answered = true;
        Some(self.answer(Outcome::TimedOut))
    }

    fn answer(&self, outcome: Outcome) -> Answer {
        let took = u32::try_from(self.started.elapsed().as_millis()).unwrap_or(u32::MAX);
        Answer { id: self.id, outcome, took }
    }
}

/// The journal, or our own standard error where there is none.
fn output() -> (Stdio, Stdio) {
    let journal = UnixStream::connect(JOURNAL).and_then(|mut journal| {
        journal.set_write_timeout(Some(Duration::from_secs(1)))?;
        journal.write_all(JOURNAL_HEAD)?;
        Ok((journal.try_clone()?, journal))
    });
    match journal {
        Ok((output, errors)) => (OwnedFd::from(output).into(), OwnedFd::from(errors).into()),
        Err(_) => {
            let own =
                || io::stderr().as_fd().try_clone_to_owned().map_or_else(|_| Stdio::null(), Stdio::from);
            (own(), own())
        }
    }
}
