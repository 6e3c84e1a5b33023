//! The files of one control group, and what they tell of it.

use std::fmt::Write;

use arrayvec::ArrayString;
use rustix::io::Errno;

use crate::facts::pressure;
use crate::sys::bytes::Bytes;
use crate::sys::kernel_file::KernelFile;
use crate::watch::job::GroupPath;
use crate::watch::policy::group::GroupSample;

/// memory.stat has about sixty lines.
const BUFFER: usize = 4096;

/// Where groups lie, and what their files are called.
#[derive(Debug)]
struct Hierarchy {
    memory: &'static str,
    pressure: &'static str,
    held: &'static str,
    swap: Option<&'static str>,
    /// The cache, in memory.stat.
    cache: [&'static str; 2],
    /// What lies in swap, in memory.stat, where it has no file.
    swap_line: &'static str,
}

const HIERARCHIES: [Hierarchy; 2] = [
    Hierarchy {
        memory: "/sys/fs/cgroup",
        pressure: "/sys/fs/cgroup",
        held: "memory.current",
        swap: Some("memory.swap.current"),
        cache: ["inactive_file ", "active_file "],
        swap_line: "swap ",
    },
    Hierarchy {
        memory: "/sys/fs/cgroup/memory",
        pressure: "/sys/fs/cgroup/unified",
        held: "memory.usage_in_bytes",
        swap: None,
        cache: ["total_inactive_file ", "total_active_file "],
        swap_line: "total_swap ",
    },
];

/// Takes samples of a group.
#[derive(Debug)]
pub struct GroupMeter {
    hierarchy: &'static Hierarchy,
    held: KernelFile,
    stat: KernelFile,
    swap: Option<KernelFile>,
    pressure: Option<KernelFile>,
}

impl GroupMeter {
    /// Opens the files of the group at `path`; `None` where there is none, or where groups do not tell what they hold.
    pub fn open(path: &GroupPath) -> Option<Self> {
        HIERARCHIES.iter().find_map(|hierarchy| Self::open_in(hierarchy, path))
    }

    fn open_in(hierarchy: &'static Hierarchy, path: &GroupPath) -> Option<Self> {
        let open = |folder: &str, file: &str| {
            let mut name: ArrayString<600> = ArrayString::new();
            write!(name, "{folder}{path}/{file}").ok()?;
            KernelFile::open(&name).ok()
        };
        Some(Self {
            hierarchy,
            held: open(hierarchy.memory, hierarchy.held)?,
            stat: open(hierarchy.memory, "memory.stat")?,
            swap: hierarchy.swap.and_then(|file| open(hierarchy.memory, file)),
            pressure: open(hierarchy.pressure, "memory.pressure"),
        })
    }

    /// The group at this moment, of a machine with `total` memory.
    ///
    /// # Errors
    /// What the kernel answered: `NODEV` where the group is gone.
    pub fn sample(&self, at: u64, total: Bytes) -> Result<GroupSample, Errno> {
        let mut buffer = [0; BUFFER];
        let held = number(self.held.read(&mut buffer)?).ok_or(Errno::INVAL)?;
        let stat = self.stat.read(&mut buffer)?;
        let named = |name: &str| {
            Bytes(stat.lines().find_map(|line| number(line.strip_prefix(name)?)).unwrap_or_default())
        };
        let [inactive, active] = self.hierarchy.cache.map(named);
        let in_stat = named(self.hierarchy.swap_line);
        let swap = match &self.swap {
            Some(file) => Bytes(number(file.read(&mut buffer)?).unwrap_or_default()),
            None => in_stat,
        };
        let waited = self.pressure.as_ref().and_then(|file| {
            let totals = pressure::totals(file.read(&mut buffer).ok()?)?;
            u64::try_from(totals.full.as_micros()).ok()
        });
        Ok(GroupSample { at, total, held: Bytes(held).less(inactive + active) + swap, waited })
    }
}

fn number(text: &str) -> Option<u64> {
    text.trim_ascii().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_group_has_no_meter() {
        for path in ["/there-is-none", "/../..", "/a\n"] {
            assert!(GroupMeter::open(&GroupPath::from(path).unwrap()).is_none(), "{path}");
        }
    }

    #[test]
    fn cache_does_not_count_and_swap_does() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            #[expect(clippy::disallowed_methods, reason = "builds the group that is read")]
            std::fs::write(folder.path().join(name), text).unwrap();
            KernelFile::open(folder.path().join(name).to_str().unwrap()).unwrap()
        };
        let stat = "anon 500\ninactive_file 300\nactive_file 90\ntotal_swap 8\ntotal_inactive_file 200\n";
        let mut meter = GroupMeter {
            hierarchy: &HIERARCHIES[0],
            held: put("held", "1000\n"),
            stat: put("stat", stat),
            swap: Some(put("swap", "70\n")),
            pressure: Some(put("pressure", "some avg10=0 total=9\nfull avg10=0 total=5\n")),
        };
        let sample = meter.sample(3, Bytes(4000)).unwrap();
        let expected = GroupSample { at: 3, total: Bytes(4000), held: Bytes(680), waited: Some(5) };
        assert_eq!(sample, expected);
        (meter.hierarchy, meter.swap, meter.pressure) = (&HIERARCHIES[1], None, None);
        let sample = meter.sample(3, Bytes(4000)).unwrap();
        assert_eq!((sample.held, sample.waited), (Bytes(808), None));
    }
}
