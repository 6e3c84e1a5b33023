//! /proc/meminfo: where the memory is.

use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::fields::{self, Fields};
use super::malformed::{InFile, Malformed};

/// The file.
pub const PATH: &str = "/proc/meminfo";

/// The fields of /proc/meminfo by their own names; which there are depends on the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meminfo(Fields);

impl Meminfo {
    /// An amount, such as `MemTotal`.
    ///
    /// # Errors
    /// Says that this kernel does not tell it.
    pub fn get(&self, name: &str) -> Result<Bytes, Lacking> {
        self.find(name).ok_or_else(|| Lacking::absent(format!("{PATH}: {name}")))
    }

    /// An amount, where this kernel tells it.
    pub fn find(&self, name: &str) -> Option<Bytes> {
        self.0.get(name).map(Bytes::from_kib)
    }

    /// A plain number, such as `HugePages_Total`.
    pub fn count(&self, name: &str) -> Option<u64> {
        self.0.get(name)
    }

    /// `MemTotal`: the memory that the kernel manages.
    pub fn total(&self) -> Bytes {
        self.find("MemTotal").unwrap_or_default()
    }

    /// What can be had without swapping: `MemAvailable`, or an estimate from below on kernels before 3.14.
    pub fn available(&self) -> Bytes {
        let estimate = || {
            let sum: Bytes = ["MemFree", "Buffers", "Cached"].iter().filter_map(|name| self.find(name)).sum();
            sum.less(self.find("Shmem").unwrap_or_default())
        };
        self.find("MemAvailable").unwrap_or_else(estimate)
    }

    /// Whether so little is left that nothing more should be set aside: a tenth of all memory or less.
    pub fn is_short(&self) -> bool {
        self.available() <= self.total().percent(10.0)
    }

    /// `SwapTotal`, nothing where the kernel has no swap support.
    pub fn swap_total(&self) -> Bytes {
        self.find("SwapTotal").unwrap_or_default()
    }
}

/// Reads the text of /proc/meminfo.
///
/// # Errors
/// Names the line that is not a field, or says that `MemTotal` is missing.
pub fn parse(text: &str) -> Result<Meminfo, Malformed> {
    let meminfo = Meminfo(fields::parse(text)?);
    match meminfo.find("MemTotal") {
        None | Some(Bytes(0)) => {
            Err(Malformed::new(text.lines().count(), "the file ends without `MemTotal`"))
        }
        Some(_) => Ok(meminfo),
    }
}

/// Reads it from a machine.
///
/// # Errors
/// Says why there is none.
pub fn read(host: &Host) -> Result<Meminfo, Lacking> {
    parse(&host.read(PATH)?).in_file(PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_kernel_without_memavailable_gets_an_estimate() {
        let text = "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 10 kB\nCached: 200 kB\nShmem: 50 kB\n";
        assert_eq!(parse(text).unwrap().available(), Bytes::from_kib(260));
    }

    #[test]
    fn a_truncated_file_is_malformed() {
        assert_eq!(parse("").unwrap_err().what, "the file ends without `MemTotal`");
        assert_eq!(parse("MemTotal:").unwrap_err().line, 1);
    }
}
