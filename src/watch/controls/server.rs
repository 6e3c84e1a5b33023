//! The watchdog's side.

use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd};
use rustix::io::Errno;
use rustix::net::SocketFlags;

use super::answer::Answer;
use super::caller::{Connected, Stage};
use super::place::{Place, Unavailable};
use super::request::Request;

/// Callers at the same time; others wait in the kernel.
const MOST: usize = 8;

/// Who is turned away or taken in between two ticks: a flood shall not keep the watchdog from its work.
const MOST_AT_ONCE: usize = 32;

/// The socket and those who are connected.
#[derive(Debug)]
pub struct Controls {
    place: Place,
    /// Made for [`MOST`], and never grows; of the room for those who are not there nothing is in memory.
    callers: Vec<Connected>,
    serial: u64,
    own: u32,
}

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller(u64);

impl Controls {
    /// Listens at `path`, such as [`super::PATH`]; its folder is made if it is not there.
    ///
    /// # Errors
    /// Says that another watchdog has it, or what stands in the way.
    pub fn new(path: &str) -> Result<Self, Unavailable> {
        let own = rustix::process::geteuid().as_raw();
        Ok(Self { place: Place::take(path)?, callers: Vec::with_capacity(MOST), serial: 0, own })
    }

    /// What the loop shall wait for beside its timer.
    pub fn interests(&self) -> impl Iterator<Item = (BorrowedFd<'_>, PollFlags)> {
        // While there is no room, who else wants something waits in the kernel, and wakes nobody.
        let has_room = self.callers.len() < MOST;
        let listener = has_room.then(|| (self.place.listener.as_fd(), PollFlags::IN));
        let of_callers = self.callers.iter().filter_map(Connected::interest);
        listener.into_iter().chain(of_callers.map(|(socket, flags)| (socket.as_fd(), flags)))
    }

    /// When [`Controls::serve`] has to be called at the latest, in milliseconds on the clock that it is given; `None` while nobody calls.
    pub fn deadline(&self) -> Option<u64> {
        self.callers.iter().map(Connected::deadline).min()
    }

    /// Takes callers in, hears and answers them as far as that goes without waiting, and lets go of those who are idle. `now` is in
    /// milliseconds on any clock that does not go back.
    pub fn serve(&mut self, now: u64) {
        self.go_on(now);
        for _ in 0..MOST_AT_ONCE {
            if self.callers.len() >= MOST {
                break;
            }
            let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
            let socket = match rustix::net::accept_with(&self.place.listener, flags) {
                Ok(socket) => socket,
                Err(Errno::INTR | Errno::CONNABORTED) => continue,
                // Nobody is there, or no more can be opened: the next tick sees.
                Err(_) => break,
            };
            if may_ask(&socket, self.own) {
                self.serial = self.serial.wrapping_add(1);
                self.callers.push(Connected::new(socket, self.serial, now));
            }
        }
        self.go_on(now);
    }

    /// The next who asks for something; each is given once, and gets its [`Controls::answer`].
    pub fn next_request(&mut self) -> Option<(Caller, Request)> {
        self.callers.iter_mut().find_map(|caller| {
            let Stage::Asks(request) = caller.stage else { return None };
            caller.stage = Stage::Waits;
            Some((Caller(caller.serial), request))
        })
    }

    /// Answers `caller`, at once as far as that goes without waiting; whoever has gone meanwhile gets nothing.
    pub fn answer(&mut self, caller: Caller, answer: &Answer, now: u64) {
        let Some(place) = self.callers.iter().position(|connected| connected.serial == caller.0) else {
            return;
        };
        let stays = self.callers.get_mut(place).is_some_and(|connected| {
            connected.say(answer, now);
            connected.goes_on(now)
        });
        if !stays {
            self.callers.swap_remove(place);
        }
    }

    fn go_on(&mut self, now: u64) {
        self.callers.retain_mut(|caller| caller.goes_on(now));
    }
}

/// The mode of the socket says the same; this holds even where somebody has changed that.
fn may_ask(socket: impl AsFd, own: u32) -> bool {
    let user = rustix::net::sockopt::socket_peercred(socket).map(|peer| peer.uid.as_raw());
    user.is_ok_and(|user| user == 0 || user == own)
}

#[cfg(test)]
mod tests;
