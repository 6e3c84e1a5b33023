//! What a control group shows while something runs in it. It is gone as soon as its last process is, so that the last look counts.

use std::time::Duration;

use crate::facts::cgroup_memory::{self, Version};
use crate::facts::{fields, pressure, process_unit};
use crate::host::Host;
use crate::sys::bytes::Bytes;

use super::report::{Used, seconds};

/// The group of a process.
pub(super) struct Group {
    folder: String,
    version: Version,
    used: Used,
}

impl Group {
    /// That of the process `pid`, once it is in the unit; `None` until then.
    pub(super) fn of(host: &Host, pid: u32, unit: &str) -> Option<Self> {
        let text = host.read(&format!("/proc/{pid}/cgroup")).ok()?;
        let groups = process_unit::groups_of(&text, unit);
        let unified = groups.unified.map(|path| (format!("/sys/fs/cgroup{path}"), Version::Two));
        let memory = groups.memory.map(|path| (format!("/sys/fs/cgroup/memory{path}"), Version::One));
        let has_memory = |(folder, version): &(String, Version)| {
            host.has(&format!(
                "{folder}/{}",
                if *version == Version::Two { "memory.current" } else { "memory.usage_in_bytes" }
            ))
        };
        let (folder, version) = [unified, memory].into_iter().flatten().find(has_memory)?;
        Some(Self { folder, version, used: Used::default() })
    }

    /// Looks at it; what only grows counts as it is, and of the rest the most.
    pub(super) fn look(&mut self, host: &Host) {
        let (memory, _) = cgroup_memory::read(host, &self.folder, self.version);
        // Kernels before 5.19 keep no peak, those before 6.5 none of swap.
        let swap = self.swap_peak(host).or(memory.swap);
        let events = memory.events.or(memory.own_events);
        let used = &mut self.used;
        used.peak = used.peak.max(memory.peak.or(memory.current));
        used.swap_peak = used.swap_peak.max(swap);
        used.oom_kills = used.oom_kills.max(events.map(|events| events.oom_kill));
        used.slowed = used.slowed.max(memory.events.map(|events| events.high));
        self.look_at_processors(host);
        self.look_at_pressure(host);
    }

    /// What was seen of it.
    pub(super) fn used(self) -> Used {
        self.used
    }

    fn read(&self, host: &Host, file: &str) -> Option<String> {
        host.read(&format!("{}/{file}", self.folder)).ok()
    }

    fn swap_peak(&self, host: &Host) -> Option<Bytes> {
        Some(Bytes(self.read(host, "memory.swap.peak")?.trim().parse().ok()?))
    }

    fn look_at_processors(&mut self, host: &Host) {
        let Some(stat) = self.read(host, "cpu.stat").and_then(|text| fields::parse(&text).ok()) else {
            return;
        };
        let time =
            |name: &str| stat.get(name).map(|microseconds| seconds(Duration::from_micros(microseconds)));
        self.used.processor = time("usage_usec").or(self.used.processor);
        self.used.throttled = time("throttled_usec").or(self.used.throttled);
    }

    fn look_at_pressure(&mut self, host: &Host) {
        let Some(totals) = self.read(host, "memory.pressure").and_then(|text| pressure::totals(&text)) else {
            return;
        };
        self.used.some_pressure = Some(seconds(totals.some));
        self.used.full_pressure = Some(seconds(totals.full));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::{add, made_tree};

    const FOLDER: &str = "/sys/fs/cgroup/system.slice/memtune-try-7.scope";

    #[test]
    fn the_most_of_each_is_kept() {
        let file = |name: &str| format!("{FOLDER}/{name}");
        let (folder, host) = made_tree(&[
            ("/proc/7/cgroup", "0::/system.slice/memtune-try-7.scope\n"),
            (&file("memory.current"), "3000\n"),
            (&file("memory.swap.current"), "10\n"),
            (&file("memory.events"), "high 2\noom_kill 0\n"),
            (&file("cpu.stat"), "usage_usec 1500000\nthrottled_usec 250000\n"),
            (&file("memory.pressure"), "some avg10=0.00 total=2000000\nfull avg10=0.00 total=1000000\n"),
        ]);
        assert!(Group::of(&host, 7, "memtune-try-8.scope").is_none());
        let mut group = Group::of(&host, 7, "memtune-try-7.scope").unwrap();
        group.look(&host);
        let path = |name: &str| folder.path().join(file(name).trim_start_matches('/'));
        add(&path("memory.current"), "1000\n");
        add(&path("memory.events"), "high 5\noom_kill 1\n");
        group.look(&host);
        let used = group.used();
        assert_eq!((used.peak, used.swap_peak), (Some(Bytes(3000)), Some(Bytes(10))));
        assert_eq!((used.oom_kills, used.slowed), (Some(1), Some(5)));
        assert_eq!((used.processor, used.throttled), (Some(1.5), Some(0.25)));
        assert_eq!((used.some_pressure, used.full_pressure), (Some(2.0), Some(1.0)));
    }
}
