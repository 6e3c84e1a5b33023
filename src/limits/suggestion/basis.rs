//! What a unit needs at its most, as far as that was seen, and how far that can be trusted.

use crate::sys::bytes::Bytes;

use super::super::shown::entry::Entry;
use super::super::shown::remarks::CLOSE;
use super::advice::rounded_up;
use super::observation::Observation;
use super::role::Role;
use super::seen::{Seen, Source};

/// Whoever has run for less has hardly shown what it needs, in seconds.
pub(super) const YOUNG: u64 = 600;

/// So much more than was seen, in per cent, where the most is known, and where it is not.
const ROOM: f64 = 20.0;
const WIDE_ROOM: f64 = 50.0;

/// The least limit leaves so much above all that it has needed, in per cent.
const LEAST_SHARE: f64 = 105.0;

/// A smaller part of the peak does not matter, in per cent.
const MUCH: f64 = 10.0;

/// Small programs grow by more than a share of themselves.
const LEAST_ROOM: Bytes = Bytes(32 << 20);

/// A longer conversation needs more of a model's server, however small the model.
const LEAST_ROOM_OF_MODELS: Bytes = Bytes(768 << 20);

/// What a unit needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Basis {
    /// What it needs at its most: the most that it has held, less the cache of files that can go.
    pub(super) floor: Bytes,
    /// The most that it has held.
    pub(super) peak: Bytes,
    /// The least limit that leaves it room: a little above the floor, and not so little above what it needs now that it counts as full.
    pub(super) least: Bytes,
    /// The floor with the cache that it needs, too.
    pub(super) base: Bytes,
    /// That and room to grow.
    pub(super) wanted: Bytes,
    /// How that was found.
    pub(super) how: String,
    /// Whether the most that it has held is known, and how much of that was cache that can go.
    pub(super) is_known: bool,
    /// Whether it is only taken for granted that what is cache now was so at the peak.
    pub(super) is_guessed: bool,
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
        let is_sure =
            seen.peak_from != Source::Now && !is_young(seen, observation) && !is_killed(seen, observation);
        let is_guessed = seen.cache.percent_of(peak) >= MUCH && !is_long(observation);
        let is_known = is_sure && !is_guessed;
        let least = if seen.role == Role::Model { LEAST_ROOM_OF_MODELS } else { LEAST_ROOM };
        let with = |amount: Bytes, percent: f64| amount + amount.percent(percent).max(least);
        let wanted = match (is_known, is_sure) {
            (true, _) => with(base, ROOM),
            // A fifth above all that it has held is enough, whatever that was.
            (_, true) => with(base, WIDE_ROOM).min(with(base.max(peak), ROOM)),
            _ => with(base, WIDE_ROOM),
        };
        let wanted = rounded_up(wanted);
        let least = floor.percent(LEAST_SHARE).max(needed.percent(100.0 * 100.0 / CLOSE));
        let least = Bytes::from_mib(least.0.div_ceil(1 << 20));
        let facts = Facts { peak, needed, killed_at, observation };
        Self { floor, peak, least, base, wanted, how: facts.how(seen), is_known, is_guessed }
    }
}

/// Whether somebody has watched it for long enough.
fn is_long(observation: Option<&Observation>) -> bool {
    observation.is_some_and(|one| one.seconds >= YOUNG as f64)
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
    observation: Option<&'o Observation>,
}

impl Facts<'_> {
    fn how(&self, seen: &Seen) -> String {
        let Self { peak, needed, killed_at, .. } = self;
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
        format!("{held}{cache}{killed}")
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
        // Nobody knows whether what is cache now was so at the peak: half as much again, and no more than a fifth above all of it.
        assert_eq!((basis.floor, basis.wanted), (Bytes(800 * MIB), Bytes(1216 * MIB)));
        assert!(
            basis.is_guessed && !basis.is_known && basis.how.contains("200 MiB of it cache"),
            "{}",
            basis.how
        );
        let watched = Observation { seconds: 600.0, ..observed(600, 900) };
        let basis = Basis::of(&usual(), &entry(), Some(&watched));
        assert_eq!((basis.is_known, basis.wanted), (true, Bytes(960 * MIB)));
        let database = Basis::of(&Seen { role: Role::Database, ..usual() }, &entry(), None);
        assert_eq!((database.floor, database.wanted), (Bytes(800 * MIB), Bytes(1216 * MIB)));
    }

    #[test]
    fn what_is_not_known_gets_more_room() {
        let bare = || Seen { cache: Bytes(0), ..usual() };
        let of = |seen| Basis::of(&seen, &entry(), None);
        let young = of(Seen { seconds: Some(599), ..bare() });
        assert!(!young.is_known && young.wanted == Bytes(1536 * MIB), "{:?}", young.wanted);
        let old = of(Seen { seconds: Some(600), ..bare() });
        assert!(old.is_known && old.wanted == Bytes(1216 * MIB), "{:?}", old.wanted);
        let model = of(Seen { role: Role::Model, ..bare() });
        assert_eq!(model.wanted, Bytes(1792 * MIB));
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
    fn the_least_limit_is_none_that_counts_as_full() {
        assert_eq!(Basis::of(&usual(), &entry(), None).least, Bytes(840 * MIB));
        let bare = Seen { cache: Bytes(0), needed: Some(Bytes(1000 * MIB)), ..usual() };
        let least = Basis::of(&bare, &entry(), None).least;
        assert_eq!(least, Bytes(1112 * MIB));
        assert!(Bytes(1000 * MIB).percent_of(least) <= CLOSE);
    }

    #[test]
    fn what_was_watched_counts() {
        let basis = Basis::of(&usual(), &entry(), Some(&observed(1500, 1600)));
        assert_eq!(basis.floor, Bytes(1500 * MIB));
        let now = Seen { peak_from: Source::Now, ..usual() };
        assert!(Basis::of(&now, &entry(), Some(&observed(1, 1))).how.contains("while it was watched"));
    }
}
