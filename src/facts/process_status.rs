//! /proc/PID/status: whose a process is, and what it may do.

use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::malformed::{InFile, Malformed, numbered_lines};

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
        self.capabilities
            .is_some_and(|capabilities| capabilities & MAY_LOCK != 0)
    }
}

/// Reads `NAME:  VALUE` a line.
///
/// # Errors
/// Names the line whose number is none.
pub fn parse(text: &str) -> Result<ProcessStatus, Malformed> {
    let mut status = ProcessStatus::default();
    for (number, line) in numbered_lines(text) {
        let Some((name, rest)) = line.split_once(':') else {
            continue;
        };
        let word = rest.split_whitespace().next().unwrap_or_default();
        let wrong = || Malformed::not_a_number(number, word);
        match name {
            "Uid" => status.user = Some(word.parse().map_err(|_| wrong())?),
            "CapEff" => status.capabilities = Some(u64::from_str_radix(word, 16).map_err(|_| wrong())?),
            "VmLck" => status.locked = Some(word.parse().map(Bytes::from_kib).map_err(|_| wrong())?),
            _ => {}
        }
    }
    Ok(status)
}

/// Reads that of a process.
///
/// # Errors
/// Says why there is none.
pub fn read(host: &Host, pid: u32) -> Result<ProcessStatus, Lacking> {
    let path = format!("/proc/{pid}/status");
    parse(&host.read(&path)?).in_file(&path)
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
            parse("Name:\tjava\nUid:\t105\t105\t105\t105\nVmLck:\t      64 kB\nCapEff:\t0000000000004000\n")
                .unwrap();
        assert_eq!(
            (status.user, status.locked),
            (Some(105), Some(Bytes::from_kib(64)))
        );
        assert!(status.may_lock_everything());
        assert!(
            !parse("CapEff:\t0000000000003fff\n")
                .unwrap()
                .may_lock_everything()
        );
        assert_eq!(
            parse("a\nUid:\tx\n").unwrap_err(),
            Malformed::not_a_number(2, "x")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|(Uid|CapEff|VmLck):\t[0-9a-f]*\n)*") {
            let _ = parse(&text);
        }
    }
}
