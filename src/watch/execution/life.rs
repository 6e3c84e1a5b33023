//! What /proc/PID/stat says of whose child a process is, and since when it lives.

/// PF_KTHREAD in the kernel's flags.
const KERNEL_THREAD: u64 = 0x0020_0000;

/// A process as the kernel knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// Its number as this /proc counts.
    pub pid: u32,
    /// Its parent's; 0 for one that has none here.
    pub parent: u32,
    /// Its process group.
    pub process_group: u32,
    /// Its session.
    pub session: u32,
    /// When it was started, in ticks since the boot.
    pub started: u64,
    /// For how long it ran in the kernel, in ticks.
    pub in_kernel: u64,
    /// Whether it is a thread of the kernel, which no signal ends.
    pub is_of_kernel: bool,
}

impl Life {
    /// Reads the file; `None` where it is cut or of another shape. A command may hold anything, brackets and line ends too.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let end = text.iter().rposition(|&byte| byte == b')')?;
        let head = std::str::from_utf8(text.get(..end)?.split(|&byte| byte == b' ').next()?).ok()?;
        let rest = std::str::from_utf8(text.get(end + 1..)?).ok()?;
        let mut words = rest.split_ascii_whitespace();
        // As proc_pid_stat(5) counts its fields; the third, the state, is the first behind the command.
        let mut field = {
            let mut next = 3;
            move |number: usize| {
                let word = words.nth(number.checked_sub(next)?);
                next = number + 1;
                word
            }
        };
        Some(Self {
            pid: head.parse().ok()?,
            parent: field(4)?.parse().ok()?,
            process_group: field(5)?.parse().ok()?,
            session: field(6)?.parse().ok()?,
            is_of_kernel: field(9)?.parse::<u64>().ok()? & KERNEL_THREAD != 0,
            in_kernel: field(15)?.parse().ok()?,
            started: field(22)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &str = "4179 (a) b\n(c) S 1 4178 4177 0 -1 4194304 90 0 0 0 5 17 0 0 20 0 1 0 6255555 2310144 160 1844 1 1\n";

    #[test]
    fn reads_what_follows_any_command() {
        let life = Life::parse(LINE.as_bytes()).unwrap();
        let expected = Life {
            pid: 4179,
            parent: 1,
            process_group: 4178,
            session: 4177,
            started: 6_255_555,
            in_kernel: 17,
            is_of_kernel: false,
        };
        assert_eq!(life, expected);
        let thread = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n";
        assert!(Life::parse(thread.as_bytes()).unwrap().is_of_kernel);
    }

    #[test]
    fn a_command_of_any_bytes_does_no_harm() {
        let line = [b"7 (\xff\xfe) ) S 3", &LINE.as_bytes()[18..]].concat();
        assert!(
            Life::parse(&line).is_some_and(|life| (life.pid, life.parent) == (7, 3))
                || Life::parse(&line).is_none()
        );
        assert_eq!(Life::parse(b"7 (sh"), None);
        assert_eq!(Life::parse(b"7 (sh) S 1 1 1 0 -1 0"), None);
        assert_eq!(Life::parse(b""), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..300), cut in 0..LINE.len()) {
            Life::parse(&text);
            prop_assert!(Life::parse(&LINE.as_bytes()[..cut]).is_none_or(|life| life.pid == 4179));
        }
    }
}
