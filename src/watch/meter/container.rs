//! The limit of the container that the watchdog runs in: what is in it cannot have more, however much the machine has.

use crate::sys::bytes::Bytes;
use crate::sys::kernel_file::KernelFile;

/// Files of the top group. The machine's own top group has none of them, so that where they are, there is a container.
#[derive(Debug)]
pub(super) struct Container {
    limit: KernelFile,
    current: KernelFile,
    stat: KernelFile,
    /// What the kernel calls the cache that goes first.
    cache: &'static str,
}

/// What is left in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) limit: Bytes,
    pub(super) available: Bytes,
}

impl Container {
    pub(super) fn open() -> Option<Self> {
        Self::open_at("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file").or_else(|| {
            let one = "/sys/fs/cgroup/memory";
            Self::open_at(one, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        })
    }

    fn open_at(folder: &str, limit: &str, current: &str, cache: &'static str) -> Option<Self> {
        let open = |file: &str| KernelFile::open(&format!("{folder}/{file}")).ok();
        Some(Self { limit: open(limit)?, current: open(current)?, stat: open("memory.stat")?, cache })
    }

    /// What is left; `None` where there is no limit.
    pub(super) fn left(&self, buffer: &mut [u8]) -> Option<Left> {
        let limit = Bytes(self.limit.read(buffer).ok()?.trim().parse().ok()?);
        let current = Bytes(self.current.read(buffer).ok()?.trim().parse().ok()?);
        let stat = self.stat.read(buffer).ok()?;
        let cache = stat.lines().find_map(|line| line.strip_prefix(self.cache)?.trim().parse().ok());
        let available = limit.less(current.less(Bytes(cache.unwrap_or_default())));
        Some(Left { limit, available })
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "makes the files that are read")]
mod tests {
    use super::*;

    #[test]
    fn cache_is_available() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        put("memory.max", "1000\n");
        put("memory.current", "900\n");
        put("memory.stat", "anon 500\ninactive_file 300\nactive_file 100\n");
        let path = folder.path().to_str().unwrap();
        let open = || Container::open_at(path, "memory.max", "memory.current", "inactive_file").unwrap();
        assert_eq!(open().left(&mut [0; 256]), Some(Left { limit: Bytes(1000), available: Bytes(400) }));
        put("memory.max", "max\n");
        assert_eq!(open().left(&mut [0; 256]), None);
    }
}
