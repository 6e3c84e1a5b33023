//! Takes up a victim: holds its processes, sees who is left of them, and asks or kills them.

use super::clock::milliseconds;
use super::executioner::{Executioner, Phase};
use super::gathering::Gathering;
use super::outcome::{Begun, End, Outcome, Progress};
use super::recovery::Recovery;
use super::victim::{Manner, Moment, Target, Victim};

impl Executioner {
    /// Opens handles to the processes of a victim, in the order that they are given (the main one first), drops who is not the one that was
    /// counted, and begins to end the others. Where nobody is left, another victim must be chosen; [`outcome`](Self::outcome) says why.
    pub fn begin(
        &mut self,
        victim: &Victim<'_>,
        targets: impl IntoIterator<Item = Target>,
        manner: Manner,
        now: Moment,
    ) -> Begun {
        if self.is_busy() {
            return Begun::Busy;
        }
        self.take_up(victim, now);
        for target in targets {
            self.enlist(target);
        }
        if self.roll.held().next().is_none() {
            self.drop_victim();
            return Begun::NobodyLeft;
        }
        match manner {
            Manner::AtOnce => self.strike(now.at),
            Manner::Ask => self.ask(now.at),
        }
        if self.is_refused() {
            self.roll.held().for_each(|member| self.overdue.add(member.target));
            self.drop_victim();
            return Begun::NobodyLeft;
        }
        Begun::Started
    }

    /// Whether all of them belong to somebody whose processes the watchdog may not signal.
    fn is_refused(&self) -> bool {
        !self.outcome.by_group && self.roll.held().all(|member| member.got.denied)
    }

    /// Kills at once a victim that was asked and still has time; for when it got worse.
    pub fn hasten(&mut self, now: u64) {
        if let Phase::Asked { until } = &mut self.phase {
            *until = now.min(*until);
        }
    }

    /// Waits no longer for a victim that was killed and is not gone; it is passed over from now on. Else this is a tick like any other.
    pub fn wait_no_longer(&mut self, now: Moment) -> Progress {
        match self.phase {
            Phase::Ending { .. } if !self.powers.is_rehearsal && !self.is_gathering() => self.give_up(now.at),
            _ => self.tick(now),
        }
    }

    pub(super) fn take_up(&mut self, victim: &Victim<'_>, now: Moment) {
        self.guard.look_again(&self.processes);
        self.roll.clear();
        self.group = victim.group.and_then(|path| self.hierarchy.group(path));
        self.reach = victim.reach;
        self.counted = victim.counted;
        self.may_keep_memory = victim.may_keep_memory;
        self.recovery = Recovery::begin(now);
        self.gathering = Gathering::None;
        self.released_before = self.releaser.counts();
        self.outcome = Outcome {
            is_rehearsal: self.powers.is_rehearsal,
            available_before: now.available,
            ..Outcome::default()
        };
    }

    pub(super) fn drop_victim(&mut self) {
        self.roll.clear();
        self.group = None;
        self.phase = Phase::Idle;
        self.outcome.end = End::Unfinished;
    }

    pub(super) fn ask(&mut self, now: u64) {
        self.outcome.asked = Some(now);
        let grace = milliseconds(self.kill.grace);
        self.phase = Phase::Asked { until: now.saturating_add(grace) };
        self.stand_by();
        self.ask_all();
        if !self.powers.is_rehearsal {
            self.releaser.try_once(self.roll.held().filter_map(|member| member.handle.as_ref()));
        }
    }
}
