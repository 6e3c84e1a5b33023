//! /proc/meminfo once more, for the watchdog: the amounts that it needs, in one pass that allocates nothing.

use crate::sys::bytes::Bytes;

/// Amounts of the whole machine. What this kernel does not tell is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryLine {
    /// `MemTotal`.
    pub total: Bytes,
    /// `MemAvailable`, or `MemFree` on kernels before 3.14.
    pub available: Bytes,
    /// `SwapTotal`.
    pub swap_total: Bytes,
    /// `SwapFree`.
    pub swap_free: Bytes,
    /// `Shmem`: files in memory and shared memory.
    pub shared: Bytes,
    /// `Hugetlb`: huge pages that were set aside, used or not.
    pub huge: Bytes,
    /// `Zswap`: what compressed copies of swapped pages take.
    pub zswap: Bytes,
    /// `Zswapped`: what those pages were.
    pub zswapped: Bytes,
    /// `NvMapMemUsed`: what the GPU of a Jetson holds of the machine's memory.
    pub gpu: Bytes,
}

impl MemoryLine {
    /// Reads the text; `None` where it does not tell how much memory there is, and how much of it is left.
    pub fn parse(text: &str) -> Option<Self> {
        let mut found = Self::default();
        let (mut available, mut free) = (None, None);
        for line in text.lines() {
            let Some((name, rest)) = line.split_once(':') else { continue };
            let Some(amount) = rest.split_ascii_whitespace().next().and_then(|word| word.parse().ok()) else {
                continue;
            };
            let amount = Bytes::from_kib(amount);
            match name {
                "MemTotal" => found.total = amount,
                "MemAvailable" => available = Some(amount),
                "MemFree" => free = Some(amount),
                "SwapTotal" => found.swap_total = amount,
                "SwapFree" => found.swap_free = amount,
                "Shmem" => found.shared = amount,
                "Hugetlb" => found.huge = amount,
                "Zswap" => found.zswap = amount,
                "Zswapped" => found.zswapped = amount,
                "NvMapMemUsed" => found.gpu = amount,
                _ => {}
            }
        }
        found.available = available.or(free)?;
        (found.total.0 > 0).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::meminfo;
    use crate::host::Host;
    use proptest::prelude::*;

    #[test]
    fn it_agrees_with_what_everybody_else_reads() {
        let text = Host::live().read(meminfo::PATH).unwrap();
        let (line, all) = (MemoryLine::parse(&text).unwrap(), meminfo::parse(&text).unwrap());
        assert_eq!((line.total, line.available), (all.total(), all.available()));
        assert_eq!((line.swap_total, line.shared), (all.swap_total(), all.find("Shmem").unwrap()));
    }

    #[test]
    fn old_kernels_and_nonsense() {
        let old = MemoryLine::parse("MemTotal: 100 kB\nMemFree: 40 kB\n").unwrap();
        assert_eq!((old.available, old.swap_total), (Bytes(40 << 10), Bytes(0)));
        assert_eq!(MemoryLine::parse("MemTotal: 100 kB\n"), None);
        assert_eq!(MemoryLine::parse("MemTotal: 0 kB\nMemAvailable: 0 kB\n"), None);
        assert_eq!(MemoryLine::parse("MemTotal: -5 kB\nMemAvailable: x\n"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "((MemTotal|MemAvailable|Zswap|\\PC{0,9}):? ?[0-9]{0,25} ?k?B?\n){0,9}") {
            let _ = MemoryLine::parse(&text);
        }
    }
}
