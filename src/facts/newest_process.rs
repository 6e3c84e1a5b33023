//! The fifth word of /proc/loadavg: the number that the kernel gave last, to a process or a thread of the reader's PID namespace. Who
//! came since an earlier look has a number between both, unless the numbers have begun anew.

use super::process_stat::unsigned;

/// Reads the line; `None` of anything else.
pub fn parse(line: &[u8]) -> Option<u32> {
    let mut words = line.trim_ascii_end().split(|&byte| byte == b' ');
    unsigned(words.nth(4)?).and_then(|number| u32::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_word_is_the_newest() {
        assert_eq!(parse(b"10.73 9.41 6.52 4/114 763518\n"), Some(763_518));
        for wrong in [&b""[..], b"0 0 0 1/2", b"0 0 0 1/2 -1", b"0 0 0 1/2 99999999999"] {
            assert_eq!(parse(wrong), None);
        }
    }

    #[test]
    fn a_child_that_was_started_is_no_newer() {
        #[expect(clippy::disallowed_methods, reason = "starts what is looked for")]
        let mut child = std::process::Command::new("true").spawn().unwrap();
        #[expect(clippy::disallowed_methods, reason = "reads what the census reads")]
        let line = std::fs::read("/proc/loadavg").unwrap();
        let newest = parse(&line).unwrap();
        child.wait().unwrap();
        // Numbers begin anew at the end, which a busy machine may reach just now.
        assert!(newest >= child.id() || child.id() - newest > 1_000, "{newest} {}", child.id());
    }
}
