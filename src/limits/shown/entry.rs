//! One unit or group: what it holds, what it may hold, and what set that.

use serde::Serialize;

use crate::facts::cgroup_memory::{GroupMemory, Limit};
use crate::facts::ignored_setting::Ignored;
use crate::facts::pressure::Pressure;
use crate::host::Host;
use crate::sys::bytes::Bytes;

use super::kind::{self, Kind};
use super::sources::{self, Source};
use super::tree::{Effective, TOP, Tree, name_of, parent_of};
use super::unit::Unit;

/// A unit, a container, or a group that is neither.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// The unit's name; of a group without one, its path.
    pub unit: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it belongs to a user's own systemd.
    pub user: bool,
    /// The slice that holds it.
    pub slice: Option<String>,
    /// The path of its control group; `None` while it has none.
    pub group: Option<String>,
    /// Such as `active (running)`; `None` where systemd does not say.
    pub state: Option<String>,
    /// What it holds, the cache of files included.
    pub current: Option<Bytes>,
    /// Of that, pages that belong to no file.
    pub anon: Option<Bytes>,
    /// Of that, the cache of files, shared memory and tmpfs among them.
    pub file: Option<Bytes>,
    /// Of that, shared memory and tmpfs.
    pub shmem: Option<Bytes>,
    /// The most that it has held.
    pub peak: Option<Bytes>,
    /// What it has in swap.
    pub swap: Option<Bytes>,
    /// What is never taken back from it.
    pub min: Option<Limit>,
    /// What is taken back from it only in need.
    pub low: Option<Limit>,
    /// From where on it is slowed down.
    pub high: Option<Limit>,
    /// What it never goes over.
    pub max: Option<Limit>,
    /// What it really can hold: the least over its own limit, those above it, and memory.
    pub effective_max: Option<Bytes>,
    /// Whose limit that is: a unit's name, or `memory`.
    pub effective_by: Option<String>,
    /// The swap that it may have.
    pub swap_max: Option<Limit>,
    /// Processes of it that were killed for want of memory.
    pub oom_kills: Option<u64>,
    /// How often it was slowed down at its MemoryHigh.
    pub slowed: Option<u64>,
    /// The share of the last minute in which its processes waited for memory.
    pub pressure: Option<Waiting>,
    /// How often systemd started it again.
    pub restarts: Option<u64>,
    /// When systemd starts it again, such as `on-failure`.
    pub restart: Option<String>,
    /// How it ended last, such as `oom-kill`.
    pub result: Option<String>,
    /// Whether systemd no longer starts it again, for it ended too often.
    #[serde(skip)]
    pub is_given_up: bool,
    /// Whether its files have changed since systemd read them.
    pub needs_reload: Option<bool>,
    /// How much of a processor it may take, in per cent.
    pub cpu_quota: Option<u64>,
    /// The tasks that it may have.
    pub tasks_max: Option<u64>,
    /// What systemd does when one of its processes was killed for want of memory: `continue`, `stop` or `kill`.
    pub oom_policy: Option<String>,
    /// How much sooner or later than others it is killed when memory is gone, -1000 to 1000.
    pub oom_score_adjust: Option<i64>,
    /// What its files set, the line that counts of each.
    pub settings: Vec<Source>,
    /// What is odd about it.
    pub remarks: Vec<String>,
    /// What it may still put into swap, by its own limit and those above it; `None` where none of them ends it.
    #[serde(skip)]
    pub swap_left: Option<Bytes>,
    /// What cannot simply be dropped of what it holds.
    #[serde(skip)]
    pub needed: Option<Bytes>,
    /// The cache of files that can be dropped.
    #[serde(skip)]
    pub droppable: Option<Bytes>,
    /// The lines of its files that systemd ignores.
    #[serde(skip)]
    pub ignored: Vec<Ignored>,
}

/// Shares of time in per cent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Waiting {
    /// At least one of its tasks waited.
    pub some: f64,
    /// All of them waited.
    pub full: f64,
}

impl From<Pressure> for Waiting {
    fn from(pressure: Pressure) -> Self {
        Self { some: pressure.some.last_60, full: pressure.full.last_60 }
    }
}

/// Of a unit that systemd told of.
pub fn of_unit(unit: &Unit, tree: &Tree, host: &Host) -> Entry {
    let path = unit.group();
    let group = path.and_then(|path| tree.group(path));
    let user = path.is_some_and(is_users);
    let max = group.and_then(|group| group.max).or_else(|| unit.limit("MemoryMax"));
    let effective = effective(unit, max, tree);
    let swap_max = group.and_then(|group| group.swap_max).or_else(|| unit.limit("MemorySwapMax"));
    let files = unit.files();
    let files = if files.is_empty() && !user { sources::files_of(host, &unit.name) } else { files };
    let (settings, ignored) = sources::read(host, &unit.name, &files);
    // Of a masked unit systemd reads no drop-ins.
    let looks = !user && unit.text("LoadState").is_none_or(|state| state == "loaded");
    let needs_reload = unit.text("NeedDaemonReload").map(|text| text == "yes");
    let base = bare(&unit.name, user, path, group);
    Entry {
        slice: unit.text("Slice").map(str::to_owned),
        state: unit.state(),
        current: group.and_then(|group| group.current).or_else(|| unit.bytes("MemoryCurrent")),
        peak: group.and_then(|group| group.peak).or_else(|| unit.bytes("MemoryPeak")),
        swap: group.and_then(|group| group.swap).or_else(|| unit.bytes("MemorySwapCurrent")),
        min: group.and_then(|group| group.min).or_else(|| unit.limit("MemoryMin")),
        low: group.and_then(|group| group.low).or_else(|| unit.limit("MemoryLow")),
        high: group.and_then(|group| group.high).or_else(|| unit.limit("MemoryHigh")),
        max,
        effective_max: effective.as_ref().map(|one| one.bytes),
        effective_by: effective.map(|one| one.by),
        swap_max,
        swap_left: swap_left(&place(unit), swap_max, tree),
        restarts: unit.number("NRestarts"),
        result: unit.text("Result").map(str::to_owned),
        is_given_up: unit.is_given_up(),
        needs_reload: needs_reload.map(|told| told || looks && sources::has_unread(host, &unit.name, &files)),
        cpu_quota: unit.cpu_quota(),
        restart: unit.text("Restart").map(str::to_owned),
        tasks_max: unit.number("TasksMax"),
        oom_policy: unit.text("OOMPolicy").map(str::to_owned),
        oom_score_adjust: unit.text("OOMScoreAdjust").and_then(|text| text.parse().ok()),
        oom_kills: base.oom_kills.or_else(|| unit.number("OOMKills")),
        settings,
        ignored,
        ..base
    }
}

/// Of a group that systemd did not tell of.
pub fn of_group(path: &str, tree: &Tree, host: &Host) -> Entry {
    let name = name_of(path);
    let user = is_users(path);
    let group = tree.group(path);
    let effective = tree.effective_max(path);
    let is_units = matches!(Kind::of(name), Kind::Service | Kind::Slice) && !user;
    let files = if is_units { sources::files_of(host, name) } else { Vec::new() };
    let (settings, ignored) = sources::read(host, name, &files);
    let slice = Some(name_of(parent_of(path))).filter(|slice| slice.ends_with(".slice"));
    let numbers = group.cloned().unwrap_or_default();
    Entry {
        slice: slice.map(str::to_owned),
        current: numbers.current,
        peak: numbers.peak,
        swap: numbers.swap,
        min: numbers.min,
        low: numbers.low,
        high: numbers.high,
        max: numbers.max,
        effective_max: effective.as_ref().map(|one| one.bytes),
        effective_by: effective.map(|one| owner(&one.by)),
        swap_max: numbers.swap_max,
        swap_left: swap_left(path, numbers.swap_max, tree),
        settings,
        ignored,
        ..bare(if Kind::of(name) == Kind::Group { path } else { name }, user, Some(path), group)
    }
}

/// Of a unit that does not run, and of which only the files tell.
pub fn of_files(unit: &str, host: &Host) -> Entry {
    let (settings, ignored) = sources::read(host, unit, &sources::files_of(host, unit));
    let limit = |key: &str| sources::limit(&settings, key);
    let (min, low) = (limit("MemoryMin"), limit("MemoryLow"));
    let (high, max, swap_max) = (limit("MemoryHigh"), limit("MemoryMax"), limit("MemorySwapMax"));
    let swap_left = swap_max.and_then(Limit::bytes);
    Entry { min, low, high, max, swap_max, swap_left, settings, ignored, ..bare(unit, false, None, None) }
}

/// What only the group tells.
fn bare(unit: &str, user: bool, path: Option<&str>, group: Option<&GroupMemory>) -> Entry {
    let kind = Kind::of(name_of(unit));
    Entry {
        unit: unit.to_owned(),
        kind,
        user,
        slice: None,
        group: path.filter(|_| group.is_some()).map(str::to_owned),
        state: None,
        current: None,
        anon: group.and_then(|group| group.anon),
        file: group.and_then(|group| group.file),
        shmem: group.and_then(|group| group.shmem),
        peak: None,
        swap: None,
        min: None,
        low: None,
        high: None,
        max: None,
        effective_max: None,
        effective_by: None,
        swap_max: None,
        swap_left: None,
        oom_kills: group.and_then(|group| oom_kills(name_of(unit), group)),
        slowed: group.and_then(|group| group.own_events.or(group.events)).map(|events| events.high),
        pressure: group.and_then(|group| group.pressure).map(Waiting::from),
        restarts: None,
        result: None,
        is_given_up: false,
        needs_reload: None,
        cpu_quota: None,
        restart: None,
        tasks_max: None,
        oom_policy: None,
        oom_score_adjust: None,
        settings: Vec::new(),
        remarks: Vec::new(),
        needed: group.and_then(GroupMemory::needed),
        droppable: group.and_then(GroupMemory::droppable),
        ignored: Vec::new(),
    }
}

/// A service's own parts count as it; the units in a slice or in a user's own systemd are told of themselves.
fn oom_kills(name: &str, group: &GroupMemory) -> Option<u64> {
    let events = match kind::holds_units(name) {
        true => group.own_events,
        false => group.events.or(group.own_events),
    };
    events.map(|events| events.oom_kill)
}

/// The path of its group, or while it has none, of the slice that it would run in.
fn place(unit: &Unit) -> String {
    let slice = || unit.text("Slice").and_then(path_of_slice);
    unit.group().map(str::to_owned).or_else(slice).unwrap_or_else(|| TOP.to_owned())
}

/// Its own limit is told apart, for its group may not be there yet.
fn swap_left(path: &str, own: Option<Limit>, tree: &Tree) -> Option<Bytes> {
    own.and_then(Limit::bytes).into_iter().chain(tree.swap_left(path).map(|one| one.bytes)).min()
}

/// A group of an inactive unit is not there yet: its slice's is. systemd of version 256 and later tells, too.
fn effective(unit: &Unit, max: Option<Limit>, tree: &Tree) -> Option<Effective> {
    let of = |bytes, by: &str| Effective { bytes, by: by.to_owned() };
    let path = place(unit);
    let own = max.and_then(Limit::bytes).map(|bytes| of(bytes, &unit.name));
    let above = tree.effective_max(&path).map(|one| of(one.bytes, &owner(&one.by)));
    let told = unit.limit("EffectiveMemoryMax").and_then(Limit::bytes).map(|bytes| of(bytes, "memory"));
    own.into_iter().chain(above).chain(told).min_by_key(|one| one.bytes)
}

fn owner(path: &str) -> String {
    if path == TOP { "memory".to_owned() } else { name_of(path).to_owned() }
}

/// Where systemd puts a slice: `a-b.slice` lies in `a.slice`. `None` for a name that no slice can have.
pub fn path_of_slice(slice: &str) -> Option<String> {
    let stem = slice.strip_suffix(".slice").unwrap_or(slice);
    if stem == "-" {
        return Some(TOP.to_owned());
    }
    // Each part repeats those before it: what a capture says has to be short before it is taken apart.
    if slice.len() > LONGEST_NAME {
        return None;
    }
    let ends = stem.match_indices('-').map(|(at, _)| at).chain([stem.len()]);
    Some(ends.filter_map(|end| stem.get(..end)).map(|part| format!("/{part}.slice")).collect())
}

/// systemd takes no longer name of a unit, in bytes.
const LONGEST_NAME: usize = 255;

/// Whether a group lies in that of a user's own systemd.
fn is_users(path: &str) -> bool {
    parent_of(path).split('/').any(|part| part.starts_with("user@") && part.ends_with(".service"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_lie_in_one_another() {
        assert_eq!(path_of_slice("-.slice").unwrap(), "/");
        assert_eq!(path_of_slice("system.slice").unwrap(), "/system.slice");
        assert_eq!(path_of_slice("user-1000.slice").unwrap(), "/user.slice/user-1000.slice");
        assert_eq!(path_of_slice("a-b-c.slice").unwrap(), "/a.slice/a-b.slice/a-b-c.slice");
        let long = |bytes: usize| format!("{}.slice", "a".repeat(bytes - ".slice".len()));
        assert!(
            path_of_slice(&long(LONGEST_NAME)).is_some() && path_of_slice(&long(LONGEST_NAME + 1)).is_none()
        );
    }

    #[test]
    fn units_of_users_are_told_apart() {
        assert!(is_users("/user.slice/user-1000.slice/user@1000.service/app.slice/a.service"));
        assert!(!is_users("/user.slice/user-1000.slice/user@1000.service"));
        assert!(!is_users("/user.slice/user-1000.slice/session-2.scope"));
    }
}
