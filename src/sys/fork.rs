//! A copy of this process, made while there is only one thread of it.

use std::io;

use rustix::fs::{Mode, OFlags, open};
use rustix::process::Pid;

/// Which of the two goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that asked; it is told the number of the other.
    Parent(Pid),
    /// The copy.
    Child,
}

/// Copies this process.
///
/// # Errors
/// Refuses where there is more than one thread, since the copy would have the locks of the others and nobody to open them; else as fork(2).
pub fn fork() -> io::Result<Side> {
    if threads()? != 1 {
        return Err(io::Error::other("a process with several threads cannot be copied"));
    }
    #[expect(
        unsafe_code,
        reason = "no crate wraps fork; rustix has it for those only who are a libc themselves"
    )]
    // SAFETY: fork takes no memory of ours. What makes it dangerous is other threads, which hold locks that the copy can never
    // get; there are none, as was just seen, and none can come up in between, for this thread is the only one that could start one.
    let answer = unsafe { libc::fork() };
    match answer {
        0 => Ok(Side::Child),
        pid => Pid::from_raw(pid).filter(|_| pid > 0).map(Side::Parent).ok_or_else(io::Error::last_os_error),
    }
}

/// How many threads there are: the 20th field of /proc/self/stat, of which the second is in brackets and may hold anything.
fn threads() -> io::Result<u32> {
    let mut buffer = [0; 1024];
    let file = open(c"/proc/self/stat", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let length = rustix::io::read(&file, &mut buffer)?;
    let text = buffer.get(..length).unwrap_or_default();
    let rest = text.iter().rposition(|&byte| byte == b')').and_then(|end| text.get(end + 1..));
    let field = rest
        .and_then(|rest| std::str::from_utf8(rest).ok())
        .and_then(|rest| rest.split_ascii_whitespace().nth(17));
    field.and_then(|field| field.parse().ok()).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_threads_is_not_copied() {
        // The harness has one more at least: this test's.
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || receiver.recv());
        assert!(threads().unwrap() >= 2);
        assert!(fork().is_err());
        drop(sender);
        let _ = other.join();
    }
}
