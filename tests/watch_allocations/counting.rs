//! Counts what is allocated.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) struct Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);

#[expect(unsafe_code, reason = "the trait is unsafe; it hands everything on to the system's allocator")]
// SAFETY: as the system's allocator, which gets the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// How often `work` allocated, all threads together, and what it gave.
pub(crate) fn count<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = COUNT.load(Ordering::Relaxed);
    let answer = work();
    (COUNT.load(Ordering::Relaxed) - before, answer)
}

pub(crate) fn counts() {
    assert!(count(|| std::hint::black_box(vec![1u8; 7])).0 > 0, "the counter does not count");
    assert_eq!(count(|| std::hint::black_box([1u8; 7])).0, 0);
}
