//! Who attends to a plan while it is carried out: shows how far it is, hears Ctrl-C, and keeps swap on that memory cannot take back.

use crate::change::{Observer, Progress};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::swap::draining;
use crate::sys::interruption::Hangup;
use crate::ui::progress::Follower;

/// Attends to plans on one machine.
pub(super) struct Attendant<'h> {
    follower: Follower,
    host: &'h Host,
}

impl<'h> Attendant<'h> {
    pub(super) fn of(host: &'h Host) -> Self {
        Self { follower: Follower::new(hangup(host)), host }
    }
}

/// What whoever started this program made of SIGHUP.
pub(super) fn hangup(host: &Host) -> Hangup {
    if host.ignored_signals() & 1 == 1 { Hangup::IsIgnored } else { Hangup::Stops }
}

impl Observer for Attendant<'_> {
    fn progress(&self, progress: &Progress<'_>) {
        self.follower.progress(progress);
    }

    fn ended(&self) {
        self.follower.ended();
    }

    /// Between a plan and its steps a load may have grown.
    fn may_drain(&self, path: &str) -> Result<(), Fault> {
        let too_much = draining::of_area(&Readings::new(self.host, None), path);
        match too_much.map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))? {
            Some(too_much) => Err(too_much.fault()),
            None => Ok(()),
        }
    }

    fn is_interrupted(&self) -> bool {
        self.follower.is_interrupted()
    }
}
