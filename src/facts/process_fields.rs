//! Single fields of a process's own files: /proc/PID/status and /proc/PID/smaps_rollup, which share one shape.

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

/// The first word behind `NAME:`; lines of any other shape are passed over.
pub fn word<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    value.split_whitespace().next()
}

/// The number behind `NAME:`, in the file's own unit.
pub fn number(text: &str, name: &str) -> Option<u64> {
    word(text, name)?.parse().ok()
}

/// Reads a number of a process; `None` where it has ended, or where this kernel does not tell it.
///
/// # Errors
/// Says why it cannot be read: most often the process belongs to someone else.
pub fn read_number(host: &Host, pid: u32, file: &str, name: &str) -> Result<Option<u64>, Lacking> {
    let text = host.read(&format!("/proc/{pid}/{file}")).if_there()?;
    Ok(text.and_then(|text| number(&text, name)))
}

/// Reads an amount of a process, which these files give in KiB.
///
/// # Errors
/// As [`read_number`].
pub fn read_amount(host: &Host, pid: u32, file: &str, name: &str) -> Result<Option<Bytes>, Lacking> {
    Ok(read_number(host, pid, file, name)?.map(Bytes::from_kib))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_a_field_among_others() {
        let rollup =
            "55d0-7ffe ---p 00000000 00:00 0    [rollup]\nRss:    1500 kB\nPss:     321 kB\nPss_Anon: 9 kB\n";
        assert_eq!(number(rollup, "Pss"), Some(321));
        assert_eq!(number(rollup, "Swap"), None);
        assert_eq!(number("Name:\tPss: 5\nTHP_enabled:\t1\n", "THP_enabled"), Some(1));
        assert_eq!(number("VmLck:\tmany kB\n", "VmLck"), None);
    }

    #[test]
    fn finds_itself() {
        let own = std::process::id();
        let resident = read_amount(&Host::live(), own, "status", "VmRSS").unwrap();
        assert!(resident.unwrap() > Bytes(0));
    }

    proptest! {
        #[test]
        fn any_text_has_a_number_or_none(text in "(\\PC|\n|Pss:[ \t]*[0-9]{0,25} ?k?B?\n?){0,20}") {
            let _ = number(&text, "Pss");
        }
    }
}
