//! Takes back the memory of those that were killed and are slow to go, in a thread of its own.
//!
//! **Why a thread, where one would be less.** process_mrelease(2) walks and frees the victim's memory in the caller's time, which takes as
//! long as there is memory: gigabytes are tenths of a second. And it takes the lock of the victim's address space for reading first: who
//! holds that for writing, a victim in the middle of mmap(2) that waits for a page itself, keeps the caller waiting without any bound, and
//! only a fatal signal ends that. EAGAIN comes afterwards, for another reason. In the loop neither could be had, and it is just those who
//! are slow to go that it is called for. A thread that is made only then would need memory at the moment when there is none; so it is made
//! at the start. It sleeps on a futex until somebody is slow, wakes for nothing else, and costs three or four pages.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Builder;

use arrayvec::ArrayVec;
use rustix::io::Errno;

use crate::sys::process_handle::ProcessHandle;

/// How many may wait their turn.
const QUEUE: usize = 64;
/// What the thread needs is little, and what it touches is locked.
const STACK: usize = 32 << 10;

/// The thread, and what it was given to do.
#[derive(Debug)]
pub(super) struct Releaser {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<ArrayVec<ProcessHandle, QUEUE>>,
    has_work: Condvar,
    is_over: AtomicBool,
    is_lacking: AtomicBool,
    released: AtomicU32,
    refused: AtomicU32,
}

impl Releaser {
    /// Starts the thread, which sleeps until it is given something.
    pub(super) fn start() -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        Builder::new().name("release".to_owned()).stack_size(STACK).spawn(move || own.work())?;
        Ok(Self { shared })
    }

    /// Hands over one that was killed; false where there is no room now.
    pub(super) fn hand_over(&self, handle: &ProcessHandle) -> bool {
        if self.shared.is_lacking.load(Ordering::Relaxed) {
            return true;
        }
        let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(second) = (!queue.is_full()).then(|| handle.duplicate().ok()).flatten() else {
            return false;
        };
        queue.push(second);
        self.shared.has_work.notify_one();
        true
    }

    /// How often memory was taken back, and how often that was refused, since the start.
    pub(super) fn counts(&self) -> (u32, u32) {
        (self.shared.released.load(Ordering::Relaxed), self.shared.refused.load(Ordering::Relaxed))
    }
}

impl Drop for Releaser {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Under the lock, so that the thread is either asleep, or will look before it sleeps. It is not waited for: it may be held up.
        let _queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.has_work.notify_one();
    }
}

impl Shared {
    fn work(&self) {
        while let Some(handle) = self.next() {
            match handle.release_memory() {
                Ok(()) => _ = self.released.fetch_add(1, Ordering::Relaxed),
                Err(Errno::INVAL) => _ = self.refused.fetch_add(1, Ordering::Relaxed),
                Err(Errno::NOSYS | Errno::PERM) => self.is_lacking.store(true, Ordering::Relaxed),
                // It has none any more.
                Err(_) => {}
            }
        }
    }

    fn next(&self) -> Option<ProcessHandle> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if self.is_over.load(Ordering::Relaxed) {
                return None;
            }
            if !queue.is_empty() {
                return Some(queue.remove(0));
            }
            queue = self.has_work.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
