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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn only_knobs_of_a_running_kernel_are_written() {
        let (_folder, host) = made_tree(&[("/proc/sys/vm/swappiness", "60")]);
        assert!(host.poke("/proc/sys/vm/swappiness", "10").is_err());
        assert_eq!(host.read("/proc/sys/vm/swappiness").unwrap(), "60");
        for path in
            ["/etc/passwd", "/proc/self/oom_score_adj", "/sys/../etc/passwd", "proc/sys/vm/swappiness"]
        {
            assert_eq!(Host::live().poke(path, "1").unwrap_err().raw_os_error(), Some(22), "{path}");
        }
        let absent = Host::live().poke("/proc/sys/vm/no_such_knob", "1").unwrap_err();
        assert!(
            matches!(absent.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied),
            "{absent}"
        );
    }
}
