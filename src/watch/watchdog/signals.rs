//! Signals as something to poll: each writes a byte into a pipe.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;

use rustix::fd::{AsFd, BorrowedFd};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

/// What was asked for by a signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// SIGINT or SIGTERM: to end.
    pub(super) end: bool,
    /// SIGHUP: to read the settings anew.
    pub(super) reload: bool,
}

/// The pipes.
#[derive(Debug)]
pub(super) struct Signals {
    end: UnixStream,
    reload: UnixStream,
}

impl Signals {
    /// Catches them; SIGPIPE stays ignored, as it is for all Rust programs.
    ///
    /// # Errors
    /// What the kernel answered.
    pub(super) fn catch() -> io::Result<Self> {
        let (end, of_end) = UnixStream::pair()?;
        let (reload, of_reload) = UnixStream::pair()?;
        [&end, &reload].into_iter().try_for_each(|stream| stream.set_nonblocking(true))?;
        pipe::register(SIGTERM, of_end.try_clone()?)?;
        pipe::register(SIGINT, of_end)?;
        pipe::register(SIGHUP, of_reload)?;
        Ok(Self { end, reload })
    }

    /// What to poll for reading.
    pub(super) fn handles(&self) -> [BorrowedFd<'_>; 2] {
        [self.end.as_fd(), self.reload.as_fd()]
    }

    /// What has come since this was last asked.
    pub(super) fn take(&mut self) -> Asked {
        Asked { end: has_any(&mut self.end), reload: has_any(&mut self.reload) }
    }
}

fn has_any(stream: &mut UnixStream) -> bool {
    let mut bytes = [0; 16];
    let mut any = false;
    while stream.read(&mut bytes).is_ok_and(|count| count > 0) {
        any = true;
    }
    any
}
