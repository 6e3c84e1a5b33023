//! The most memory and swap that the top groups have held since they were made: memory.peak and memory.swap.peak.
//!
//! Peaks of different groups need not fall together, and that of memory counts the cache of files.

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

use super::malformed::{InFile, Malformed};

const ROOT: &str = "/sys/fs/cgroup";

/// More top slices than these are nobody's.
const MOST_GROUPS: usize = 64;

/// What one group has held at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peak {
    /// Its name, such as `system.slice`.
    pub group: String,
    /// Memory, the cache of files included; `None` before Linux 5.19.
    pub memory: Option<Bytes>,
    /// Swap; `None` before Linux 6.5.
    pub swap: Option<Bytes>,
}

/// Reads one of the files: a number of bytes.
///
/// # Errors
/// Says that it is no number.
pub fn parse(text: &str) -> Result<Bytes, Malformed> {
    text.trim().parse().map(Bytes).map_err(|_| Malformed::not_a_number(1, text.trim()))
}

/// Reads those of all slices just below the root; there are none on version 1.
///
/// # Errors
/// Says which file cannot be read.
pub fn read(host: &Host) -> Result<Vec<Peak>, Lacking> {
    let names = host.list(ROOT).if_there()?.unwrap_or_default();
    let mut peaks = Vec::new();
    for group in names.into_iter().filter(|name| name.ends_with(".slice")).take(MOST_GROUPS) {
        let amount = |file: &str| {
            let path = format!("{ROOT}/{group}/{file}");
            host.read(&path).if_there()?.map(|text| parse(&text).in_file(&path)).transpose()
        };
        let (memory, swap) = (amount("memory.peak")?, amount("memory.swap.peak")?);
        if memory.is_some() || swap.is_some() {
            peaks.push(Peak { memory, swap, group });
        }
    }
    Ok(peaks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    #[test]
    fn reads_the_slices_that_tell_something() {
        let (_folder, host) = made_tree(&[
            ("/sys/fs/cgroup/system.slice/memory.peak", "4096\n"),
            ("/sys/fs/cgroup/user.slice/memory.peak", "8192\n"),
            ("/sys/fs/cgroup/user.slice/memory.swap.peak", "1\n"),
            ("/sys/fs/cgroup/machine.slice/memory.current", "1\n"),
            ("/sys/fs/cgroup/init.scope/memory.peak", "1\n"),
        ]);
        let peaks = read(&host).unwrap();
        let shown: Vec<_> = peaks.iter().map(|peak| (peak.group.as_str(), peak.memory, peak.swap)).collect();
        assert_eq!(
            shown,
            [("system.slice", Some(Bytes(4096)), None), ("user.slice", Some(Bytes(8192)), Some(Bytes(1)))]
        );
    }

    #[test]
    fn what_is_no_number_is_named() {
        let (_folder, host) = made_tree(&[("/sys/fs/cgroup/a.slice/memory.peak", "max\n")]);
        assert!(read(&host).unwrap_err().source.ends_with("a.slice/memory.peak"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*|[0-9]{1,25}\n?") {
            let _ = parse(&text);
        }
    }
}
