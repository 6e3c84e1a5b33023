//! What a unit needs at its most, as far as that was seen, and how far that can be trusted.

use crate::sys::bytes::Bytes;

use super::super::shown::entry::Entry;
use super::observation::Observation;
use super::role::Role;
use super::seen::{Seen, Source};

/// Whoever has run for less has hardly shown what it needs, in seconds.
pub(super) const YOUNG: u64 = 600;

/// So much more than was seen, in per cent, where the most is known, and where it is not.
const ROOM: f64 = 20.0;
const WIDE_ROOM: f64 = 50.0;

/// Small programs grow by more than a share of themselves.
const LEAST_ROOM: Bytes = Bytes(32 << 20);

/// What a unit needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Basis {
    /// What it needs at its most: the most that it has held, less the cache of files that can go.
    pub(super) floor: Bytes,
    /// The same with the cache that it needs, and room to grow.
    pub(super) wanted: Bytes,
    /// How that was found.
    pub(super) how: String,
    /// Whether the most that it needs has been seen, as far as one can tell.
    pub(super) is_known: bool,
}

impl Basis {
    pub(super) fn of(seen: &Seen, entry: &Entry, observation: Option<&Observation>) -> Self {
        let observed_peak = observation.map(|one| one.current.peak.max(one.peak.unwrap_or_default()));
        let observed_need = observation.map(|one| one.needed.peak).unwrap_or_default();
        let peak = seen.peak.max(observed_peak.unwrap_or_default());
        let needed = seen.needed.unwrap_or_default().max(observed_need);
        // A unit that was killed at its limit would have gone on.
        let limit = entry.effective_max.filter(|_| entry.effective_by.as_deref() != Some("memory"));
        let killed_at = limit.filter(|_| is_killed(seen, observation)).unwrap_or_default();
        let floor = peak.less(seen.cache).max(needed).max(killed_at);
        let base = if seen.role == Role::Database { floor.max(peak) } else { floor };
        let is_known =
            seen.peak_from != Source::Now && !is_young(seen, observation) && !is_killed(seen, observation);
        let percent = if is_known { ROOM } else { WIDE_ROOM };
        let room = base.percent(percent).max(LEAST_ROOM);
        let facts = Facts { peak, needed, killed_at, percent, observation };
        Self { floor, wanted: super::advice::rounded_up(base + room), how: facts.how(seen), is_known }
    }
}

/// Whether it has run too short a time to show what it needs; where nobody tells since when it runs, that is not said of it.
pub(super) fn is_young(seen: &Seen, observation: Option<&Observation>) -> bool {
    let watched = observation.map(|one| one.seconds as u64).unwrap_or_default();
    seen.seconds.is_some_and(|seconds| seconds.max(watched) < YOUNG)
}

/// Whether it is known to have been killed for want of memory.
pub(super) fn is_killed(seen: &Seen, observation: Option<&Observation>) -> bool {
    seen.was_killed() || observation.is_some_and(|one| one.oom_kills > 0)
}

struct Facts<'o> {
    peak: Bytes,
    needed: Bytes,
    killed_at: Bytes,
    percent: f64,
    observation: Option<&'o Observation>,
}

impl Facts<'_> {
    fn how(&self, seen: &Seen) -> String {
        let Self { peak, needed, killed_at, percent, .. } = self;
        let watched = seen.peak_from == Source::Now && self.observation.is_some();
        let held = match (seen.peak_from, watched) {
            (Source::Now, true) => format!("it held {peak} at most while it was watched"),
            (Source::Now, false) => {
                format!("it holds {peak} now, and nothing tells the most that it has held")
            }
            (Source::Group, _) => format!("it has held {peak} at most"),
            (Source::Systemd, _) => format!("it has held {peak} at most, as systemd remembers"),
        };
        let cache = match (seen.cache, seen.role) {
            (cache, Role::Database) if cache.0 > 0 => {
                format!(", the cache of its files ({cache}), which makes a database fast, included")
            }
            (cache, _) if cache.0 > 0 && *needed < *peak => {
                format!(", {cache} of it cache of files that can go")
            }
            _ => String::new(),
        };
        let killed = match killed_at.0 {
            0 => String::new(),
            _ => format!("; it was killed at its limit of {killed_at}, so it needs more than that"),
        };
        format!("{held}{cache}{killed}; {percent} % above that is room to grow")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::limits::shown::entry;
    use crate::limits::suggestion::observation::{Ending, Spread};

    pub(in crate::limits::suggestion) const MIB: u64 = 1 << 20;

    /// A unit that has run for a day and held 1000 MiB at most, of which it needs 600 MiB.
    pub(in crate::limits::suggestion) fn usual() -> Seen {
        Seen {
            current: Some(Bytes(800 * MIB)),
            peak: Bytes(1000 * MIB),
            peak_from: Source::Group,
            anon: Some(Bytes(500 * MIB)),
            needed: Some(Bytes(600 * MIB)),
            cache: Bytes(200 * MIB),
            locked: Bytes(0),
            swapped: Bytes(0),
            seconds: Some(86_400),
            processes: Some(3),
            slowed: Some(0),
            at_max: Some(0),
            oom_kills: Some(0),
            restarts: Some(0),
            result: None,
            pressure: None,
            role: Role::Ordinary,
        }
    }

    pub(in crate::limits::suggestion) fn entry() -> Entry {
        let (_folder, host) = made_tree(&[]);
        entry::of_files("a.service", &host)
    }

    pub(in crate::limits::suggestion) fn observed(needed: u64, peak: u64) -> Observation {
        let of = |mib: u64| Spread { p50: Bytes(mib * MIB), p95: Bytes(mib * MIB), peak: Bytes(mib * MIB) };
        Observation {
            seconds: 30.0,
            samples: 30,
            ending: Ending::Complete,
            anon: of(needed),
            needed: of(needed),
            current: of(peak),
            peak: None,
            waited_some: Some(0.0),
            waited_full: Some(0.0),
            slowed: 0,
            at_max: 0,
            oom_kills: 0,
            restarts: 0,
            away: 0.0,
        }
    }

    #[test]
    fn cache_that_can_go_is_not_needed() {
        let basis = Basis::of(&usual(), &entry(), None);
        assert_eq!((basis.floor, basis.wanted), (Bytes(800 * MIB), Bytes(960 * MIB)));
        assert!(basis.is_known && basis.how.contains("200 MiB of it cache"), "{}", basis.how);
        let database = Basis::of(&Seen { role: Role::Database, ..usual() }, &entry(), None);
        assert_eq!((database.floor, database.wanted), (Bytes(800 * MIB), Bytes(1216 * MIB)));
    }

    #[test]
    fn what_is_not_known_gets_more_room() {
        let young = Basis::of(&Seen { seconds: Some(599), ..usual() }, &entry(), None);
        assert!(!young.is_known && young.wanted == Bytes(1216 * MIB), "{:?}", young.wanted);
        assert!(Basis::of(&Seen { seconds: Some(600), ..usual() }, &entry(), None).is_known);
        let now = Basis::of(&Seen { peak_from: Source::Now, ..usual() }, &entry(), None);
        assert!(!now.is_known && now.how.contains("nothing tells the most"), "{}", now.how);
        let small =
            Basis::of(&Seen { peak: Bytes(MIB), needed: None, cache: Bytes(0), ..usual() }, &entry(), None);
        assert_eq!(small.wanted, Bytes(33 * MIB));
    }

    #[test]
    fn a_limit_at_which_it_was_killed_is_no_more_than_a_beginning() {
        let limited = Entry {
            effective_max: Some(Bytes(2000 * MIB)),
            effective_by: Some("a.service".to_owned()),
            ..entry()
        };
        let killed = Seen { oom_kills: Some(1), ..usual() };
        let basis = Basis::of(&killed, &limited, None);
        assert_eq!(basis.floor, Bytes(2000 * MIB));
        assert!(!basis.is_known && basis.how.contains("killed at its limit"), "{}", basis.how);
        let by_machine = Entry { effective_by: Some("memory".to_owned()), ..limited };
        assert_eq!(Basis::of(&killed, &by_machine, None).floor, Bytes(800 * MIB));
    }

    #[test]
    fn what_was_watched_counts() {
        let basis = Basis::of(&usual(), &entry(), Some(&observed(1500, 1600)));
        assert_eq!(basis.floor, Bytes(1500 * MIB));
        let now = Seen { peak_from: Source::Now, ..usual() };
        assert!(Basis::of(&now, &entry(), Some(&observed(1, 1))).how.contains("while it was watched"));
    }
}
