//! /sys/kernel/mm/hugepages: the pools of pages that were set aside for programs which ask for huge ones.

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

use super::malformed::{InFile, Malformed};
use super::meminfo::Meminfo;

const FOLDER: &str = "/sys/kernel/mm/hugepages";

/// The pages of one size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// The size of each page.
    pub page: Bytes,
    /// Pages in the pool.
    pub total: u64,
    /// Pages of them that nobody uses yet.
    pub free: u64,
    /// Free pages that are promised to a program already.
    pub reserved: u64,
    /// Pages beyond the wanted number, which go back when they become free.
    pub surplus: u64,
}

impl Pool {
    /// Pages that nobody uses and that are promised to nobody.
    pub fn idle(&self) -> u64 {
        self.free.saturating_sub(self.reserved)
    }

    /// The folder of this pool's numbers and knobs.
    pub fn folder(&self) -> String {
        format!("{FOLDER}/hugepages-{}kB", self.page.kib())
    }
}

/// The size in a folder's name, such as `hugepages-2048kB`.
pub fn size_of_name(name: &str) -> Option<Bytes> {
    let kib = name.strip_prefix("hugepages-")?.strip_suffix("kB")?.parse().ok()?;
    Some(Bytes::from_kib(kib))
}

/// The pool of the default size, as /proc/meminfo tells it; `None` on a kernel without huge pages.
pub fn of_meminfo(meminfo: &Meminfo) -> Option<Pool> {
    let count = |name: &str| meminfo.count(name).unwrap_or_default();
    Some(Pool {
        page: meminfo.find("Hugepagesize")?,
        total: meminfo.count("HugePages_Total")?,
        free: count("HugePages_Free"),
        reserved: count("HugePages_Rsvd"),
        surplus: count("HugePages_Surp"),
    })
}

/// Reads all pools; none where the machine shows none.
///
/// # Errors
/// Says which file cannot be read.
pub fn read(host: &Host) -> Result<Vec<Pool>, Lacking> {
    let names = host.list(FOLDER).if_there()?.unwrap_or_default();
    // No processor has more than a handful of page sizes.
    let sizes = names.iter().filter_map(|name| Some((name, size_of_name(name)?))).take(16);
    sizes.map(|(name, page)| read_pool(host, name, page)).collect()
}

fn read_pool(host: &Host, name: &str, page: Bytes) -> Result<Pool, Lacking> {
    let count = |file: &str| {
        let path = format!("{FOLDER}/{name}/{file}");
        match host.read(&path).if_there()? {
            Some(text) => parse_count(&text).in_file(&path),
            None => Ok(0),
        }
    };
    Ok(Pool {
        page,
        total: count("nr_hugepages")?,
        free: count("free_hugepages")?,
        reserved: count("resv_hugepages")?,
        surplus: count("surplus_hugepages")?,
    })
}

fn parse_count(text: &str) -> Result<u64, Malformed> {
    let text = text.trim();
    text.parse().map_err(|_| Malformed::not_a_number(1, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_sizes_and_counts() {
        assert_eq!(size_of_name("hugepages-1048576kB"), Some(Bytes::from_gib(1)));
        assert_eq!(size_of_name("hugepages-kB"), None);
        assert_eq!(size_of_name("power"), None);
        assert_eq!(parse_count(" 12\n"), Ok(12));
        assert_eq!(parse_count("x"), Err(Malformed::not_a_number(1, "x")));
        let pool = Pool { free: 10, reserved: 4, page: Bytes::from_mib(2), ..Pool::default() };
        assert_eq!(pool.idle(), 6);
        assert_eq!(pool.folder(), "/sys/kernel/mm/hugepages/hugepages-2048kB");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC*|hugepages-[0-9]{0,25}kB|[0-9]{0,25})") {
            let _ = size_of_name(&text);
            let _ = parse_count(&text);
        }
    }
}
