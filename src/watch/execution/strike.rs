//! The signals themselves.

use rustix::io::Errno;
use rustix::process::Signal;

use super::executioner::{Executioner, Phase};
use super::gathering::Gathering;
use super::guard::Guard;
use super::outcome::Errors;
use super::roll::Member;

/// The first look for newcomers after SIGKILL, in milliseconds.
const FIRST_LOOK: u64 = 20;

impl Executioner {
    /// Asks everybody on the roll who was not asked yet.
    pub(super) fn ask_all(&mut self) {
        let is_rehearsal = self.powers.is_rehearsal;
        for member in self.roll.held_mut().filter(|member| !member.got.asked) {
            member.got.asked = true;
            if !is_rehearsal && send(member, &self.guard, Signal::TERM, &mut self.outcome.errors) {
                // Who is stopped would not hear it.
                send(member, &self.guard, Signal::CONT, &mut self.outcome.errors);
            }
        }
    }

    /// Kills everybody, and who was forked while that was done.
    pub(super) fn strike(&mut self, now: u64) {
        self.guard.look_again(&self.processes);
        self.outcome.killed = self.outcome.killed.or(Some(now));
        if !matches!(self.phase, Phase::Ending { .. }) {
            self.phase = Phase::Ending { killed: now, next_look: now.saturating_add(FIRST_LOOK), looks: 0 };
        }
        self.stand_by();
        if self.powers.is_rehearsal {
            self.find_newcomers();
            return;
        }
        if self.kill_group() {
            self.outcome.by_group = true;
            self.gathering = Gathering::Done;
            self.kill_all();
        } else {
            self.gather(now);
            if self.gathering == Gathering::Done {
                self.stand_by();
            }
            self.kill_all();
            if self.gathering == Gathering::Done {
                self.thaw_group();
            }
        }
    }

    /// Where the kernel may keep their memory, it must be taken back between the signal and the moment at which they leave it. Of those who
    /// get none, nothing can be taken.
    pub(super) fn stand_by(&self) {
        if self.may_keep_memory {
            self.releaser.stand_by(self.roll.held().filter_map(|member| member.handle.as_ref()));
        }
    }

    /// Kills everybody on the roll who was not killed yet, as soon as all are found.
    pub(super) fn kill_all(&mut self) {
        if self.powers.is_rehearsal || self.gathering != Gathering::Done {
            return;
        }
        for member in self.roll.held_mut().filter(|member| !member.got.killed) {
            member.got.killed = true;
            member.got.accepted = send(member, &self.guard, Signal::KILL, &mut self.outcome.errors);
        }
    }

    fn kill_group(&mut self) -> bool {
        if !self.powers.group_kill || !self.may_touch_group() {
            return false;
        }
        let answer = self.group.as_ref().map(super::group::Group::kill);
        self.note_group(answer)
    }

    pub(super) fn freeze_group(&mut self) -> bool {
        if !self.may_touch_group() {
            return false;
        }
        let answer = self.group.as_ref().map(super::group::Group::freeze);
        self.note_group(answer)
    }

    /// Whatever became of it, nobody is left frozen.
    fn thaw_group(&mut self) {
        if self.may_touch_group() {
            let answer = self.group.as_ref().map(super::group::Group::thaw);
            self.note_group(answer);
        }
    }

    fn note_group(&mut self, answer: Option<Result<(), Errno>>) -> bool {
        // Without the file the kernel is older, or the group is gone: no fault.
        if let Some(Err(error)) = answer
            && ![Errno::NOENT, Errno::NODEV].contains(&error)
        {
            self.outcome.errors.group += 1;
        }
        answer == Some(Ok(()))
    }

    /// Whether the group may be ended as a whole, and nobody is in it who must not be.
    fn may_touch_group(&self) -> bool {
        let Some(group) = self.group.as_ref().filter(|_| self.is_by_group() && !self.guard.is_blind()) else {
            return false;
        };
        self.guard.protected().all(|pid| {
            let mut buffer = [0; 4096];
            self.processes.read(pid, "cgroup", &mut buffer).is_ok_and(|text| !group.holds(text))
        })
    }
}

/// Stops a member that was not stopped yet.
pub(super) fn stop(member: &mut Member, guard: &Guard, errors: &mut Errors) {
    if !member.got.stopped && !member.got.killed {
        member.got.stopped = true;
        send(member, guard, Signal::STOP, errors);
    }
}

/// Signals a member, unless it is one who is never signalled.
fn send(member: &mut Member, guard: &Guard, signal: Signal, errors: &mut Errors) -> bool {
    if member.got.denied || guard.forbids(member.target.pid) {
        return false;
    }
    let Some(handle) = &member.handle else { return false };
    match handle.send(signal) {
        Ok(()) => return true,
        Err(Errno::PERM) => {
            member.got.denied = true;
            errors.not_allowed += 1;
        }
        Err(Errno::SRCH) => errors.vanished += 1,
        Err(_) => errors.other += 1,
    }
    false
}
