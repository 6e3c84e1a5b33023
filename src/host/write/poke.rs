//! Writes one knob of the running kernel.

use std::io;

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;

use crate::host::Host;

impl Host {
    /// Writes `value` into the knob at `path` of the running kernel, in one piece, since the kernel takes each write for a whole
    /// value. For `change/` only. Links are followed: in /sys the kernel's own lead to devices.
    ///
    /// # Errors
    /// What the kernel answered. A tree has no running kernel, and only /proc/sys and /sys hold knobs (EINVAL).
    pub fn poke(&self, path: &str, value: &str) -> io::Result<()> {
        let is_knob = path.starts_with("/proc/sys/") || path.starts_with("/sys/");
        if !self.is_live() || !is_knob || path.split('/').any(|name| name == "..") {
            return Err(Errno::INVAL.into());
        }
        let knob = rustix::fs::openat(CWD, path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
        let written = rustix::io::write(&knob, value.as_bytes())?;
        if written == value.len() { Ok(()) } else { Err(Errno::IO.into()) }
    }
}
