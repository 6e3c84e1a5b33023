//! The watchdog's side: it asks the helper to start hooks, and hears how they ended, without ever waiting.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use arrayvec::ArrayVec;
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair};
use rustix::process::Pid;

use crate::sys::bounded_text::BoundedText;
use crate::sys::fork::{Side, fork};
use crate::watch::account::telling::Telling;

use super::answer::{Answer, LENGTH};
use super::environment;
use super::helper;
use super::request::{ENVIRONMENT_ROOM, ROOM, write};

/// So many at once.
const AT_ONCE: usize = 4;

/// A hook that runs, as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running(u32);

/// Why a hook does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRun {
    /// Others do, as many as may.
    OthersRun,
    /// Its words are too long, or none.
    Words,
    /// The helper is behind.
    HelperIsBehind,
    /// The helper is gone; no hook runs any more.
    HelperIsGone,
}

/// The end of a sentence that begins with the hook.
impl fmt::Display for NotRun {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OthersRun => write!(formatter, "was not started: {AT_ONCE} others run"),
            Self::Words => formatter.write_str("was not started: its words are too long, or none"),
            Self::HelperIsBehind => formatter.write_str("was not started: who starts them is behind"),
            Self::HelperIsGone => {
                formatter.write_str("was not started: who starts them was killed, and no other will be")
            }
        }
    }
}

/// Hooks, with the helper that starts them.
#[derive(Debug)]
pub struct Hooks {
    socket: OwnedFd,
    helper: Pid,
    running: ArrayVec<(Running, &'static str), AT_ONCE>,
    last: u32,
    is_gone: bool,
    environment: BoundedText,
    request: BoundedText,
}

impl Hooks {
    /// Makes the helper. To be called first of all, while there is one thread, nothing is locked, and nothing is open that a hook should
    /// not have. In the helper this does not return: the process ends with the watchdog.
    ///
    /// # Errors
    /// Where the process has more than one thread, or the kernel has no room for another.
    pub fn start() -> io::Result<Self> {
        let (own, others) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        match fork()? {
            Side::Child => {
                drop(own);
                helper::serve(&others);
                std::process::exit(0)
            }
            Side::Parent(helper) => Ok(Self {
                socket: own,
                helper,
                running: ArrayVec::new(),
                last: 0,
                is_gone: false,
                environment: BoundedText::with_limit(ENVIRONMENT_ROOM),
                request: BoundedText::with_limit(ROOM),
            }),
        }
    }

    /// The helper, which belongs to the watchdog and is never a victim.
    pub fn helper(&self) -> Pid {
        self.helper
    }

    /// Can be read once a hook is over; `None` where the helper is gone, and nothing more will come.
    pub fn handle(&self) -> Option<BorrowedFd<'_>> {
        (!self.is_gone).then(|| self.socket.as_fd())
    }

    /// Has a program started with its arguments; `name` is that of the hook in the settings. It is ended once `limit` is over.
    ///
    /// # Errors
    /// Says why it does not run.
    pub fn run(
        &mut self,
        name: &'static str,
        words: &[String],
        limit: Duration,
        telling: &Telling<'_>,
    ) -> Result<Running, NotRun> {
        if self.is_gone {
            return Err(NotRun::HelperIsGone);
        }
        if self.running.is_full() {
            return Err(NotRun::OthersRun);
        }
        environment::write(telling, name, &mut self.environment);
        self.last = self.last.wrapping_add(1);
        if !write(&mut self.request, self.last, limit, words, self.environment.as_bytes()) {
            return Err(NotRun::Words);
        }
        match send(&self.socket, self.request.as_bytes(), SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
            Ok(_) => {
                let running = Running(self.last);
                let _ = self.running.try_push((running, name));
                Ok(running)
            }
            Err(Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN | Errno::CONNREFUSED) => {
                self.helper_is_gone();
                Err(NotRun::HelperIsGone)
            }
            Err(_) => Err(NotRun::HelperIsBehind),
        }
    }

    /// The next hook that is over, by its name, if there is one.
    pub fn answer(&mut self) -> Option<(&'static str, Answer)> {
        let mut buffer = [0; LENGTH];
        let length = match recv(&self.socket, &mut buffer, RecvFlags::DONTWAIT) {
            Ok((_, 0)) | Err(Errno::CONNRESET) => {
                self.helper_is_gone();
                return None;
            }
            Ok((_, length)) => length,
            Err(_) => return None,
        };
        let answer = Answer::from_bytes(buffer.get(..length)?)?;
        let place = self.running.iter().position(|(running, _)| running.0 == answer.id)?;
        Some((self.running.remove(place).1, answer))
    }

    /// Whether it still runs. The helper ends it when its time is over; who waits for it should still have a bound of its own.
    pub fn is_running(&self, hook: Running) -> bool {
        self.running.iter().any(|(running, _)| *running == hook)
    }

    /// Whether the helper was killed: no hook runs any more.
    pub fn is_gone(&self) -> bool {
        self.is_gone
    }

    fn helper_is_gone(&mut self) {
        self.is_gone = true;
        self.running.clear();
        // It was ours to wait for.
        let _ = rustix::process::waitpid(Some(self.helper), rustix::process::WaitOptions::NOHANG);
    }
}
