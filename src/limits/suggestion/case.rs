//! All that the rules ask for.

use crate::facts::cgroup_memory::Version;
use crate::facts::readings::Readings;
use crate::facts::swaps;
use crate::sys::bytes::Bytes;

use super::super::shown::entry::Entry;
use super::super::shown::tree::{TOP, Tree, name_of, parent_of};
use super::basis::Basis;
use super::observation::Observation;
use super::seen::{Seen, finite};

/// The swap of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Swap {
    pub(super) total: Bytes,
    pub(super) free: Bytes,
    /// Whether all of it lies in memory, compressed.
    pub(super) is_compressed: bool,
}

impl Swap {
    pub(super) fn of(readings: &Readings) -> Option<Self> {
        let areas = readings.swaps().ok()?;
        let usable = areas.iter().filter(|area| !area.is_deleted);
        Some(Self {
            total: usable.map(|area| area.size).sum(),
            free: swaps::free(areas),
            is_compressed: !areas.is_empty() && areas.iter().all(|area| area.is_zram()),
        })
    }
}

/// What a group above leaves those in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Above {
    pub(super) left: Bytes,
    pub(super) slice: String,
}

impl Above {
    /// Of the swap, whoever leaves least.
    pub(super) fn of_swap(entry: &Entry, tree: &Tree) -> Option<Self> {
        let least = tree.swap_left(parent_of(entry.group.as_deref()?))?;
        let slice = if least.by == TOP { "the container" } else { name_of(&least.by) };
        Some(Self { left: least.bytes, slice: slice.to_owned() })
    }
}

/// One unit on one machine.
#[derive(Clone, Debug)]
pub(super) struct Case<'c> {
    pub(super) entry: &'c Entry,
    pub(super) seen: &'c Seen,
    pub(super) basis: &'c Basis,
    pub(super) observation: Option<&'c Observation>,
    /// Which files its group has; `None` where nothing counts memory.
    pub(super) version: Option<Version>,
    /// `None` where it is not known.
    pub(super) swap: Option<Swap>,
    /// What the groups above it leave it of their swap, and who does; `None` where none of them has a limit.
    pub(super) swap_above: Option<Above>,
    /// The memory of the machine.
    pub(super) memory: Option<Bytes>,
}

impl Case<'_> {
    /// Whether its groups know more than one limit.
    pub(super) fn is_version_two(&self) -> bool {
        self.version == Some(Version::Two)
    }

    /// What the unit may not hold more of already.
    pub(super) fn own_max(&self) -> Option<Bytes> {
        finite(self.entry.max)
    }

    /// What its files say of a property, the last word.
    pub(super) fn says(&self, property: &str) -> Option<&str> {
        let source = self.entry.settings.iter().find(|source| source.key == property)?;
        Some(source.value.as_str()).filter(|value| !value.is_empty())
    }

    /// What it needs now.
    pub(super) fn needed(&self) -> Bytes {
        let observed = self.observation.map(|one| one.needed.peak).unwrap_or_default();
        self.seen.needed.unwrap_or(self.basis.floor).max(observed)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::limits::suggestion::basis::tests::{MIB, entry, usual};

    /// The parts of a case, for the tests of all rules: a machine of 8 GiB with as much swap.
    pub(in crate::limits::suggestion) struct Parts {
        pub(in crate::limits::suggestion) entry: Entry,
        pub(in crate::limits::suggestion) seen: Seen,
        pub(in crate::limits::suggestion) swap: Option<Swap>,
        pub(in crate::limits::suggestion) version: Option<Version>,
        pub(in crate::limits::suggestion) swap_above: Option<Bytes>,
    }

    impl Default for Parts {
        fn default() -> Self {
            let swap = Swap { total: Bytes(8192 * MIB), free: Bytes(8192 * MIB), is_compressed: false };
            let version = Some(Version::Two);
            Self { entry: entry(), seen: usual(), swap: Some(swap), version, swap_above: None }
        }
    }

    impl Parts {
        pub(in crate::limits::suggestion) fn ask<T>(&self, rule: impl FnOnce(&Case<'_>) -> T) -> T {
            let basis = Basis::of(&self.seen, &self.entry, None);
            rule(&Case {
                entry: &self.entry,
                seen: &self.seen,
                basis: &basis,
                observation: None,
                version: self.version,
                swap: self.swap,
                swap_above: self.swap_above.map(|left| Above { left, slice: "ml.slice".to_owned() }),
                memory: Some(Bytes(8192 * MIB)),
            })
        }
    }

    #[test]
    fn compressed_swap_is_told_apart() {
        use crate::host::made_tree::made_tree;
        let swap = |text: &str| {
            let (_folder, host) = made_tree(&[("/proc/swaps", text)]);
            Swap::of(&Readings::new(&host, None)).unwrap()
        };
        let zram = swap("/dev/zram0 partition 100 40 5\n");
        assert_eq!(
            zram,
            Swap { total: Bytes::from_kib(100), free: Bytes::from_kib(60), is_compressed: true }
        );
        assert!(!swap("/dev/zram0 partition 100 40 5\n/f file 10 0 -2\n").is_compressed);
        assert_eq!(swap(""), Swap::default());
    }
}
