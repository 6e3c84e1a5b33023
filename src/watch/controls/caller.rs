//! One caller, from the first byte to the last.

use std::io::{self, Write};

use arrayvec::ArrayVec;
use rustix::event::PollFlags;
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};

use super::answer::Answer;
use super::request::Request;

/// No request is longer, in bytes, without its end.
const LONGEST_REQUEST: usize = 63;

/// The longest answer is one to `status` whose texts are all quotes.
const LONGEST_ANSWER: usize = 8 << 10;

/// Whoever says nothing, or does not listen, for so long is let go of, in milliseconds.
pub(super) const PATIENCE: u64 = 2_000;

/// The watchdog itself may take so long to answer: it may be ending a job.
const OWN_PATIENCE: u64 = 30_000;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its line is not complete.
    Hearing,
    /// It asks.
    Asks(Request),
    /// It waits for the answer.
    Waits,
    /// The answer is on its way.
    Answering,
}

/// Somebody who is connected.
#[derive(Debug)]
pub(super) struct Connected {
    socket: OwnedFd,
    /// Which of all callers so far.
    pub(super) serial: u64,
    /// Since when it has been at its stage, in milliseconds.
    since: u64,
    pub(super) stage: Stage,
    heard: ArrayVec<u8, LONGEST_REQUEST>,
    answer: ArrayVec<u8, LONGEST_ANSWER>,
    sent: usize,
}

impl Connected {
    pub(super) fn new(socket: OwnedFd, serial: u64, now: u64) -> Self {
        Self {
            socket,
            serial,
            since: now,
            stage: Stage::Hearing,
            heard: ArrayVec::new(),
            answer: ArrayVec::new(),
            sent: 0,
        }
    }

    /// What to wait for on its socket; `None` where it is the watchdog's turn.
    pub(super) fn interest(&self) -> Option<(&OwnedFd, PollFlags)> {
        match self.stage {
            Stage::Hearing => Some((&self.socket, PollFlags::IN)),
            Stage::Answering => Some((&self.socket, PollFlags::OUT)),
            Stage::Asks(_) | Stage::Waits => None,
        }
    }

    /// When it will be let go of, in milliseconds.
    pub(super) fn deadline(&self) -> u64 {
        let patience = if self.interest().is_some() { PATIENCE } else { OWN_PATIENCE };
        self.since.saturating_add(patience)
    }

    /// Goes on as far as it can without waiting; says whether there is more to come.
    pub(super) fn goes_on(&mut self, now: u64) -> bool {
        if now >= self.deadline() {
            return false;
        }
        if self.stage == Stage::Hearing && !self.hear(now) {
            return false;
        }
        self.stage != Stage::Answering || self.send()
    }

    /// Says whether the caller is still there.
    fn hear(&mut self, now: u64) -> bool {
        let mut bytes = [0; LONGEST_REQUEST + 1];
        let count = match rustix::net::recv(&self.socket, &mut bytes, RecvFlags::DONTWAIT) {
            // Half a line is none.
            Ok((0, _)) => return false,
            Ok((count, _)) => count,
            Err(Errno::AGAIN | Errno::INTR) => return true,
            Err(_) => return false,
        };
        for &byte in bytes.iter().take(count) {
            if byte == b'\n' {
                self.asks(now);
                return true;
            }
            if self.heard.try_push(byte).is_err() {
                self.say(&Answer::refused("a request has 63 bytes at the most"), now);
                return true;
            }
        }
        true
    }

    fn asks(&mut self, now: u64) {
        match Request::parse(&self.heard) {
            Some(request) => {
                self.stage = Stage::Asks(request);
                self.since = now;
            }
            None => self.say(
                &Answer::refused("there is no such request: status, start, stop, print on, print off, lowmem, lowmem dry-run, reload"),
                now,
            ),
        }
    }

    /// Begins to answer.
    pub(super) fn say(&mut self, answer: &Answer, now: u64) {
        self.answer.clear();
        let fits = serde_json::to_writer(Room(&mut self.answer), answer).is_ok();
        if !fits || self.answer.try_push(b'\n').is_err() {
            self.answer.clear();
            let _ = self
                .answer
                .try_extend_from_slice(b"{\"answer\":\"refused\",\"why\":\"the answer is too long\"}\n");
        }
        self.sent = 0;
        self.stage = Stage::Answering;
        self.since = now;
    }

    /// Says whether there is more to send.
    fn send(&mut self) -> bool {
        while let Some(rest) = self.answer.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match rustix::net::send(&self.socket, rest, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(count) => self.sent = self.sent.saturating_add(count),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return true,
                Err(_) => return false,
            }
        }
        false
    }
}

/// Room of fixed size that takes all of what is written or nothing.
struct Room<'r>(&'r mut ArrayVec<u8, LONGEST_ANSWER>);

impl Write for Room<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.try_extend_from_slice(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(_) => Err(io::ErrorKind::WriteZero.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::tests::status;
    use super::*;

    #[test]
    fn the_longest_answer_fits() {
        let mut room = ArrayVec::new();
        serde_json::to_writer(Room(&mut room), &Answer::Status(status())).unwrap();
        assert!(room.len() > 2 * 512 && room.remaining_capacity() > 1024, "{}", room.len());
    }
}
