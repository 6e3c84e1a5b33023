//! /proc/PID/statm: what a process has mapped, in pages; the cheapest of the files that tell its memory.

use super::process_stat::unsigned;

/// Pages of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Mapped.
    pub size: u64,
    /// In memory.
    pub resident: u64,
    /// In memory, of files and of what is shared.
    pub of_files: u64,
}

impl Pages {
    /// Reads the line; `None` of anything else.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let mut words = line.trim_ascii_end().split(|&byte| byte == b' ').map(unsigned);
        Some(Self { size: words.next()??, resident: words.next()??, of_files: words.next()?? })
    }

    /// In memory, of nothing that could be had again.
    pub fn anonymous(self) -> u64 {
        self.resident.saturating_sub(self.of_files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_three_numbers_count() {
        let pages = Pages::parse(b"1844 412 300 44 0 98 0\n").unwrap();
        assert_eq!((pages.size, pages.resident, pages.of_files, pages.anonymous()), (1844, 412, 300, 112));
        assert_eq!(Pages::parse(b"1 2 3\n").unwrap().anonymous(), 0);
        for wrong in [&b""[..], b"1 2", b"1 2 x", b"1  2 3", b"-1 2 3", b"1 2 18446744073709551616"] {
            assert_eq!(Pages::parse(wrong), None);
        }
    }

    #[test]
    fn it_agrees_with_what_the_status_says() {
        #[expect(clippy::disallowed_methods, reason = "reads what the census reads")]
        let line = std::fs::read("/proc/1/statm").unwrap();
        let pages = Pages::parse(&line).unwrap();
        assert!(pages.resident <= pages.size && pages.of_files <= pages.resident, "{pages:?}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(line in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Pages::parse(&line).map(Pages::anonymous);
        }
    }
}
