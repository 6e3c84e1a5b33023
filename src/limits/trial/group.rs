//! What a control group shows while something runs in it. It is gone as soon as its last process is, so that the last look counts.

use std::time::Duration;

use crate::facts::cgroup_memory::{self, Version};
use crate::facts::process_unit::Groups;
use crate::facts::{fields, pressure, process_unit};
use crate::host::Host;
use crate::sys::bytes::Bytes;

use super::report::{Used, seconds};

const MICROSECONDS: &str = "usage_usec";

/// The group of a process, in each hierarchy that tells something.
pub(super) struct Group {
    /// Where its processes are listed.
    processes: String,
    /// Where its memory is counted; nowhere, if the kernel was told so.
    memory: Option<(String, Version)>,
    /// Where its processor time is counted on version 1.
    processors: Option<String>,
    used: Used,
}

impl Group {
    /// That of the process `pid`, once it is in the unit; `None` until then.
    pub(super) fn of(host: &Host, pid: u32, unit: &str) -> Option<Self> {
        let text = host.read(&format!("/proc/{pid}/cgroup")).ok()?;
        let groups = process_unit::groups_of(&text, unit);
        let Groups { unified, memory } = &groups;
        let below =
            |top: &str, path: &Option<String>| path.as_ref().map(|path| format!("/sys/fs/cgroup{top}{path}"));
        let has = |folder: Option<String>, file: &str| {
            folder.filter(|folder| host.has(&format!("{folder}/{file}")))
        };
        // On hybrid control groups the second is a tree without controllers.
        let processes = [below("", unified), below("/unified", unified), below("/memory", memory)]
            .into_iter()
            .find_map(|folder| has(folder, "cgroup.procs"))?;
        let processors = has(below("/cpu,cpuacct", memory), "cpuacct.usage");
        let memory = cgroup_memory::place(host, &groups);
        Some(Self { processes, memory, processors, used: Used::default() })
    }

    /// Whether the kernel counts its memory.
    pub(super) fn has_memory(&self) -> bool {
        self.memory.is_some()
    }

    /// Looks at it; what only grows counts as it is, and of the rest the most.
    pub(super) fn look(&mut self, host: &Host) {
        self.look_at_memory(host);
        self.look_at_processors(host);
        self.look_at_pressure(host);
        self.look_at_tasks(host);
    }

    /// What was seen of it.
    pub(super) fn used(&self) -> &Used {
        &self.used
    }

    /// How many processes are in it; none once it is gone.
    pub(super) fn processes(&self, host: &Host) -> u64 {
        let listed = read(host, &self.processes, "cgroup.procs").unwrap_or_default().lines().count() as u64;
        // Some may have gone on into groups of their own below it.
        let events = read(host, &self.processes, "cgroup.events").and_then(|text| fields::parse(&text).ok());
        let is_populated = events.and_then(|events| events.get("populated")) == Some(1);
        listed.max(u64::from(is_populated))
    }

    fn look_at_memory(&mut self, host: &Host) {
        let Some((folder, version)) = &self.memory else { return };
        let (memory, _) = cgroup_memory::read(host, folder, *version);
        // Kernels before 5.19 keep no peak, those before 6.5 none of swap.
        let swap_peak = read(host, folder, "memory.swap.peak").and_then(|text| number(&text)).map(Bytes);
        let events = memory.events.or(memory.own_events);
        let failures = read(host, folder, "memory.failcnt").and_then(|text| number(&text));
        let used = &mut self.used;
        used.peak = used.peak.max(memory.peak.or(memory.current));
        used.swap_peak = used.swap_peak.max(swap_peak.or(memory.swap));
        used.oom_kills = used.oom_kills.max(events.map(|events| events.oom_kill));
        used.reached = used.reached.max(memory.events.map(|events| events.max).or(failures));
        used.slowed = used.slowed.max(memory.events.map(|events| events.high));
    }

    fn look_at_processors(&mut self, host: &Host) {
        if let Some(folder) = &self.processors {
            let nanoseconds = |number| seconds(Duration::from_nanos(number));
            let total = read(host, folder, "cpuacct.usage").and_then(|text| number(&text));
            let stat = read(host, folder, "cpu.stat").and_then(|text| fields::parse(&text).ok());
            self.used.processor = total.map(nanoseconds).or(self.used.processor);
            let throttled = stat.and_then(|stat| stat.get("throttled_time"));
            self.used.throttled = throttled.map(nanoseconds).or(self.used.throttled);
            return;
        }
        let Some(stat) = read(host, &self.processes, "cpu.stat").and_then(|text| fields::parse(&text).ok())
        else {
            return;
        };
        let time =
            |name: &str| stat.get(name).map(|microseconds| seconds(Duration::from_micros(microseconds)));
        self.used.processor = time(MICROSECONDS).or(self.used.processor);
        self.used.throttled = time("throttled_usec").or(self.used.throttled);
    }

    fn look_at_pressure(&mut self, host: &Host) {
        let text = read(host, &self.processes, "memory.pressure");
        let Some(totals) = text.and_then(|text| pressure::totals(&text)) else { return };
        self.used.some_pressure = Some(seconds(totals.some));
        self.used.full_pressure = Some(seconds(totals.full));
    }

    fn look_at_tasks(&mut self, host: &Host) {
        let events = read(host, &self.processes, "pids.events").and_then(|text| fields::parse(&text).ok());
        self.used.tasks_refused = events.and_then(|events| events.get("max")).or(self.used.tasks_refused);
    }
}

fn read(host: &Host, folder: &str, file: &str) -> Option<String> {
    host.read(&format!("{folder}/{file}")).ok()
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::{add, made_tree};

    const FOLDER: &str = "/sys/fs/cgroup/system.slice/memtune-try-7.scope";

    fn file(name: &str) -> String {
        format!("{FOLDER}/{name}")
    }

    #[test]
    fn the_most_of_each_is_kept() {
        let (folder, host) = made_tree(&[
            ("/proc/7/cgroup", "0::/system.slice/memtune-try-7.scope\n"),
            (&file("cgroup.procs"), "7\n8\n"),
            (&file("memory.current"), "3000\n"),
            (&file("memory.swap.current"), "10\n"),
            (&file("memory.events"), "high 2\nmax 4\noom_kill 0\n"),
            (&file("cpu.stat"), "usage_usec 1500000\nthrottled_usec 250000\n"),
            (&file("memory.pressure"), "some avg10=0.00 total=2000000\nfull avg10=0.00 total=1000000\n"),
            (&file("pids.events"), "max 3\n"),
        ]);
        assert!(Group::of(&host, 7, "memtune-try-8.scope").is_none());
        let mut group = Group::of(&host, 7, "memtune-try-7.scope").unwrap();
        group.look(&host);
        assert_eq!((group.has_memory(), group.processes(&host)), (true, 2));
        let path = |name: &str| folder.path().join(file(name).trim_start_matches('/'));
        add(&path("memory.current"), "1000\n");
        add(&path("memory.events"), "high 5\nmax 6\noom_kill 1\n");
        add(&path("cgroup.procs"), "");
        group.look(&host);
        assert_eq!(group.processes(&host), 0);
        add(&path("cgroup.events"), "populated 1\nfrozen 0\n");
        assert_eq!(group.processes(&host), 1, "in a group below it");
        let used = group.used();
        assert_eq!((used.peak, used.swap_peak), (Some(Bytes(3000)), Some(Bytes(10))));
        assert_eq!((used.oom_kills, used.slowed, used.reached), (Some(1), Some(5), Some(6)));
        assert_eq!((used.processor, used.throttled), (Some(1.5), Some(0.25)));
        assert_eq!((used.some_pressure, used.full_pressure), (Some(2.0), Some(1.0)));
        assert_eq!(used.tasks_refused, Some(3));
    }

    #[test]
    fn version_one_is_read_from_its_own_trees() {
        let (_folder, host) = made_tree(&[
            (
                "/proc/7/cgroup",
                "9:memory:/a.scope\n3:cpu,cpuacct:/a.scope\n1:name=systemd:/a.scope\n0::/a.scope\n",
            ),
            ("/sys/fs/cgroup/unified/a.scope/cgroup.procs", "7\n"),
            ("/sys/fs/cgroup/memory/a.scope/cgroup.procs", "7\n"),
            ("/sys/fs/cgroup/memory/a.scope/memory.usage_in_bytes", "3000\n"),
            ("/sys/fs/cgroup/memory/a.scope/memory.max_usage_in_bytes", "5000\n"),
            ("/sys/fs/cgroup/memory/a.scope/memory.failcnt", "12\n"),
            (
                "/sys/fs/cgroup/memory/a.scope/memory.oom_control",
                "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
            ),
            ("/sys/fs/cgroup/cpu,cpuacct/a.scope/cpuacct.usage", "1500000000\n"),
            ("/sys/fs/cgroup/cpu,cpuacct/a.scope/cpu.stat", "nr_periods 1\nthrottled_time 500000000\n"),
        ]);
        let mut group = Group::of(&host, 7, "a.scope").unwrap();
        group.look(&host);
        let used = group.used();
        assert_eq!((used.peak, used.oom_kills, used.reached), (Some(Bytes(5000)), Some(2), Some(12)));
        assert_eq!((used.processor, used.throttled), (Some(1.5), Some(0.5)));
        assert_eq!((group.processes(&host), used.slowed), (1, None));
    }

    #[test]
    fn where_memory_is_not_counted_that_is_known() {
        let (_folder, host) =
            made_tree(&[("/proc/7/cgroup", "0::/a.scope\n"), ("/sys/fs/cgroup/a.scope/cgroup.procs", "7\n")]);
        let mut group = Group::of(&host, 7, "a.scope").unwrap();
        group.look(&host);
        assert_eq!((group.has_memory(), group.used()), (false, &Used::default()));
    }
}
