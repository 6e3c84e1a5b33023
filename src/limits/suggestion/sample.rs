//! What a unit holds at one moment, cheap enough to be read every second.

use std::time::Duration;

use crate::facts::cgroup_memory::{self, Events, GroupMemory, Version};
use crate::facts::pressure::{self, Totals};
use crate::host::Host;
use crate::sys::bytes::Bytes;

/// One look at a unit's control group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// When, since the observation began.
    pub at: Duration,
    /// All that it holds.
    pub current: Bytes,
    /// Pages that belong to no file.
    pub anon: Bytes,
    /// What cannot be dropped: its own pages, shared memory, what is locked, and the files that its processes have mapped.
    pub needed: Bytes,
    /// The most that it has held since it was started, where the kernel tells.
    pub peak: Option<Bytes>,
    /// What happened to it since it was started.
    pub events: Events,
    /// For how long it has waited since it was started, where the kernel tells.
    pub waited: Option<Totals>,
}

/// Looks at the group in `folder`; `None` while it is not there.
pub fn take(host: &Host, folder: &str, version: Version, at: Duration) -> Option<Sample> {
    let (group, _) = cgroup_memory::read(host, folder, version);
    let waited =
        host.read(&format!("{folder}/memory.pressure")).ok().and_then(|text| pressure::totals(&text));
    Some(Sample {
        at,
        current: group.current?,
        anon: group.anon.unwrap_or_default(),
        needed: needed(&group).unwrap_or_default(),
        peak: group.peak,
        events: group.events.or(group.own_events).unwrap_or_default(),
        waited,
    })
}

/// What a group cannot do without: what cannot be dropped, and the files that its processes have mapped, such as programs and weights.
pub(super) fn needed(group: &GroupMemory) -> Option<Bytes> {
    let needed = group.needed()? + group.mapped_files().unwrap_or_default();
    Some(group.current.map_or(needed, |current| needed.min(current)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn what_is_mapped_is_needed_and_what_is_only_cached_is_not() {
        let stat = "anon 100\nfile 900\nfile_mapped 300\nshmem 50\nunevictable 0\n";
        let (_folder, host) = made_tree(&[
            ("/g/memory.current", "1000\n"),
            ("/g/memory.stat", stat),
            ("/g/memory.events", "high 3\nmax 2\noom_kill 1\n"),
            (
                "/g/memory.pressure",
                "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=2\n",
            ),
        ]);
        let sample = take(&host, "/g", Version::Two, Duration::ZERO).unwrap();
        assert_eq!((sample.anon, sample.needed, sample.peak), (Bytes(100), Bytes(400), None));
        assert_eq!((sample.events.high, sample.events.max, sample.events.oom_kill), (3, 2, 1));
        assert_eq!(sample.waited.unwrap().some, Duration::from_micros(5));
        assert_eq!(take(&host, "/gone", Version::Two, Duration::ZERO), None);
    }

    #[test]
    fn nothing_is_needed_that_is_not_there() {
        let group = GroupMemory {
            current: Some(Bytes(10)),
            anon: Some(Bytes(8)),
            mapped: Some(Bytes(9)),
            ..GroupMemory::default()
        };
        assert_eq!(needed(&group), Some(Bytes(10)));
        assert_eq!(needed(&GroupMemory::default()), None);
    }
}
