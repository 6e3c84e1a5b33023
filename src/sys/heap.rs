//! The heap of a process that is to stay small: one for all threads, without what the start left behind.
//!
//! These are glibc's own calls; with another allocator there is nothing to be told.

/// Has all threads share one heap. Each would else get its own, with 64 MiB of addresses and a page or more that stays. To be called while
/// there is one thread.
pub fn share() {
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
