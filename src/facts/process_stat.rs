//! /proc/PID/stat: one line that tells most of a process, read without allocating.

use arrayvec::ArrayVec;

/// The flag of the kernel's own threads (PF_KTHREAD in include/linux/sched.h).
const KERNEL_THREAD: u64 = 0x0020_0000;

/// A command as the kernel tells it: 15 bytes, which may be any; of its own threads 63.
pub type CommandBytes = ArrayVec<u8, 64>;

/// What the watchdog wants of the line; the numbers of the fields are those of proc_pid_stat(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its number (1).
    pub pid: u32,
    /// Its command (2).
    pub command: CommandBytes,
    /// Its state, such as `S` or `Z` (3).
    pub state: u8,
    /// Its parent; 0 for one that this namespace does not see (4).
    pub parent: u32,
    /// Its process group; 0 for one that this namespace does not see (5).
    pub process_group: u32,
    /// Its session, likewise (6).
    pub session: u32,
    /// Whether it has a controlling terminal (7).
    pub has_terminal: bool,
    /// Whether it is a thread of the kernel, which no signal ends (9).
    pub is_of_kernel: bool,
    /// For how long it ran in the kernel, in ticks (15).
    pub in_kernel: u64,
    /// How many threads it has (20).
    pub threads: u32,
    /// When it was started, in ticks since the boot (22).
    pub started: u64,
    /// What it has mapped, in bytes (23).
    pub size: u64,
    /// What of that is in memory, in pages (24).
    pub resident: u64,
    /// Whether it is a thread of a process that has another number: it tells nobody of its end (38).
    pub is_thread: bool,
}

/// Reads the line; `None` of anything else. The command ends at the last bracket, for it may hold brackets itself.
pub fn parse(line: &[u8]) -> Option<Stat> {
    let open = line.iter().position(|&byte| byte == b'(')?;
    let close = line.iter().rposition(|&byte| byte == b')')?;
    let pid = unsigned(line.get(..open)?.trim_ascii())?;
    let command = line.get(open + 1..close)?;
    let rest = line.get(close + 1..)?.trim_ascii_end();
    let mut fields = rest.strip_prefix(b" ")?.split(|&byte| byte == b' ');
    let state = *fields.next()?.first()?;
    let parent = small(fields.next()?)?;
    let process_group = small(fields.next()?)?;
    let session = small(fields.next()?)?;
    let has_terminal = fields.next()? != b"0";
    let flags = unsigned(fields.nth(1)?)?;
    let in_kernel = unsigned(fields.nth(5)?)?;
    let threads = small(fields.nth(4)?)?;
    let started = unsigned(fields.nth(1)?)?;
    let size = unsigned(fields.next()?)?;
    // A kernel that cannot know it writes a negative number.
    let resident = unsigned(fields.next()?).unwrap_or(0);
    Some(Stat {
        pid: u32::try_from(pid).ok()?,
        command: command.iter().copied().take(64).collect(),
        state,
        parent,
        process_group,
        session,
        has_terminal,
        is_of_kernel: flags & KERNEL_THREAD != 0,
        in_kernel,
        threads,
        started,
        size,
        resident,
        is_thread: fields.nth(13) == Some(b"-1"),
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
        let line = b"4321 (Web Content) S 1200 1100 1100 34816 4321 4194304 1 2 3 4 5 6 7 8 20 0 27 0 98765 2500000000 7000 18446744073709551615 1 1 0 0 0 0 0 4096 17642 0 0 0 17 1 0 0 0 0 0\n";
        let stat = parse(line).unwrap();
        assert_eq!((stat.pid, stat.command.as_slice(), stat.state), (4321, b"Web Content".as_slice(), b'S'));
        assert_eq!((stat.parent, stat.process_group, stat.session), (1200, 1100, 1100));
        assert_eq!((stat.in_kernel, stat.is_thread), (6, false));
        assert_eq!((stat.threads, stat.started, stat.size, stat.resident), (27, 98765, 2_500_000_000, 7000));
        assert!(stat.has_terminal && !stat.is_of_kernel);
        // The same line as a thread of it has it.
        let line = String::from_utf8_lossy(line).replace(" 17 1 0 0 0 0 0", " -1 1 0 0 0 0 0");
        assert!(parse(line.as_bytes()).unwrap().is_thread);
    }

    #[test]
    fn a_hostile_command_fools_nobody() {
        let line = b"7 (a) S 1 1 (\n) R) Z 2 0 -1 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 1";
        let stat = parse(line).unwrap();
        assert_eq!(stat.command.as_slice(), b"a) S 1 1 (\n) R");
        assert_eq!((stat.state, stat.parent, stat.session), (b'Z', 2, 0));
        assert!(stat.is_of_kernel && !stat.has_terminal && !stat.is_thread);
        assert_eq!(parse(b"7 (a"), None);
        assert_eq!(parse(b") ("), None);
        assert_eq!(parse(b"99999999999 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 1"), None);
    }

    #[expect(clippy::disallowed_methods, reason = "reads what the census reads")]
    fn line_of(pid: &str) -> Vec<u8> {
        std::fs::read(format!("/proc/{pid}/stat")).unwrap()
    }

    #[test]
    fn threads_and_processes_of_this_machine_are_told_apart() {
        let (number, ended) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
        let thread = std::thread::spawn(move || {
            let link = std::fs::read_link("/proc/thread-self").unwrap();
            number.0.send(link.file_name().unwrap().to_str().unwrap().to_owned()).unwrap();
            ended.1.recv().unwrap_err();
        });
        let its = parse(&line_of(&number.1.recv().unwrap())).unwrap();
        let own = parse(&line_of("self")).unwrap();
        drop(ended.0);
        thread.join().unwrap();
        assert!(its.is_thread && !own.is_thread);
        assert!(own.started > 0 && own.resident > 0 && own.pid == std::process::id());
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
            prop_assert_eq!((stat.command.as_slice(), stat.started), (&command[..], started));
        }
    }
}
