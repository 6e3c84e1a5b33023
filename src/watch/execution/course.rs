//! What is due at a tick, by where it is with the victim.

use super::clock::milliseconds;
use super::executioner::{Executioner, Phase};
use super::outcome::{End, Progress};
use super::victim::Moment;

/// While somebody ends it is looked again after so many milliseconds, should no handle tell before.
const PACE: u64 = 20;
/// While memory comes back, after so many.
const SETTLING_PACE: u64 = 50;
/// Between two later looks for newcomers, in milliseconds.
const BETWEEN_LOOKS: u64 = 250;
/// More looks than this one victim does not get.
const LOOKS: u32 = 40;
/// Who has not ended by itself so many milliseconds after SIGKILL is helped.
const SLOW: u64 = 20;
/// Of so many it is looked whether they still run.
const SAMPLED: usize = 64;
/// When it is looked how much came back at the last.
const A_SECOND: u64 = 1_000;

impl Executioner {
    /// Does what is due, and says how far it is. Never waits.
    pub fn tick(&mut self, now: Moment) -> Progress {
        self.recovery.note(now);
        self.outcome.freed = self.recovery.freed();
        self.outcome.rose_for = self.recovery.rose_for();
        match self.phase {
            Phase::Idle => Progress::Idle,
            Phase::Asked { until } => self.tick_asked(until, now.at),
            Phase::Ending { killed, next_look, looks } => self.tick_ending(killed, next_look, looks, now.at),
            Phase::Settling { gone } => self.tick_settling(gone, now.at),
            Phase::Past { until } => self.tick_past(until, now.at),
        }
    }

    /// By when [`tick`](Self::tick) wants to be called, in milliseconds on the monotonic clock; `None` where nothing is due.
    pub fn deadline(&self, now: u64) -> Option<u64> {
        match self.phase {
            Phase::Idle => None,
            Phase::Asked { until } => Some(until),
            Phase::Ending { .. } if self.is_gathering() => Some(now),
            Phase::Ending { .. } => Some(now.saturating_add(PACE)),
            Phase::Settling { .. } => Some(now.saturating_add(SETTLING_PACE)),
            Phase::Past { until } => Some(until),
        }
    }

    fn tick_asked(&mut self, until: u64, now: u64) -> Progress {
        self.note_ends(now);
        self.hold_waiting();
        self.ask_all();
        // Whom they leave behind has as much time as they had.
        if self.roll.is_over() && !self.has_more() {
            return self.gone(now);
        }
        if now < until {
            return Progress::Asked;
        }
        self.strike(now);
        Progress::Killed
    }

    fn tick_ending(&mut self, killed: u64, next_look: u64, looks: u32, now: u64) -> Progress {
        if self.powers.is_rehearsal {
            return self.over(End::Rehearsed, now);
        }
        self.note_ends(now);
        self.hold_waiting();
        self.kill_all();
        if self.is_gathering() {
            self.strike(now);
            return Progress::Ending;
        }
        if now >= next_look && looks < LOOKS {
            self.phase =
                Phase::Ending { killed, next_look: now.saturating_add(BETWEEN_LOOKS), looks: looks + 1 };
            if self.has_more() {
                self.strike(now);
            }
        }
        if self.roll.is_over() && (!self.has_more() || looks >= LOOKS) {
            return self.gone(now);
        }
        self.kill_all();
        self.help_the_slow(killed, now);
        if self.recovery.does_not_end(killed, milliseconds(self.powers.patience), now) {
            return self.give_up(now);
        }
        Progress::Ending
    }

    fn tick_settling(&mut self, gone: u64, now: u64) -> Progress {
        let settle = milliseconds(self.kill.settle);
        if !self.recovery.is_settled(gone, settle, now) {
            return Progress::Settling;
        }
        self.over(End::Gone, now)
    }

    fn tick_past(&mut self, until: u64, now: u64) -> Progress {
        if now < until {
            return Progress::Idle;
        }
        self.phase = Phase::Idle;
        self.outcome.freed_after_a_second = Some(self.recovery.freed());
        Progress::ASecondLater(self.outcome)
    }

    fn note_ends(&mut self, now: u64) {
        let ends = self.roll.note_ends();
        if ends > 0 {
            self.outcome.ended += ends;
            self.recovery.note_an_end(now);
        }
    }

    /// Whether somebody belongs to the victim who is not on the roll, where the group does not say that nobody does.
    fn has_more(&mut self) -> bool {
        let populated = self.is_by_group().then(|| self.group.as_ref()?.is_populated()).flatten();
        populated != Some(false) && self.find_newcomers().newcomers > 0
    }

    fn help_the_slow(&mut self, killed: u64, now: u64) {
        if now < killed.saturating_add(SLOW) {
            return;
        }
        let releaser = &self.releaser;
        for member in self.roll.held_mut().filter(|member| member.got.accepted && !member.got.release) {
            let Some(handle) = &member.handle else { continue };
            member.got.release = releaser.hand_over(handle);
            if !member.got.release {
                break;
            }
        }
        let sampled = self.roll.held().take(SAMPLED);
        let lives = sampled.filter_map(|member| self.processes.find(member.target.pid));
        let in_kernel = lives.fold(0u64, |sum, life| sum.saturating_add(life.in_kernel));
        self.recovery.note_work(in_kernel, now);
    }

    fn gone(&mut self, now: u64) -> Progress {
        self.outcome.gone = Some(now);
        self.phase = Phase::Settling { gone: now };
        Progress::Gone
    }

    pub(super) fn give_up(&mut self, now: u64) -> Progress {
        for member in self.roll.held() {
            self.overdue.add(member.target);
        }
        self.over(End::DoesNotEnd, now)
    }

    fn over(&mut self, end: End, now: u64) -> Progress {
        let (released, refused) = self.releaser.counts();
        self.outcome.released = released.wrapping_sub(self.released_before.0);
        self.outcome.release_refused = refused.wrapping_sub(self.released_before.1);
        self.outcome.end = end;
        self.roll.clear();
        self.group = None;
        let since = self.outcome.gone.unwrap_or(now);
        self.phase = Phase::Past { until: since.saturating_add(A_SECOND) };
        Progress::Over(self.outcome)
    }
}
