//! /proc/PID/stat: one line that tells most of a process, read without allocating.

/// The flag of the kernel's own threads (PF_KTHREAD in include/linux/sched.h).
const KERNEL_THREAD: u64 = 0x0020_0000;

/// What the watchdog wants of the line; the numbers of the fields are those of proc_pid_stat(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat<'t> {
    /// Its number (1).
    pub pid: u32,
    /// Its command, which may be any bytes (2).
    pub command: &'t [u8],
    /// Its state, such as `S` or `Z` (3).
    pub state: u8,
    /// Its parent; 0 for one that this namespace does not see (4).
    pub parent: u32,
    /// Its process group; 0 for one that this namespace does not see (5).
    pub group: u32,
    /// Its session, likewise (6).
    pub session: u32,
    /// Whether it has a controlling terminal (7).
    pub has_terminal: bool,
    /// Whether the kernel runs it for itself (9).
    pub is_kernel_thread: bool,
    /// How many threads it has (20).
    pub threads: u32,
    /// When it was started, in ticks since the boot (22).
    pub started: u64,
    /// What it has mapped, in bytes (23).
    pub size: u64,
    /// What of that is in memory, in pages (24).
    pub resident: u64,
}

/// Reads the line; `None` of anything else. The command ends at the last bracket, for it may hold brackets itself.
pub fn parse(line: &[u8]) -> Option<Stat<'_>> {
    let open = line.iter().position(|&byte| byte == b'(')?;
    let close = line.iter().rposition(|&byte| byte == b')')?;
    let pid = unsigned(line.get(..open)?.trim_ascii())?;
    let command = line.get(open + 1..close)?;
    let rest = line.get(close + 1..)?.trim_ascii_end();
    let mut fields = rest.strip_prefix(b" ")?.split(|&byte| byte == b' ');
    let state = *fields.next()?.first()?;
    let parent = small(fields.next()?)?;
    let group = small(fields.next()?)?;
    let session = small(fields.next()?)?;
    let has_terminal = fields.next()? != b"0";
    let flags = unsigned(fields.nth(1)?)?;
    let threads = small(fields.nth(10)?)?;
    let started = unsigned(fields.nth(1)?)?;
    let size = unsigned(fields.next()?)?;
    // A kernel that cannot know it writes a negative number.
    let resident = unsigned(fields.next()?).unwrap_or(0);
    Some(Stat {
        pid: u32::try_from(pid).ok()?,
        command,
        state,
        parent,
        group,
        session,
        has_terminal,
        is_kernel_thread: flags & KERNEL_THREAD != 0,
        threads,
        started,
        size,
        resident,
    })
}

/// Groups and sessions of kernel threads are -1 in some kernels: nobody's.
fn small(field: &[u8]) -> Option<u32> {
    match field.strip_prefix(b"-") {
        Some(number) => unsigned(number).map(|_| 0),
        None => u32::try_from(unsigned(field)?).ok(),
    }
}

/// Reads a number of digits alone; `None` of anything else, and of what is too large.
pub fn unsigned(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |value, &byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_of_a_real_kernel() {
        let line = b"4321 (Web Content) S 1200 1100 1100 34816 4321 4194304 1 2 3 4 5 6 7 8 20 0 27 0 98765 2500000000 7000 18446744073709551615 1 1 0 0\n";
        let stat = parse(line).unwrap();
        assert_eq!((stat.pid, stat.command, stat.state), (4321, b"Web Content".as_slice(), b'S'));
        assert_eq!((stat.parent, stat.group, stat.session), (1200, 1100, 1100));
        assert_eq!((stat.threads, stat.started, stat.size, stat.resident), (27, 98765, 2_500_000_000, 7000));
        assert!(stat.has_terminal && !stat.is_kernel_thread);
    }

    #[test]
    fn a_hostile_command_fools_nobody() {
        let line = b"7 (a) S 1 1 (\n) R) Z 2 0 -1 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 1";
        let stat = parse(line).unwrap();
        assert_eq!(stat.command, b"a) S 1 1 (\n) R");
        assert_eq!((stat.state, stat.parent, stat.session), (b'Z', 2, 0));
        assert!(stat.is_kernel_thread && !stat.has_terminal);
        assert_eq!(parse(b"7 (a"), None);
        assert_eq!(parse(b") ("), None);
        assert_eq!(parse(b"99999999999 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 1"), None);
    }

    #[test]
    fn numbers_that_do_not_fit_are_none() {
        assert_eq!(unsigned(b"18446744073709551615"), Some(u64::MAX));
        for wrong in [&b"18446744073709551616"[..], b"", b"-1", b"+1", b"1 ", b"0x1"] {
            assert_eq!(unsigned(wrong), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&line);
        }

        #[test]
        fn any_command_comes_out_as_it_is(command in prop::collection::vec(any::<u8>(), 0..15), started: u64) {
            let mut line = b"12 (".to_vec();
            line.extend_from_slice(&command);
            line.extend_from_slice(format!(") S 1 2 3 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {started} 4096 1 9\n").as_bytes());
            let stat = parse(&line).unwrap();
            prop_assert_eq!((stat.command, stat.started), (&command[..], started));
        }
    }
}
