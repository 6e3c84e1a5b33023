//! A process by the kernel's own handle (pidfd), which never comes to mean another one, however often its number is used again.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// For poll(2): do not wait.
const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// An open handle. Whoever has one from before the process was chosen can signal nobody else.
#[derive(Debug)]
pub struct ProcessHandle {
    descriptor: OwnedFd,
}

impl ProcessHandle {
    /// Opens the process that has this number now; which one that is must be looked up afterwards, and holds as long as the handle has
    /// not ended.
    ///
    /// # Errors
    /// `SRCH` where there is none, `INVAL` (or `NOENT`) where the number is a thread's, `MFILE` where the caller may open no more.
    pub fn open(pid: u32) -> Result<Self, Errno> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
        let descriptor = pidfd_open(pid, PidfdFlags::empty())?;
        Ok(Self { descriptor })
    }

    /// Sends a signal to the process as a whole.
    ///
    /// # Errors
    /// `SRCH` where it has ended and was waited for, `PERM` where it is not the caller's to signal.
    pub fn send(&self, signal: Signal) -> Result<(), Errno> {
        pidfd_send_signal(&self.descriptor, signal)
    }

    /// Whether all its threads have ended, be it waited for or not.
    ///
    /// # Errors
    /// What poll(2) answered.
    pub fn has_ended(&self) -> Result<bool, Errno> {
        let mut polled = [PollFd::new(&self.descriptor, PollFlags::IN)];
        poll(&mut polled, Some(&AT_ONCE))?;
        Ok(polled.iter().any(has_ended))
    }

    /// A second handle to the same process, for another thread.
    ///
    /// # Errors
    /// `MFILE` where the caller may open no more.
    pub fn duplicate(&self) -> Result<Self, Errno> {
        Ok(Self { descriptor: fcntl_dupfd_cloexec(&self.descriptor, 0)? })
    }

    /// Takes back the memory of a process that was killed without waiting until it gets to run (Linux 5.15). Does the work itself, and so
    /// takes as long as there is memory; may wait for a lock that the process holds.
    ///
    /// # Errors
    /// `SRCH` where it has no memory any more, `INVAL` where it, or another one that shares its memory, is not about to end, `NOSYS`
    /// where the kernel is older.
    pub fn release_memory(&self) -> Result<(), Errno> {
        match process_mrelease(self.descriptor.as_raw_fd()) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()
                .raw_os_error()
                .map_or(Errno::IO, Errno::from_raw_os_error)),
        }
    }
}

impl AsFd for ProcessHandle {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

/// How many handles are asked about at once: so many the kernel copies to its stack, and needs no memory for them.
pub const AT_A_TIME: usize = 16;

/// Which of the handles have ended, as a bit each from the lowest on; no more than [`AT_A_TIME`] are looked at.
///
/// # Errors
/// What poll(2) answered.
pub fn ended_among<'h>(handles: impl Iterator<Item = &'h ProcessHandle>) -> Result<u32, Errno> {
    let mut polled: arrayvec::ArrayVec<PollFd<'h>, AT_A_TIME> =
        handles.take(AT_A_TIME).map(|handle| PollFd::new(&handle.descriptor, PollFlags::IN)).collect();
    if polled.is_empty() || poll(&mut polled, Some(&AT_ONCE))? == 0 {
        return Ok(0);
    }
    let bits = polled.iter().enumerate().map(|(place, polled)| u32::from(has_ended(polled)) << place);
    Ok(bits.fold(0, |all, bit| all | bit))
}

fn has_ended(polled: &PollFd<'_>) -> bool {
    polled.revents().contains(PollFlags::IN)
}

#[expect(unsafe_code, reason = "no crate wraps process_mrelease(2)")]
fn process_mrelease(descriptor: i32) -> libc::c_long {
    // SAFETY: it takes a descriptor and flags, of which there are none, and touches no memory of the caller.
    unsafe { libc::syscall(libc::SYS_process_mrelease, descriptor, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command};

    fn sleeper() -> Child {
        #[expect(clippy::disallowed_methods, reason = "a process of the test's own")]
        Command::new("sleep").arg("60").spawn().unwrap()
    }

    #[test]
    fn a_process_is_ended_by_its_handle() {
        let mut child = sleeper();
        let handle = ProcessHandle::open(child.id()).unwrap();
        let second = handle.duplicate().unwrap();
        assert_eq!((handle.has_ended(), ended_among([&handle, &second].into_iter())), (Ok(false), Ok(0)));
        assert_eq!(handle.release_memory(), Err(Errno::INVAL));
        handle.send(Signal::KILL).unwrap();
        let status = child.wait().unwrap();
        assert!(!status.success());
        assert_eq!((second.has_ended(), ended_among([&handle, &second].into_iter())), (Ok(true), Ok(0b11)));
        assert_eq!(handle.send(Signal::KILL), Err(Errno::SRCH));
        assert_eq!(second.release_memory(), Err(Errno::SRCH));
    }

    #[test]
    fn a_zombie_has_ended_before_it_is_waited_for() {
        let mut child = sleeper();
        let handle = ProcessHandle::open(child.id()).unwrap();
        handle.send(Signal::KILL).unwrap();
        let start = std::time::Instant::now();
        while handle.has_ended() == Ok(false) && start.elapsed().as_secs() < 10 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert_eq!(handle.has_ended(), Ok(true));
        assert_eq!(handle.send(Signal::TERM), Ok(()));
        child.wait().unwrap();
    }

    #[test]
    fn what_is_no_process_is_not_opened() {
        for number in [0, 1 << 31, u32::MAX, i32::MAX as u32] {
            assert_eq!(ProcessHandle::open(number).unwrap_err(), Errno::SRCH);
        }
    }
}
