//! /proc/PID/limits: what one process may take.

use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::malformed::{InFile, Malformed, numbered_lines};

/// The soft limits that concern memory; `None` is unlimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResourceLimits {
    /// `Max address space` (RLIMIT_AS).
    pub address_space: Option<Bytes>,
    /// `Max data size` (RLIMIT_DATA).
    pub data: Option<Bytes>,
    /// `Max locked memory` (RLIMIT_MEMLOCK).
    pub locked: Option<Bytes>,
}

/// Reads `NAME  SOFT  HARD  UNITS` a line, where a name has blanks of its own.
///
/// # Errors
/// Names the line whose limit is neither a number nor `unlimited`.
pub fn parse(text: &str) -> Result<ResourceLimits, Malformed> {
    let mut limits = ResourceLimits::default();
    for (number, line) in numbered_lines(text) {
        let rows = [
            ("Max address space", &mut limits.address_space),
            ("Max data size", &mut limits.data),
            ("Max locked memory", &mut limits.locked),
        ];
        for (name, slot) in rows {
            if let Some(rest) = line.strip_prefix(name) {
                *slot = parse_limit(number, rest.split_whitespace().next().unwrap_or_default())?;
            }
        }
    }
    Ok(limits)
}

fn parse_limit(number: usize, text: &str) -> Result<Option<Bytes>, Malformed> {
    match text {
        "unlimited" => Ok(None),
        _ => text.parse().map(|limit| Some(Bytes(limit))).map_err(|_| Malformed::not_a_number(number, text)),
    }
}

/// Reads those of a process.
///
/// # Errors
/// Says why there are none.
pub fn read(host: &Host, pid: u32) -> Result<ResourceLimits, Lacking> {
    let path = format!("/proc/{pid}/limits");
    parse(&host.read(&path)?).in_file(&path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_its_own_and_a_made_one() {
        read(&Host::live(), std::process::id()).unwrap();
        let text = "Limit Soft Limit Hard Limit Units\nMax data size unlimited unlimited bytes\n\
            Max locked memory         8388608              8388608              bytes     \n";
        let limits = parse(text).unwrap();
        assert_eq!((limits.data, limits.locked), (None, Some(Bytes::from_mib(8))));
        assert_eq!(parse("Max data size").unwrap_err().line, 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|Max data size +[0-9a-z]*\n)*") {
            let _ = parse(&text);
        }
    }
}
