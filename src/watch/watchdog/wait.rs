//! Where the loop sleeps.

use std::time::Duration;

use arrayvec::ArrayVec;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;

use crate::watch::meter::milliseconds;

use super::start::Watchdog;

/// The trigger, two signals, the hooks, nine of the controls, two who read along, and the first processes of a victim.
const MOST: usize = 48;
/// Of a victim so many are enough: while anybody ends, the next look is near.
const HANDLES: usize = 24;

/// Who wants something after a sleep. Who does not is not asked: in a calm tick there is nothing to hear, and each question is a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Woken {
    pub(super) signals: bool,
    pub(super) hooks: bool,
    pub(super) controls: bool,
    /// Nobody reads along any more.
    pub(super) is_unread: bool,
}

impl Woken {
    /// Nothing is known.
    pub(super) const PERHAPS_BY_ALL: Self =
        Self { signals: true, hooks: true, controls: true, is_unread: false };
}

impl Watchdog {
    /// Sleeps for `longest`, or until something is to be done.
    pub(super) fn wait(&mut self, longest: Duration) {
        let now = milliseconds();
        let controls = self.controls.as_ref().and_then(|one| one.deadline());
        let deadlines = [self.executioner.deadline(now), controls];
        let due = deadlines.into_iter().flatten().map(|at| Duration::from_millis(at.saturating_sub(now)));
        let time = due.chain(self.notify.longest()).fold(longest, Duration::min);
        let mut woken = self.sleep(time);
        // Whoever calls and says nothing is let go of in time.
        woken.controls |= controls.is_some();
        self.woken = woken;
    }

    fn sleep(&self, time: Duration) -> Woken {
        let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: i64::from(time.subsec_nanos()) };
        let mut files: ArrayVec<PollFd<'_>, MOST> = ArrayVec::new();
        for signal in self.signals.handles() {
            add(&mut files, PollFd::from_borrowed_fd(signal, PollFlags::IN));
        }
        let hooks = files.len();
        if let Some(handle) = self.hooks.as_ref().and_then(|hooks| hooks.handle()) {
            add(&mut files, PollFd::from_borrowed_fd(handle, PollFlags::IN));
        }
        let controls = files.len();
        for (socket, flags) in self.controls.iter().flat_map(|controls| controls.interests()) {
            add(&mut files, PollFd::from_borrowed_fd(socket, flags));
        }
        let readers = files.len();
        for file in self.book.read_along() {
            // That it breaks is told unasked.
            add(&mut files, PollFd::from_borrowed_fd(file, PollFlags::empty()));
        }
        let others = files.len();
        if let Some(trigger) = &self.trigger {
            add(&mut files, PollFd::from_borrowed_fd(trigger.as_fd(), PollFlags::PRI));
        }
        for handle in self.executioner.handles().take(HANDLES) {
            add(&mut files, PollFd::from_borrowed_fd(handle, PollFlags::IN));
        }
        // A signal ends it early, which is what it is for.
        if poll(&mut files, Some(&time)).is_err() {
            return Woken::PERHAPS_BY_ALL;
        }
        let is_any = |from: usize, to: usize| {
            files.get(from..to).unwrap_or_default().iter().any(|file| !file.revents().is_empty())
        };
        Woken {
            signals: is_any(0, hooks),
            hooks: is_any(hooks, controls),
            controls: is_any(controls, readers),
            is_unread: is_any(readers, others),
        }
    }
}

fn add<'f>(files: &mut ArrayVec<PollFd<'f>, MOST>, file: PollFd<'f>) {
    // There is room for all that are named above.
    let _ = files.try_push(file);
}
