//! The helper's whole life: it starts what it is asked to, ends what takes too long, and goes when the watchdog does and nothing is left.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, write};
use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::answer::{Answer, Outcome};
use super::child::Child;
use super::request::{ROOM, Request};

/// With so many that do not go away no other is started.
const MOST: usize = 8;

/// Serves until the watchdog is gone.
#[inline(never)]
pub(super) fn serve(socket: &OwnedFd) {
    become_another();
    let mut helper = Helper { socket, children: Vec::new(), is_alone: false };
    while !(helper.is_alone && helper.children.is_empty()) {
        helper.turn();
    }
}

/// What the watchdog has for itself is not for the helper, nor for hooks: Ctrl-C on its terminal, its protection from the kernel's own kills,
/// its name.
fn become_another() {
    let _ = rustix::process::setsid();
    put(c"/proc/self/oom_score_adj", b"0");
    put(c"/proc/self/comm", b"memtune-hooks");
}

fn put(path: &std::ffi::CStr, text: &[u8]) {
    if let Ok(file) = open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty()) {
        let _ = write(&file, text);
    }
}

struct Helper<'a> {
    socket: &'a OwnedFd,
    children: Vec<Child>,
    is_alone: bool,
}

impl Helper<'_> {
    fn turn(&mut self) {
        let (is_asked, over) = self.wait();
        for place in over.into_iter().rev() {
            let mut child = self.children.swap_remove(place);
            let answer = child.finish();
            self.say(answer);
        }
        for place in 0..self.children.len() {
            let answer = self.children.get_mut(place).and_then(Child::tick);
            self.say(answer);
        }
        if is_asked {
            self.hear();
        }
    }

    /// Whether there is a request, and which children are over, in rising order.
    fn wait(&self) -> (bool, Vec<usize>) {
        let readable = |file| PollFd::from_borrowed_fd(file, PollFlags::IN);
        let mut files: Vec<PollFd<'_>> = self.children.iter().map(|child| readable(child.handle())).collect();
        if !self.is_alone {
            files.push(readable(self.socket.as_fd()));
        }
        let left = self.children.iter().filter_map(Child::left).min();
        let timeout = left.and_then(|left| Timespec::try_from(left + Duration::from_millis(1)).ok());
        if poll(&mut files, timeout.as_ref()).is_err() {
            return (false, Vec::new());
        }
        let ready = |file: &PollFd<'_>| !file.revents().is_empty();
        let (children, socket) = files.split_at(self.children.len());
        let over = children.iter().enumerate().filter(|(_, file)| ready(file)).map(|(place, _)| place);
        (socket.iter().any(ready), over.collect())
    }

    /// Not a part of whoever calls it: the room for a request would be on the stack of the helper, and of the watchdog that it is a copy
    /// of, whether or not there ever is one.
    #[inline(never)]
    fn hear(&mut self) {
        let mut buffer = [0; ROOM];
        let length = match recv(self.socket, &mut buffer, RecvFlags::DONTWAIT) {
            Ok((_, length)) if length > 0 => length,
            Err(Errno::AGAIN | Errno::INTR) => return,
            _ => return self.is_alone = true,
        };
        let Some(request) = buffer.get(..length).and_then(Request::parse) else { return };
        let refused = |outcome| Some(Answer { id: request.id, outcome, took: 0 });
        if self.children.len() >= MOST {
            return self.say(refused(Outcome::TooMany));
        }
        match Child::start(&request) {
            Ok(child) => self.children.push(child),
            Err(error) => self.say(refused(Outcome::NotStarted(error.raw_os_error().unwrap_or_default()))),
        }
    }

    /// A watchdog that does not listen is told nothing.
    fn say(&self, answer: Option<Answer>) {
        if let Some(answer) = answer {
            let _ = send(self.socket, &answer.to_bytes(), SendFlags::NOSIGNAL | SendFlags::DONTWAIT);
        }
    }
}
