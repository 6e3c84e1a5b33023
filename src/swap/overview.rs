//! All of a machine's swap at a glance: areas, zswap, what was promised, and what is odd about it.

use serde::Serialize;

use crate::facts::readings::Readings;
use crate::facts::swaps;
use crate::facts::zswap::Zswap;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::areas::Area;
use super::cut_short::CutShort;
use super::managers;
use super::planned;
use super::remarks::{self, Remark};
use super::survey;

/// The answer of `memtune swap show`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overview {
    schema: &'static str,
    /// The areas, those in use first.
    pub areas: Vec<Area>,
    /// zswap; `None` where the kernel has none.
    pub zswap: Option<Pool>,
    /// The memory of the machine.
    pub memory: Option<Bytes>,
    /// What may be promised to programs; it counts only in overcommit mode 2.
    pub commit_limit: Option<Bytes>,
    /// What was promised to programs.
    pub committed: Option<Bytes>,
    /// vm.overcommit_memory: 0 guesses, 1 always grants, 2 never grants more than the limit.
    pub overcommit_mode: Option<u64>,
    /// The programs that are enabled to make swap of their own.
    pub managers: Vec<&'static str>,
    /// The kind of the container that this is, whose swap is its host's affair.
    pub container: Option<String>,
    /// Why it is not known what is in use; `None` where it is.
    pub unknown: Option<String>,
    /// A change of memtune's own that is under way, or was cut short.
    pub cut_short: Option<CutShort>,
    /// The lines of fstab that are no entries.
    #[serde(skip)]
    pub lines_passed_over: Vec<usize>,
    /// What is odd.
    pub remarks: Vec<Remark>,
}

/// Compressed memory in front of the areas on disks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pool {
    /// Whether pages go into it.
    pub enabled: bool,
    /// The compressor.
    pub compressor: Option<String>,
    /// The memory that it may take.
    pub limit: Option<Bytes>,
    /// The memory that it takes.
    pub cost: Option<Bytes>,
    /// What it holds, before compression.
    pub original: Option<Bytes>,
}

impl Overview {
    /// Of this machine.
    ///
    /// # Errors
    /// Says why the areas in use cannot be read; what else is lacking is left open.
    pub fn of(readings: &Readings) -> Result<Self, Lacking> {
        let meminfo = readings.meminfo().ok();
        let found = |name| meminfo.and_then(|meminfo| meminfo.find(name));
        let managers = managers::enabled(readings.host()).unwrap_or_default();
        let mut overview = Self {
            schema: "memtune.swap/1",
            areas: survey::areas(readings)?,
            zswap: readings.zswap().ok().and_then(Option::as_ref).map(|zswap| pool(zswap, readings)),
            memory: found("MemTotal"),
            commit_limit: found("CommitLimit"),
            committed: found("Committed_AS"),
            overcommit_mode: readings.knob("vm.overcommit_memory").ok(),
            managers: managers.iter().map(|manager| manager.name).collect(),
            container: readings.container().map(|container| container.kind.clone()),
            unknown: unknown(readings),
            cut_short: CutShort::read(readings.host()),
            lines_passed_over: planned::lines_passed_over(readings.host()).unwrap_or_default(),
            remarks: Vec::new(),
        };
        overview.remarks = remarks::about(&overview, &managers);
        Ok(overview)
    }

    /// The areas in use.
    pub fn used_areas(&self) -> impl Iterator<Item = &Area> {
        self.areas.iter().filter(|area| area.in_use)
    }

    /// What all areas in use can hold.
    pub fn size(&self) -> Bytes {
        self.used_areas().filter_map(|area| area.size).sum()
    }

    /// What all areas in use hold.
    pub fn used(&self) -> Bytes {
        self.used_areas().map(|area| area.used).sum()
    }
}

/// A running kernel without the file has no swap at all; a tree without it does not tell.
pub(super) fn unknown(readings: &Readings) -> Option<String> {
    let host = readings.host();
    let is_told = host.is_live() || host.has(swaps::PATH);
    // A kernel without swap has none in use, whoever wrote that down.
    let has_none = || readings.meminfo().ok()?.find("SwapTotal").map(|total| total.0 == 0);
    let is_known = is_told || has_none().unwrap_or(false);
    (!is_known).then(|| Lacking::absent(swaps::PATH).to_string())
}

/// Root sees the pool's own count; everybody sees that of newer kernels in /proc/meminfo.
fn pool(zswap: &Zswap, readings: &Readings) -> Pool {
    let meminfo = readings.meminfo().ok();
    let found = |name| meminfo.and_then(|meminfo| meminfo.find(name));
    let percent = zswap.max_pool_percent.map(|percent| percent as f64);
    Pool {
        enabled: zswap.is_enabled,
        compressor: zswap.compressor.clone(),
        limit: meminfo.zip(percent).map(|(meminfo, percent)| meminfo.total().percent(percent)),
        cost: zswap.pool_size.or_else(|| found("Zswap")),
        original: zswap.stored_pages.map(|pages| readings.pages(pages)).or_else(|| found("Zswapped")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn of(files: &[(&str, &str)]) -> Overview {
        let (_folder, host) = made_tree(files);
        Overview::of(&Readings::new(&host, None)).unwrap()
    }

    #[test]
    fn sums_up_what_is_in_use_and_what_was_promised() {
        let overview = of(&[
            ("/proc/swaps", "/dev/sda2 partition 1000 10 -2\n/dev/sdb2 partition 500 5 -3\n"),
            ("/etc/fstab", "/dev/sdc2 none swap sw 0 0\n"),
            ("/proc/meminfo", "MemTotal: 4000 kB\nCommitLimit: 3500 kB\nCommitted_AS: 100 kB\n"),
            ("/proc/sys/vm/overcommit_memory", "2\n"),
        ]);
        assert_eq!((overview.size(), overview.used()), (Bytes::from_kib(1500), Bytes::from_kib(15)));
        assert_eq!(overview.areas.len(), 3);
        assert_eq!(overview.commit_limit, Some(Bytes::from_kib(3500)));
        assert_eq!((overview.committed, overview.overcommit_mode), (Some(Bytes::from_kib(100)), Some(2)));
        assert_eq!(overview.zswap, None);
    }

    #[test]
    fn a_tree_that_does_not_tell_is_unknown() {
        let memory = |swap: &str| format!("MemTotal: 4000 kB\n{swap}");
        for (files, is_known) in [
            (vec![("/etc/hostname", String::new())], false),
            (vec![("/proc/meminfo", memory("SwapTotal: 8 kB\n"))], false),
            (vec![("/proc/meminfo", memory(""))], false),
            (vec![("/proc/meminfo", memory("SwapTotal: 0 kB\n"))], true),
            (vec![("/proc/swaps", String::new())], true),
        ] {
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            assert_eq!(of(&files).unknown.is_none(), is_known, "{files:?}");
        }
    }

    #[test]
    fn the_pool_is_told_by_root_or_by_newer_kernels() {
        let zswap = [
            ("/sys/module/zswap/parameters/enabled", "Y\n"),
            ("/sys/module/zswap/parameters/max_pool_percent", "20\n"),
            ("/proc/meminfo", "MemTotal: 4000 kB\nZswap: 40 kB\nZswapped: 120 kB\n"),
        ];
        let pool = of(&zswap).zswap.unwrap();
        assert_eq!((pool.enabled, pool.limit), (true, Some(Bytes::from_kib(800))));
        assert_eq!((pool.cost, pool.original), (Some(Bytes::from_kib(40)), Some(Bytes::from_kib(120))));
        let debug = [
            ("/sys/kernel/debug/zswap/pool_total_size", "8192\n"),
            ("/sys/kernel/debug/zswap/stored_pages", "5\n"),
        ];
        let pool = of(&[&zswap[..], &debug].concat()).zswap.unwrap();
        assert_eq!((pool.cost, pool.original), (Some(Bytes(8192)), Some(Bytes(20_480))));
    }

    #[test]
    fn a_machine_without_anything_has_an_answer() {
        let overview = of(&[]);
        assert_eq!((overview.areas.len(), overview.memory), (0, None));
        assert_eq!(overview.size(), Bytes(0));
    }
}
