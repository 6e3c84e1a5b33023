//! The heap of a process that is to stay small: one for all threads, without what the start left behind.
//!
//! The calls of the heap are glibc's own; with another allocator there is nothing to be told.

use rustix::thread::disable_transparent_huge_pages;

/// Has all threads share one heap, in pages of the usual size; programs that are started from here on inherit the latter. Each thread would
/// else get a heap of its own, with 64 MiB of addresses and a page or more that stays; and of a table that is large in addresses only, the
/// kernel would make 2 MiB present at the first touch. To be called while there is one thread.
pub fn stay_small() {
    // Where the kernel knows no huge pages, there are none to be had.
    let _ = disable_transparent_huge_pages(true);
    #[cfg(target_env = "gnu")]
    share_arena();
}

/// Gives back the pages of the heap in which nothing is any more.
pub fn trim() {
    #[cfg(target_env = "gnu")]
    trim_arena();
}

#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "no crate wraps mallopt(3)")]
fn share_arena() {
    // SAFETY: it takes two numbers, and is called before there is a second thread, as mallopt(3) asks for.
    let _ = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
}

#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "no crate wraps malloc_trim(3)")]
fn trim_arena() {
    // SAFETY: it takes a number, gives back only what is free, and may be called by any thread at any time.
    let _ = unsafe { libc::malloc_trim(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_stays() {
        let kept: Vec<Vec<usize>> = (0..2000).map(|number| vec![number; 100]).collect();
        let dropped: Vec<Vec<usize>> = (0..2000).map(|number| vec![number; 100]).collect();
        drop(dropped);
        trim();
        assert!(kept.iter().enumerate().all(|(number, kept)| kept.iter().all(|one| *one == number)));
    }
}
