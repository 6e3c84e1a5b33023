//! The way that a victim goes, gone once at the start and without a signal: what it needs of memory is there afterwards.

use super::executioner::Executioner;
use super::outcome::{Begun, Outcome};
use super::recovery::Recovery;
use super::victim::{Manner, Moment, Target, Victim};

impl Executioner {
    /// Opens handles to these processes, looks who they are and for who came after them, and forgets them. While somebody is being ended it
    /// does nothing.
    pub fn rehearse(&mut self, victim: &Victim<'_>, targets: impl IntoIterator<Item = Target>, now: Moment) {
        if self.is_busy() {
            return;
        }
        let was_rehearsal = std::mem::replace(&mut self.powers.is_rehearsal, true);
        if self.begin(victim, targets, Manner::AtOnce, now) == Begun::Started {
            self.tick(now);
        }
        self.drop_victim();
        self.recovery = Recovery::default();
        self.outcome = Outcome::default();
        self.powers.is_rehearsal = was_rehearsal;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::bytes::Bytes;
    use crate::watch::execution::executioner::{Powers, Room};
    use crate::watch::execution::victim::Reach;
    use crate::watch::process_folder::ProcessFolder;
    use crate::watch::settings::Settings;

    #[test]
    fn nobody_is_signalled_and_nothing_is_left() {
        #[expect(clippy::disallowed_methods, reason = "a process of the test's own")]
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let started = ProcessFolder::open().unwrap().find(child.id()).unwrap().started;
        let target = Target { pid: child.id(), started };
        let mut executioner =
            Executioner::new(Settings::default().kill, Powers::default(), Room::default()).unwrap();
        let victim = Victim { group: None, reach: Reach::Listed, counted: u64::MAX, may_keep_memory: false };
        let now = Moment { at: 1000, available: Bytes(0) };
        executioner.rehearse(&victim, [target], now);
        assert_eq!(*executioner.outcome(), Outcome::default());
        assert!(!executioner.is_busy() && executioner.handles().next().is_none());
        assert!(child.try_wait().unwrap().is_none(), "it was signalled");
        // What was rehearsed is now done.
        assert_eq!(executioner.begin(&victim, [target], Manner::AtOnce, now), Begun::Started);
        assert!(!child.wait().unwrap().success());
    }
}
