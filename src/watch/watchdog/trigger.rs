//! The kernel's word that tasks wait for memory: it wakes the loop early, and decides nothing.

use rustix::fd::{AsFd, BorrowedFd};

use crate::facts::pressure;
use crate::sys::kernel_file::KernelFile;

/// From so much waiting within such a time on, in microseconds, the kernel wakes who asks. Windows below 2 s need a privilege on most
/// kernels; the second one is for those who lack it.
const WINDOWS: [&[u8]; 2] = [b"some 50000 500000\0", b"some 150000 2000000\0"];

/// An open trigger.
#[derive(Debug)]
pub(super) struct Trigger(KernelFile);

impl Trigger {
    /// Asks for it; `None` where the kernel counts no waiting, or gives none. Sampling by time goes on either way.
    pub(super) fn set() -> Option<Self> {
        WINDOWS.into_iter().find_map(|window| {
            let file = KernelFile::open_to_ask(pressure::PATH).ok()?;
            file.write(window).ok().map(|()| Self(file))
        })
    }
}

impl AsFd for Trigger {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
