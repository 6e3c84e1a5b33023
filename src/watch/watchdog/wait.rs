//! Where the loop sleeps.

use std::time::Duration;

use arrayvec::ArrayVec;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;

use crate::watch::meter::milliseconds;

use super::start::Watchdog;

/// The trigger, two signals, the hooks, nine of the controls, and the first processes of a victim.
const MOST: usize = 48;
/// Of a victim so many are enough: while anybody ends, the next look is near.
const HANDLES: usize = 24;

impl Watchdog {
    /// Sleeps for `longest`, or until something is to be done.
    pub(super) fn wait(&mut self, longest: Duration) {
        let now = milliseconds();
        let deadlines =
            [self.executioner.deadline(now), self.controls.as_ref().and_then(|one| one.deadline())];
        let due = deadlines.into_iter().flatten().map(|at| Duration::from_millis(at.saturating_sub(now)));
        let time = due.chain(self.notify.longest()).fold(longest, Duration::min);
        let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: i64::from(time.subsec_nanos()) };
        let mut files: ArrayVec<PollFd<'_>, MOST> = ArrayVec::new();
        let mut add = |file| {
            // There is room for all that are named above.
            let _ = files.try_push(file);
        };
        if let Some(trigger) = &self.trigger {
            add(PollFd::from_borrowed_fd(trigger.as_fd(), PollFlags::PRI));
        }
        for signal in self.signals.handles() {
            add(PollFd::from_borrowed_fd(signal, PollFlags::IN));
        }
        if let Some(hooks) = self.hooks.as_ref().and_then(|hooks| hooks.handle()) {
            add(PollFd::from_borrowed_fd(hooks, PollFlags::IN));
        }
        for (socket, flags) in self.controls.iter().flat_map(|controls| controls.interests()) {
            add(PollFd::from_borrowed_fd(socket, flags));
        }
        for handle in self.executioner.handles().take(HANDLES) {
            add(PollFd::from_borrowed_fd(handle, PollFlags::IN));
        }
        // A signal ends it early, which is what it is for.
        let _ = poll(&mut files, Some(&time));
    }
}
