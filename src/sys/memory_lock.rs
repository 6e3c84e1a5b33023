//! Keeps the pages of this process in memory once they are there, so that it runs while everybody else waits for a disk.

use std::fmt;

use rustix::io::Errno;
use rustix::mm::{MlockAllFlags, mlockall};

/// Why the pages may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlocked {
    /// It needs CAP_IPC_LOCK, or a limit on locked memory (RLIMIT_MEMLOCK) above nothing.
    NotAllowed,
    /// More is mapped than the limit on locked memory allows.
    LimitTooLow,
    /// A kernel before 4.4 cannot lock pages as they come, and to lock all that is mapped would take what is never used.
    KernelTooOld,
    /// Anything else.
    Other(Errno),
}

impl fmt::Display for Unlocked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("its memory is not locked: ")?;
        match self {
            Self::NotAllowed => formatter.write_str("CAP_IPC_LOCK or a higher RLIMIT_MEMLOCK is needed"),
            Self::LimitTooLow => formatter.write_str("RLIMIT_MEMLOCK is lower than what is mapped"),
            Self::KernelTooOld => formatter.write_str("Linux 4.4 is needed"),
            Self::Other(errno) => write!(formatter, "mlockall answered error {}", errno.raw_os_error()),
        }
    }
}

/// Locks what is in memory by now, and later pages when they are first used.
///
/// # Errors
/// Says what was refused, and why; nothing is locked then.
pub fn lock_memory() -> Result<(), Unlocked> {
    mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT).map_err(why)
}

fn why(errno: Errno) -> Unlocked {
    match errno {
        Errno::PERM => Unlocked::NotAllowed,
        Errno::NOMEM | Errno::AGAIN => Unlocked::LimitTooLow,
        Errno::INVAL | Errno::NOSYS => Unlocked::KernelTooOld,
        other => Unlocked::Other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_is_needed() {
        assert!(why(Errno::PERM).to_string().ends_with("CAP_IPC_LOCK or a higher RLIMIT_MEMLOCK is needed"));
        assert!(why(Errno::NOMEM).to_string().contains("lower than what is mapped"));
        assert_eq!(why(Errno::INVAL), Unlocked::KernelTooOld);
        assert!(why(Errno::IO).to_string().ends_with("error 5"));
    }
}
