//! Finds all of a victim before the first of it is killed: a newcomer is known by those who live, and who is killed too early leaves
//! orphans that nobody knows.

use std::time::{Duration, Instant};

use super::executioner::Executioner;
use super::holding::Walk;
use super::strike::stop;

/// For so long one call looks for more; on a machine where nobody forks it looks once.
const AT_ONCE: Duration = Duration::from_millis(100);
/// After so many milliseconds it is killed who was found. They are all stopped by then and take no more memory.
const AT_LAST: u64 = 1_000;

/// How far that is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Gathering {
    /// Not begun.
    #[default]
    None,
    /// Who is found is stopped, so that it forks no more.
    ByStopping,
    /// Nobody forks, for the whole group is frozen.
    ByFreezing,
    /// Nobody new was found, or time is over.
    Done,
}

impl Executioner {
    /// Whether the victim was not gathered in the last call.
    pub(super) fn is_gathering(&self) -> bool {
        matches!(self.gathering, Gathering::ByStopping | Gathering::ByFreezing)
    }

    /// Holds them up, and looks for more until there are none; where that takes too long, the next call goes on.
    pub(super) fn gather(&mut self, now: u64) {
        let is_late = now >= self.outcome.killed.unwrap_or(now).saturating_add(AT_LAST);
        self.gathering = if self.freeze_group() { Gathering::ByFreezing } else { Gathering::ByStopping };
        let began = Instant::now();
        loop {
            self.stop_all();
            let walk = self.find_newcomers();
            let is_over = began.elapsed() >= AT_ONCE;
            if is_late || (walk.newcomers == 0 && (is_over || !self.may_have_missed(walk))) {
                self.gathering = Gathering::Done;
            }
            if self.gathering == Gathering::Done || is_over {
                return;
            }
        }
    }

    /// Whoever went while all were listed may have left somebody who is not in the list. Processes of others go all the time: that is no
    /// reason to wait where the victim's own stay.
    fn may_have_missed(&self, walk: Walk) -> bool {
        walk.gone > 0 && (self.outcome.newcomers > 0 || self.outcome.passed_over.gone > 0)
    }

    /// Stops who was not stopped yet, unless the group is frozen anyway.
    pub(super) fn stop_all(&mut self) {
        if self.gathering == Gathering::ByStopping && !self.powers.is_rehearsal {
            let members = self.roll.held_mut();
            members.for_each(|member| stop(member, &self.guard, &mut self.outcome.errors));
        }
    }

    /// Stops the newest of the roll before it forks once more.
    pub(super) fn stop_newest(&mut self) {
        if self.gathering == Gathering::ByStopping
            && !self.powers.is_rehearsal
            && let Some(member) = self.roll.newest_mut()
        {
            stop(member, &self.guard, &mut self.outcome.errors);
        }
    }
}
