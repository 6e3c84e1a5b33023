//! Work on a stack of its own. What a start needs of stack, more than all that comes after it together, would else stay for good: a stack
//! only grows.

use std::io;
use std::thread::Builder;

/// Of it only what is touched is ever there. glibc keeps the stacks of threads that have ended for the next ones, but no more than 40 MiB
/// in all: a larger one goes back to the kernel at once.
const STACK: usize = 64 << 20;

/// Does `work` in a thread, and waits for it; afterwards the thread is gone, and its stack with it.
///
/// # Errors
/// Where the kernel has no room for a thread.
pub fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let thread = Builder::new().stack_size(STACK).spawn(work)?;
    thread.join().map_err(|_| io::Error::other("what was done apart came to a sudden end"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_handed_back() {
        let own = std::thread::current().id();
        let (other, sum) =
            apart(move || (std::thread::current().id(), [1u64; 10_000].iter().sum::<u64>())).unwrap();
        assert!(other != own);
        assert_eq!(sum, 10_000);
    }

    #[test]
    fn a_sudden_end_is_an_error() {
        assert!(apart(|| assert!(std::hint::black_box(false), "on purpose")).is_err());
    }
}
