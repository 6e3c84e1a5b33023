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
    /// Its process group when it was held.
    process_group: u32,
    /// What was done to it.
    pub(super) got: Got,
}

/// What is known of one who can be signalled.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) handle: ProcessHandle,
    pub(super) process_group: u32,
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
    pub(super) fn add(&mut self, target: Target, held: Option<Held>) -> bool {
        if self.members.len() >= self.capacity {
            return false;
        }
        let member =
            Member { target, state: State::Waiting, handle: None, process_group: 0, got: Got::default() };
        self.members.push(member);
        if held.is_some() {
            self.settle(self.members.len() - 1, held);
        }
        true
    }

    /// Gives one that has waited what became of it.
    pub(super) fn settle(&mut self, place: usize, held: Option<Held>) {
        let Some(member) = self.members.get_mut(place) else { return };
        let Some(held) = held else {
            member.state = State::Dropped;
            return;
        };
        member.state = State::Held;
        member.process_group = held.process_group;
        member.handle = Some(held.handle);
        self.open += 1;
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

    /// Whether the member that has this number lives while this is asked.
    pub(super) fn lives(&self, pid: u32) -> bool {
        self.held().any(|member| member.target.pid == pid && member.lives())
    }

    /// Whether this process group was founded by a member, and somebody who was in it when he became a member lives while this is asked:
    /// then it is still the same group, however long its founder has been dead.
    pub(super) fn has_group(&self, process_group: u32) -> bool {
        let founded = |member: &Member| {
            member.target.pid == process_group && matches!(member.state, State::Held | State::Ended)
        };
        self.members.iter().any(founded)
            && self.held().any(|member| member.process_group == process_group && member.lives())
    }

    /// Those that can be signalled and have not ended, as far as was seen.
    pub(super) fn held(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.state == State::Held)
    }

    /// The same, to be changed.
    pub(super) fn held_mut(&mut self) -> impl Iterator<Item = &mut Member> {
        self.members.iter_mut().filter(|member| member.state == State::Held)
    }

    /// The one that was added last.
    pub(super) fn newest_mut(&mut self) -> Option<&mut Member> {
        self.members.last_mut()
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
    fn lives(&self) -> bool {
        self.handle.as_ref().is_some_and(|handle| handle.has_ended() == Ok(false))
    }

    /// It has ended.
    fn end(&mut self) {
        self.state = State::Ended;
        self.handle = None;
    }
}
