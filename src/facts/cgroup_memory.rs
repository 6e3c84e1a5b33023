//! What one control group says of its memory, on version 2 and on version 1.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::host::{Host, Lacking, Reason};
use crate::sys::bytes::Bytes;

use super::cgroup_peaks;
use super::fields::{self, Fields};
use super::malformed::{InFile, Malformed};
use super::pressure::{self, Pressure};
use super::process_unit::Groups;

/// Version 1 says so much where nothing is limited: the largest number of pages, in bytes.
const NO_LIMIT: u64 = 1 << 62;

/// Which files a group has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// memory.limit_in_bytes and its kin.
    One,
    /// memory.max and its kin.
    Two,
}

/// A limit of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// None.
    Unlimited,
    /// This much.
    At(Bytes),
}

impl Limit {
    /// How much it allows; `None` where that is all there is.
    pub fn bytes(self) -> Option<Bytes> {
        match self {
            Self::Unlimited => None,
            Self::At(bytes) => Some(bytes),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => formatter.pad("none"),
            Self::At(bytes) => bytes.fmt(formatter),
        }
    }
}

impl Serialize for Limit {
    /// Bytes, or `infinity` as systemd says it: null is what is not known.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unlimited => serializer.serialize_str("infinity"),
            Self::At(bytes) => bytes.serialize(serializer),
        }
    }
}

/// How often something happened to a group since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Events {
    /// Its processes were slowed down, for it was above memory.high.
    pub high: u64,
    /// It was about to go over memory.max.
    pub max: u64,
    /// Processes of it that were killed for want of memory, whoever's limit it was.
    pub oom_kill: u64,
}

/// The numbers of one group; `None` is what this kernel does not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupMemory {
    /// What it holds, the cache of files included.
    pub current: Option<Bytes>,
    /// The most that it has held.
    pub peak: Option<Bytes>,
    /// What it has in swap.
    pub swap: Option<Bytes>,
    /// Pages that belong to no file.
    pub anon: Option<Bytes>,
    /// The cache of files, shared memory and tmpfs among them.
    pub file: Option<Bytes>,
    /// Shared memory and tmpfs.
    pub shmem: Option<Bytes>,
    /// Of files and shared memory, what processes have mapped: programs, libraries, the weights of a model.
    pub mapped: Option<Bytes>,
    /// Pages that are locked, or cannot be taken back for another reason.
    pub unevictable: Option<Bytes>,
    /// What is never taken back from it.
    pub min: Option<Limit>,
    /// What is taken back from it only in need.
    pub low: Option<Limit>,
    /// From where on it is slowed down.
    pub high: Option<Limit>,
    /// What it never goes over.
    pub max: Option<Limit>,
    /// The swap that it may have.
    pub swap_max: Option<Limit>,
    /// What happened to it and to the groups below it.
    pub events: Option<Events>,
    /// What happened to itself.
    pub own_events: Option<Events>,
    /// How long its processes waited for memory.
    pub pressure: Option<Pressure>,
}

impl GroupMemory {
    /// What cannot simply be dropped: its own pages, shared memory, and what is locked in memory of files.
    pub fn needed(&self) -> Option<Bytes> {
        let own = self.anon? + self.shmem.unwrap_or_default();
        Some(own.max(self.unevictable.unwrap_or_default()))
    }

    /// What processes have mapped of files that are not shared memory.
    pub fn mapped_files(&self) -> Option<Bytes> {
        Some(self.mapped?.less(self.shmem.unwrap_or_default()))
    }

    /// The cache of files that can be dropped.
    pub fn droppable(&self) -> Option<Bytes> {
        let cache = self.file?.less(self.shmem.unwrap_or_default());
        Some(self.current.map_or(cache, |current| cache.min(current.less(self.needed().unwrap_or_default()))))
    }
}

/// Reads a limit: a number of bytes, or `max`.
///
/// # Errors
/// Says that it is neither.
pub fn parse_limit(text: &str) -> Result<Limit, Malformed> {
    match text.trim() {
        "max" => Ok(Limit::Unlimited),
        number => {
            let bytes = cgroup_peaks::parse(number)?;
            Ok(if bytes.0 >= NO_LIMIT { Limit::Unlimited } else { Limit::At(bytes) })
        }
    }
}

/// Reads memory.events, memory.events.local or version 1's memory.oom_control.
///
/// # Errors
/// Names the line that is no field.
pub fn parse_events(text: &str) -> Result<Events, Malformed> {
    let fields = fields::parse(text)?;
    let count = |name: &str| fields.get(name).unwrap_or_default();
    Ok(Events { high: count("high"), max: count("max"), oom_kill: count("oom_kill") })
}

/// Where the kernel counts the memory of a unit that has `groups`: the folder and what files it has; `None` where it counts none.
pub fn place(host: &Host, groups: &Groups) -> Option<(String, Version)> {
    let below = |top: &str, path: &Option<String>| {
        let path = path.as_deref().filter(|path| {
            path.len() > 1 && path.starts_with('/') && !path.split('/').any(|part| part == "..")
        })?;
        Some(format!("{top}{path}"))
    };
    let counts = |folder: Option<String>, file: &str| {
        // A capture may hold only one of them.
        let files = [file, "memory.stat"];
        folder.filter(|folder| files.iter().any(|file| host.has(&format!("{folder}/{file}"))))
    };
    let two = counts(below("/sys/fs/cgroup", &groups.unified), "memory.current");
    let one = || counts(below("/sys/fs/cgroup/memory", &groups.memory), "memory.usage_in_bytes");
    two.map(|folder| (folder, Version::Two)).or_else(|| Some((one()?, Version::One)))
}

/// What a unit that has `groups` holds; `None` where the kernel counts none of its memory.
pub fn of_groups(host: &Host, groups: &Groups) -> Option<GroupMemory> {
    let (folder, version) = place(host, groups)?;
    Some(read(host, &folder, version).0)
}

/// Reads the group whose files lie in `folder`. What is there and cannot be read stands beside it.
pub fn read(host: &Host, folder: &str, version: Version) -> (GroupMemory, Vec<Lacking>) {
    let mut files = Files { host, folder, lacking: Vec::new() };
    let group = match version {
        Version::One => files.of_version_one(),
        Version::Two => files.of_version_two(),
    };
    (group, files.lacking)
}

struct Files<'h> {
    host: &'h Host,
    folder: &'h str,
    lacking: Vec<Lacking>,
}

impl Files<'_> {
    fn of_version_two(&mut self) -> GroupMemory {
        let stat = self.get("memory.stat", fields::parse).unwrap_or_default();
        let amount = |name: &str| stat.get(name).map(Bytes);
        GroupMemory {
            anon: amount("anon"),
            file: amount("file"),
            shmem: amount("shmem"),
            mapped: amount("file_mapped"),
            unevictable: amount("unevictable"),
            current: self.get("memory.current", cgroup_peaks::parse),
            peak: self.get("memory.peak", cgroup_peaks::parse),
            swap: self.get("memory.swap.current", cgroup_peaks::parse),
            min: self.get("memory.min", parse_limit),
            low: self.get("memory.low", parse_limit),
            high: self.get("memory.high", parse_limit),
            max: self.get("memory.max", parse_limit),
            swap_max: self.get("memory.swap.max", parse_limit),
            events: self.get("memory.events", parse_events),
            own_events: self.get("memory.events.local", parse_events),
            pressure: self.get("memory.pressure", pressure::parse),
        }
    }

    /// High, low and min have no counterpart there, and its swap is counted together with its memory.
    fn of_version_one(&mut self) -> GroupMemory {
        let stat = self.get("memory.stat", fields::parse).unwrap_or_default();
        let amount = |name: &str| Fields::get(&stat, name).map(Bytes);
        GroupMemory {
            anon: amount("total_rss"),
            file: amount("total_cache"),
            shmem: amount("total_shmem"),
            mapped: amount("total_mapped_file"),
            unevictable: amount("total_unevictable"),
            swap: amount("total_swap"),
            current: self.get("memory.usage_in_bytes", cgroup_peaks::parse),
            peak: self.get("memory.max_usage_in_bytes", cgroup_peaks::parse),
            max: self.get("memory.limit_in_bytes", parse_limit),
            own_events: self.get("memory.oom_control", parse_events),
            ..GroupMemory::default()
        }
    }

    /// A group may go while it is read: what is absent then is no complaint. With `psi=0` the file of pressure cannot be opened.
    fn get<T>(&mut self, file: &str, parse: fn(&str) -> Result<T, Malformed>) -> Option<T> {
        let path = format!("{}/{file}", self.folder);
        match self.host.read(&path).and_then(|text| parse(&text).in_file(&path)) {
            Ok(value) => Some(value),
            Err(Lacking { reason: Reason::Absent, .. }) => None,
            Err(Lacking { reason: Reason::Failed(why), .. }) if why.contains("not supported") => None,
            Err(lacking) => {
                self.lacking.push(lacking);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    #[test]
    fn limits_are_numbers_or_none() {
        let cases = [
            ("max\n", Limit::Unlimited),
            ("0\n", Limit::At(Bytes(0))),
            ("25769803776\n", Limit::At(Bytes::from_gib(24))),
            // Version 1 with pages of 4 and of 64 KiB.
            ("9223372036854771712\n", Limit::Unlimited),
            ("9223372036854710272\n", Limit::Unlimited),
            ("4611686018427387903\n", Limit::At(Bytes(NO_LIMIT - 1))),
        ];
        for (text, wanted) in cases {
            assert_eq!(parse_limit(text), Ok(wanted), "{text}");
        }
        for text in ["", "maximum", "-1", "1 2", "18446744073709551616"] {
            assert!(parse_limit(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_group_of_version_two_tells_all() {
        let (_folder, host) = made_tree(&[
            ("/g/memory.current", "4096\n"),
            ("/g/memory.stat", "anon 1000\nfile 3000\nshmem 500\nunevictable 20\n"),
            ("/g/memory.max", "max\n"),
            ("/g/memory.high", "8192\n"),
            ("/g/memory.events", "low 0\nhigh 7\nmax 3\noom 2\noom_kill 1\noom_group_kill 0\n"),
            ("/g/memory.events.local", "high 0\noom_kill 0\n"),
        ]);
        let (group, lacking) = read(&host, "/g", Version::Two);
        assert!(lacking.is_empty());
        assert_eq!(group.needed(), Some(Bytes(1500)));
        assert_eq!(group.droppable(), Some(Bytes(2500)));
        assert_eq!((group.max, group.high), (Some(Limit::Unlimited), Some(Limit::At(Bytes(8192)))));
        assert_eq!(group.events, Some(Events { high: 7, max: 3, oom_kill: 1 }));
        assert_eq!(group.own_events.map(|own| own.oom_kill), Some(0));
        assert_eq!((group.peak, group.swap, group.pressure), (None, None, None));
    }

    #[test]
    fn a_group_of_version_one_tells_less() {
        let (_folder, host) = made_tree(&[
            ("/g/memory.usage_in_bytes", "4096\n"),
            ("/g/memory.max_usage_in_bytes", "9000\n"),
            ("/g/memory.limit_in_bytes", "9223372036854771712\n"),
            ("/g/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n"),
            ("/g/memory.stat", "rss 1\ntotal_rss 2000\ntotal_cache 1000\ntotal_swap 3\n"),
        ]);
        let (group, _) = read(&host, "/g", Version::One);
        assert_eq!((group.current, group.peak), (Some(Bytes(4096)), Some(Bytes(9000))));
        assert_eq!((group.max, group.high, group.swap_max), (Some(Limit::Unlimited), None, None));
        assert_eq!((group.anon, group.swap), (Some(Bytes(2000)), Some(Bytes(3))));
        assert_eq!(group.own_events.map(|own| own.oom_kill), Some(5));
    }

    #[test]
    fn what_is_garbage_is_named_and_the_rest_is_read() {
        let (_folder, host) = made_tree(&[
            ("/g/memory.current", "x\n"),
            ("/g/memory.max", "1\n"),
            ("/g/memory.stat", "anon\n"),
        ]);
        let (group, lacking) = read(&host, "/g", Version::Two);
        assert_eq!((group.current, group.max), (None, Some(Limit::At(Bytes(1)))));
        let named: Vec<_> = lacking.iter().map(|one| one.source.as_str()).collect();
        assert_eq!(named, ["/g/memory.stat", "/g/memory.current"]);
    }

    #[test]
    fn programs_can_tell_unlimited_from_unknown() {
        let text = serde_json::to_string(&[Some(Limit::Unlimited), Some(Limit::At(Bytes(5))), None]).unwrap();
        assert_eq!(text, r#"["infinity",5,null]"#);
    }

    #[test]
    fn a_group_is_found_where_its_memory_is_counted() {
        let groups = |path: &str| Groups::at(path);
        let two = ("/sys/fs/cgroup/a.slice/memory.current", "5\n");
        let one = ("/sys/fs/cgroup/memory/a.slice/memory.stat", "total_rss 3\n");
        let at = |files: &[(&str, &str)], path: &str| {
            let (_folder, host) = made_tree(files);
            place(&host, &groups(path)).map(|(folder, version)| (folder, version == Version::Two))
        };
        assert_eq!(at(&[two, one], "/a.slice"), Some(("/sys/fs/cgroup/a.slice".to_owned(), true)));
        assert_eq!(at(&[one], "/a.slice"), Some(("/sys/fs/cgroup/memory/a.slice".to_owned(), false)));
        let (_folder, host) = made_tree(&[one]);
        assert_eq!(of_groups(&host, &groups("/a.slice")).unwrap().needed(), Some(Bytes(3)));
        let outside = [("/sys/fs/memory.stat", "anon 5\n"), ("/sys/fs/cgroup/memory.stat", "anon 5\n")];
        for path in ["/..", "/a/../..", "", "/", "/none"] {
            assert_eq!(at(&outside, path), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|(high|max|oom_kill) [0-9]{1,22}\n)*|max|[0-9]{1,22}") {
            let _ = (parse_limit(&text), parse_events(&text));
        }

        #[test]
        fn what_can_be_dropped_is_no_more_than_there_is(current: u64, anon: u64, file: u64, shmem: u64) {
            let bytes = |number| Some(Bytes(number));
            let group = GroupMemory {
                current: bytes(current),
                anon: bytes(anon),
                file: bytes(file),
                shmem: bytes(shmem),
                ..GroupMemory::default()
            };
            prop_assert!(group.droppable().unwrap().0 <= current);
        }
    }
}
