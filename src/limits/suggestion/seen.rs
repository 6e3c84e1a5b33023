//! What is known of a unit: what it holds and has held, what happened to it, and what it is.

use serde::Serialize;

use crate::facts::cgroup_memory::{GroupMemory, Limit};
use crate::facts::readings::Readings;
use crate::facts::unit_listing::{self, Manager, Wanted};
use crate::facts::unit_properties::{self, Properties};
use crate::facts::uptime;
use crate::sys::bytes::Bytes;

use super::super::shown::entry::{Entry, Waiting};
use super::members::Members;
use super::role::Role;
use super::sample;
use super::target::Target;

/// Who tells the most that a unit has held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Its control group, since it was started.
    Group,
    /// systemd, of its present or last run.
    Systemd,
    /// Nobody: it is what the unit holds now.
    Now,
}

/// What is known of it; `None` is what nobody tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seen {
    /// What it holds, the cache of files included.
    pub current: Option<Bytes>,
    /// The most that it has held.
    pub peak: Bytes,
    /// Who tells that.
    pub peak_from: Source,
    /// Pages that belong to no file.
    pub anon: Option<Bytes>,
    /// What it cannot do without now: its own pages, shared memory, what is locked, and the files that its processes have mapped.
    pub needed: Option<Bytes>,
    /// Of what it holds, the cache of files that nobody has mapped.
    pub cache: Bytes,
    /// What can neither be dropped nor swapped out.
    pub locked: Bytes,
    /// What it has in swap.
    pub swapped: Bytes,
    /// For how many seconds it has run.
    pub seconds: Option<u64>,
    /// Its processes.
    pub processes: Option<usize>,
    /// How often it was slowed down at its MemoryHigh.
    pub slowed: Option<u64>,
    /// How often it was about to go over its MemoryMax.
    pub at_max: Option<u64>,
    /// Processes of it that were killed for want of memory.
    pub oom_kills: Option<u64>,
    /// How often systemd started it again.
    pub restarts: Option<u64>,
    /// How its last run ended, such as `oom-kill`.
    pub result: Option<String>,
    /// The share of the last minute in which its processes waited for memory.
    pub pressure: Option<Waiting>,
    /// What it is for.
    pub role: Role,
}

impl Seen {
    /// Whether one of its processes has been killed for want of memory, as far as is known.
    pub fn was_killed(&self) -> bool {
        self.oom_kills.is_some_and(|kills| kills > 0) || self.result.as_deref() == Some("oom-kill")
    }

    pub(super) fn of(readings: &Readings, manager: Manager, target: &Target) -> Self {
        let Target { entry, tree, .. } = target;
        let group = entry.group.as_deref().and_then(|path| tree.group(path)).cloned().unwrap_or_default();
        let members = entry.group.as_deref().map(|path| Members::of(readings, path)).unwrap_or_default();
        let (needed, locked) = needed(&group, entry, &members);
        let current = entry.current.or(group.current);
        let (peak, peak_from) = peak(&group, entry);
        Self {
            current,
            peak,
            peak_from,
            anon: entry.anon.or(group.anon),
            needed,
            cache: cache(&group, current, needed),
            locked,
            swapped: entry.swap.unwrap_or(members.swapped),
            seconds: age(readings, manager, entry),
            processes: members.count,
            slowed: entry.slowed,
            at_max: group.events.or(group.own_events).map(|events| events.max),
            oom_kills: entry.oom_kills,
            restarts: entry.restarts,
            result: entry.result.clone().filter(|result| result != "success"),
            pressure: entry.pressure,
            role: Role::of(&entry.unit, &members),
        }
    }
}

/// By the counts of the group, or where those lack, by its processes.
fn needed(group: &GroupMemory, entry: &Entry, members: &Members) -> (Option<Bytes>, Bytes) {
    let locked = group.unevictable.unwrap_or(members.locked);
    let most = entry.current.unwrap_or(Bytes(u64::MAX));
    let of_members = || Some((members.own? + members.mapped).max(members.locked).min(most));
    (sample::needed(group).or_else(of_members), locked)
}

/// What is dropped first when memory is wanted. Without the counts of the group, all that is not needed may be other things, too.
fn cache(group: &GroupMemory, current: Option<Bytes>, needed: Option<Bytes>) -> Bytes {
    let droppable = group.droppable().unwrap_or_default().less(group.mapped_files().unwrap_or_default());
    match (current, needed) {
        (Some(current), Some(needed)) => droppable.min(current.less(needed)),
        _ => droppable,
    }
}

fn peak(group: &GroupMemory, entry: &Entry) -> (Bytes, Source) {
    let now = entry.current.unwrap_or_default();
    match (group.peak, entry.peak) {
        (Some(peak), _) => (peak.max(now), Source::Group),
        (None, Some(peak)) => (peak.max(now), Source::Systemd),
        (None, None) => (now, Source::Now),
    }
}

/// For how many seconds it has been active.
fn age(readings: &Readings, manager: Manager, entry: &Entry) -> Option<u64> {
    const STARTED: &str = "ActiveEnterTimestampMonotonic";
    let host = readings.host();
    let properties: Properties = match manager {
        Manager::System if entry.user => return None,
        Manager::System => unit_properties::read(host, &entry.unit, &[STARTED]).ok()?,
        Manager::User | Manager::UserOf(_) => {
            let units = unit_listing::read(host, manager, Wanted::Active, &[STARTED], &[&entry.unit]);
            units.ok()?.into_iter().next()?
        }
    };
    let started: u64 = properties.get(STARTED)?.parse().ok().filter(|&started| started > 0)?;
    let now = uptime::awake(host).ok()?;
    (now as u64).checked_sub(started / 1_000_000)
}

/// A limit as it is said.
pub(super) fn finite(limit: Option<Limit>) -> Option<Bytes> {
    limit.and_then(Limit::bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const UNIT: &str = "/sys/fs/cgroup/system.slice/a.service";

    fn seen(files: &[(&str, &str)]) -> Seen {
        let own: Vec<(String, &str)> = files
            .iter()
            .map(|(file, text)| {
                let path = if file.starts_with('/') { (*file).to_owned() } else { format!("{UNIT}/{file}") };
                (path, *text)
            })
            .collect();
        let mut all: Vec<(&str, &str)> = own.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        all.extend([
            ("/proc/meminfo", "MemTotal: 1048576 kB\n"),
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
        ]);
        let (_folder, host) = made_tree(&all);
        let readings = Readings::new(&host, None);
        let target = Target::find(&readings, Manager::System, "a").unwrap();
        Seen::of(&readings, Manager::System, &target)
    }

    #[test]
    fn the_peak_is_the_groups_or_what_is_held_now() {
        let told = seen(&[("memory.current", "100\n"), ("memory.peak", "900\n")]);
        assert_eq!((told.peak, told.peak_from), (Bytes(900), Source::Group));
        let now = seen(&[("memory.current", "100\n")]);
        assert_eq!((now.peak, now.peak_from, now.needed), (Bytes(100), Source::Now, None));
    }

    #[test]
    fn cache_is_what_nobody_has_mapped() {
        let stat = "anon 100\nfile 800\nfile_mapped 300\nshmem 0\nunevictable 0\n";
        let told = seen(&[("memory.current", "1000\n"), ("memory.stat", stat)]);
        assert_eq!((told.needed, told.cache), (Some(Bytes(400)), Bytes(500)));
    }

    #[test]
    fn where_the_group_tells_no_parts_its_processes_do() {
        let status = "RssAnon: 4 kB\nRssFile: 2 kB\nRssShmem: 0 kB\nVmLck: 1 kB\nVmSwap: 8 kB\n";
        let told = seen(&[
            ("memory.current", "65536\n"),
            ("/proc/7/stat", "7 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 4096 1 0"),
            ("/proc/7/cgroup", "0::/system.slice/a.service\n"),
            ("/proc/7/status", status),
        ]);
        assert_eq!((told.needed, told.locked), (Some(Bytes(6 << 10)), Bytes(1 << 10)));
        assert_eq!((told.swapped, told.processes, told.cache), (Bytes(8 << 10), Some(1), Bytes(0)));
    }

    #[test]
    fn a_kill_is_known_by_its_count() {
        assert!(seen(&[("memory.current", "1\n"), ("memory.events.local", "oom_kill 2\n")]).was_killed());
        assert!(!seen(&[("memory.current", "1\n"), ("memory.events.local", "oom_kill 0\n")]).was_killed());
    }
}
