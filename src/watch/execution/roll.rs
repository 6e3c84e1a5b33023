//! The victim's processes: a table of fixed size, with a handle to as many of them as may be open at once.

use std::os::fd::{AsFd, BorrowedFd};

use crate::sys::process_handle::{AT_A_TIME, ProcessHandle, ended_among};

use super::victim::Target;

/// One of them.
#[derive(Debug)]
pub(super) struct Member {
    /// Who it is.
    pub(super) target: Target,
    /// Where it stands.
    pub(super) state: State,
    /// Given away once it has ended.
    pub(super) handle: Option<ProcessHandle>,
    /// What was done to it.
    pub(super) got: Got,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// No handle could be opened yet.
    Waiting,
    /// It can be signalled.
    Held,
    /// It has ended.
    Ended,
    /// It was somebody else by the time that a handle was opened.
    Dropped,
}

/// What was done to a member; accepted: it took SIGKILL, so that it is about to end; denied: it is not ours to
/// signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Got {
    pub(super) asked: bool,
    pub(super) stopped: bool,
    pub(super) killed: bool,
    pub(super) accepted: bool,
    pub(super) denied: bool,
    pub(super) release: bool,
}

/// The table.
#[derive(Debug)]
pub(super) struct Roll {
    members: Vec<Member>,
    capacity: usize,
    handles: usize,
    open: usize,
}

impl Roll {
    /// Makes room for so many members, of whom so many may have a handle at once.
    pub(super) fn with_capacity(capacity: usize, handles: usize) -> Self {
        Self { members: Vec::with_capacity(capacity), capacity, handles, open: 0 }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.members.clear();
        self.open = 0;
    }

    /// Adds one, with its handle or to wait for it; false where the table is full.
    pub(super) fn add(&mut self, target: Target, handle: Option<ProcessHandle>) -> bool {
        if self.members.len() >= self.capacity {
            return false;
        }
        let state = if handle.is_some() { State::Held } else { State::Waiting };
        self.open += usize::from(handle.is_some());
        self.members.push(Member { target, state, handle, got: Got::default() });
        true
    }

    /// Gives one that has waited what became of it.
    pub(super) fn settle(&mut self, place: usize, handle: Option<ProcessHandle>) {
        let Some(member) = self.members.get_mut(place) else { return };
        member.state = if handle.is_some() { State::Held } else { State::Dropped };
        self.open += usize::from(handle.is_some());
        member.handle = handle;
    }

    /// Whether one more handle may be opened.
    pub(super) fn has_room(&self) -> bool {
        self.open < self.handles
    }

    /// The next one that waits, from a place on.
    pub(super) fn waiting_from(&self, place: usize) -> Option<(usize, Target)> {
        let found =
            self.members.iter().enumerate().skip(place).find(|(_, member)| member.state == State::Waiting);
        found.map(|(place, member)| (place, member.target))
    }

    /// Whether it is on the roll, under this number and start.
    pub(super) fn contains(&self, target: Target) -> bool {
        self.members.iter().any(|member| member.target == target)
    }

    /// The handle of the member that has this number, if it can be signalled.
    pub(super) fn handle_of(&self, pid: u32) -> Option<&ProcessHandle> {
        let of_it = |member: &&Member| member.target.pid == pid && member.state == State::Held;
        self.members.iter().find(of_it)?.handle.as_ref()
    }

    /// Those that can be signalled and have not ended, as far as was seen.
    pub(super) fn held(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.state == State::Held)
    }

    /// The same, to be changed.
    pub(super) fn held_mut(&mut self) -> impl Iterator<Item = &mut Member> {
        self.members.iter_mut().filter(|member| member.state == State::Held)
    }

    /// Whether nobody is left who was not seen to end.
    pub(super) fn is_over(&self) -> bool {
        self.members.iter().all(|member| matches!(member.state, State::Ended | State::Dropped))
    }

    /// Their handles, to be polled: readable is who has ended.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.held().filter_map(|member| member.handle.as_ref()).map(AsFd::as_fd)
    }

    /// Looks who has ended since, and gives their handles back; says how many.
    pub(super) fn note_ends(&mut self) -> u32 {
        let mut ends = 0;
        for members in self.members.chunks_mut(AT_A_TIME) {
            let held = members.iter().filter_map(|member| member.handle.as_ref());
            let Ok(ended @ 1..) = ended_among(held) else { continue };
            let with_handle = members.iter_mut().filter(|member| member.handle.is_some()).enumerate();
            for (place, member) in with_handle {
                if ended >> place & 1 == 1 {
                    member.end();
                    ends += 1;
                }
            }
        }
        self.open = self.open.saturating_sub(ends as usize);
        ends
    }
}

impl Member {
    /// It has ended.
    fn end(&mut self) {
        self.state = State::Ended;
        self.handle = None;
    }
}
