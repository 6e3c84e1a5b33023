//! Takes back the memory of those that are about to end and are slow to go, in a thread of its own.
//!
//! **Why a thread, where one would be less.** process_mrelease(2) walks and frees the victim's memory in the caller's time, which takes as
//! long as there is memory: gigabytes are tenths of a second. And it takes the lock of the victim's address space for reading first: who
//! holds that for writing, a victim in the middle of mmap(2) that waits for a page itself, keeps the caller waiting without any bound, and
//! only a fatal signal ends that. EAGAIN comes afterwards, for another reason. In the loop neither could be had, and it is just those who
//! are slow to go that it is called for. A thread that is made only then would need memory at the moment when there is none; so it is made
//! at the start. It sleeps on a futex until it is needed, and costs three or four pages.
//!
//! **Those who were asked.** Who has no answer of its own to SIGTERM is about to end from the signal on, but may wait long for its turn to do
//! so where the processors are busy. The thread has its turn at once. So it tries once; who does have an answer is refused, and left in peace.
//!
//! **Those who are too quick.** A process leaves its memory some microseconds after the signal, and from then on nobody can take that back
//! by its name. As a rule the memory is free with that. Not so where somebody else holds it: swapoff(2) does with the memory of the process
//! whose pages it reads back, for as long as that takes, which is seconds to minutes, and it goes on to read them although nobody will use
//! them. So while swap is being turned off the thread tries from before the signal on, without a pause, until the kernel takes the process for
//! one that is about to end.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Builder, yield_now};
use std::time::{Duration, Instant};

use arrayvec::ArrayVec;
use rustix::io::Errno;

use crate::sys::process_handle::ProcessHandle;

/// How many may wait their turn.
const QUEUE: usize = 64;
/// So long it is tried to be there when one ends. Who has an answer of its own to SIGTERM may take longer, and is too slow for this anyway.
const STAND_BY: Duration = Duration::from_millis(100);
/// So long it is waited until the thread tries.
const AWAKE: Duration = Duration::from_millis(5);
/// What the thread needs is little, and what it touches is locked.
const STACK: usize = 32 << 10;

/// The thread, and what it was given to do.
#[derive(Debug)]
pub(super) struct Releaser {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<ArrayVec<Wanted, QUEUE>>,
    has_work: Condvar,
    tries: AtomicU32,
    is_over: AtomicBool,
    is_lacking: AtomicBool,
    released: AtomicU32,
    refused: AtomicU32,
}

/// Somebody whose memory is to be taken back.
#[derive(Debug)]
struct Wanted {
    handle: ProcessHandle,
    /// Until then it may still live on.
    until: Option<Instant>,
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
        self.shared.add(handle, None)
    }

    /// Hands over those who were just asked to end, as many as there is room for.
    pub(super) fn try_once<'h>(&self, handles: impl Iterator<Item = &'h ProcessHandle>) {
        let now = Instant::now();
        for handle in handles {
            if self.shared.is_lacking.load(Ordering::Relaxed) || !self.shared.add(handle, Some(now)) {
                return;
            }
        }
    }

    /// Hands over those who get their signal right after this, as many as there is room for.
    pub(super) fn stand_by<'h>(&self, handles: impl Iterator<Item = &'h ProcessHandle>) {
        if self.shared.is_lacking.load(Ordering::Relaxed) {
            return;
        }
        let (before, now) = (self.shared.tries.load(Ordering::Relaxed), Instant::now());
        let mut handles = handles.peekable();
        if handles.peek().is_none() {
            return;
        }
        while handles.next_if(|handle| self.shared.add(handle, Some(now + STAND_BY))).is_some() {}
        while self.shared.tries.load(Ordering::Relaxed) == before && now.elapsed() < AWAKE {
            yield_now();
        }
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
    /// Queues one; false where there is no room.
    fn add(&self, handle: &ProcessHandle, until: Option<Instant>) -> bool {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(handle) = (!queue.is_full()).then(|| handle.duplicate().ok()).flatten() else {
            return false;
        };
        queue.push(Wanted { handle, until });
        self.has_work.notify_one();
        true
    }

    fn work(&self) {
        while let Some(wanted) = self.next() {
            let answer = wanted.handle.release_memory();
            self.tries.fetch_add(1, Ordering::Relaxed);
            match answer {
                Ok(()) => _ = self.released.fetch_add(1, Ordering::Relaxed),
                Err(Errno::INVAL) if wanted.until.is_some_and(|until| Instant::now() < until) => {
                    self.try_again(wanted);
                }
                Err(Errno::INVAL) if wanted.until.is_some() => {}
                Err(Errno::INVAL) => _ = self.refused.fetch_add(1, Ordering::Relaxed),
                Err(Errno::NOSYS | Errno::PERM) => self.is_lacking.store(true, Ordering::Relaxed),
                // It has none any more.
                Err(_) => {}
            }
        }
    }

    /// Behind the others, who may end before it.
    fn try_again(&self, wanted: Wanted) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        // Where there is no room any more, others were killed who are slow: they come first.
        let _ = queue.try_push(wanted);
    }

    fn next(&self) -> Option<Wanted> {
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
