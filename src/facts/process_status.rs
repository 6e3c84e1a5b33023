//! /proc/PID/status: whose a process is, and what it may do.

use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::process_fields::{number, word};

/// CAP_IPC_LOCK: whoever has it may lock memory without limit.
const MAY_LOCK: u64 = 1 << 14;

/// The lines that checks ask for; `None` where the kernel does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessStatus {
    /// The real user's number.
    pub user: Option<u32>,
    /// The effective capabilities, one bit each.
    pub capabilities: Option<u64>,
    /// Memory that it has locked.
    pub locked: Option<Bytes>,
}

impl ProcessStatus {
    /// Whether no limit keeps it from locking memory.
    pub fn may_lock_everything(&self) -> bool {
        self.capabilities.is_some_and(|capabilities| capabilities & MAY_LOCK != 0)
    }
}

/// Reads `NAME:  VALUE` a line; what is missing or no number counts as not told.
pub fn parse(text: &str) -> ProcessStatus {
    ProcessStatus {
        user: number(text, "Uid").and_then(|user| u32::try_from(user).ok()),
        capabilities: word(text, "CapEff").and_then(|mask| u64::from_str_radix(mask, 16).ok()),
        locked: number(text, "VmLck").map(Bytes::from_kib),
    }
}

/// Reads that of a process.
///
/// # Errors
/// Says why there is none.
pub fn read(host: &Host, pid: u32) -> Result<ProcessStatus, Lacking> {
    let path = format!("/proc/{pid}/status");
    host.read(&path).map(|text| parse(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_its_own_and_a_made_one() {
        let own = read(&Host::live(), std::process::id()).unwrap();
        assert_eq!(own.user, Some(rustix::process::getuid().as_raw()));
        let status =
            parse("Name:\tjava\nUid:\t105\t105\t105\t105\nVmLck:\t      64 kB\nCapEff:\t0000000000004000\n");
        assert_eq!((status.user, status.locked), (Some(105), Some(Bytes::from_kib(64))));
        assert!(status.may_lock_everything());
        assert!(!parse("CapEff:\t0000000000003fff\n").may_lock_everything());
        assert_eq!(parse("a\nUid:\tx\n").user, None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|(Uid|CapEff|VmLck):\t[0-9a-f]*\n)*") {
            parse(&text);
        }
    }
}
