//! What is odd about the limits of a unit.

use crate::facts::cgroup_memory::{Limit, Version};
use crate::facts::cgroups::Arrangement;
use crate::facts::readings::Readings;
use crate::facts::unit_property;
use crate::sys::bytes::Bytes;

use super::entry::Entry;
use super::oddity::Oddity;
use super::tree::Tree;

/// What the machine has beside its units.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around {
    /// The memory of the machine; in a container, what that may take.
    pub memory: Option<Bytes>,
    /// Its swap; `None` where that is not known.
    pub swap: Option<Bytes>,
    /// Which files its groups have; `None` where nothing counts memory.
    pub version: Option<Version>,
}

impl Around {
    /// Of a machine with these groups.
    pub fn of(readings: &Readings, tree: &Tree) -> Self {
        let meminfo = readings.meminfo().ok();
        let version = match tree.arrangement {
            Some(Arrangement::V2) => Some(Version::Two),
            Some(Arrangement::V1 | Arrangement::Hybrid) => Some(Version::One),
            Some(Arrangement::None) | None => None,
        };
        Self { memory: tree.memory(), swap: meminfo.and_then(|meminfo| meminfo.find("SwapTotal")), version }
    }
}

/// A unit that has come this close to a limit, in per cent, is close to it.
pub const CLOSE: f64 = 90.0;

/// All of a unit waited for so much of a minute, in per cent: that is no chance.
pub const STANDSTILL: f64 = 5.0;

/// A unit that is held at its MemoryHigh goes a little over it, in per cent.
const OVERSHOOT: f64 = 5.0;

/// What is odd about `entry`, the gravest first.
pub fn about(entry: &Entry, around: Around) -> Vec<Oddity> {
    let oddities = [
        killed(entry),
        ended(entry),
        without_effect(entry, around),
        larger_than_memory(entry, around),
        order(entry, around),
        crawls(entry, around),
        held_back(entry, around),
        high_below_peak(entry, around),
        full(entry),
        narrowed(entry),
        (entry.needs_reload == Some(true)).then_some(Oddity::NeedsReload),
        restarted(entry),
    ];
    let ignored = entry.ignored.iter().cloned().map(Oddity::Ignored);
    oddities.into_iter().flatten().chain(ignored).collect()
}

fn killed(entry: &Entry) -> Option<Oddity> {
    entry.oom_kills.filter(|&kills| kills > 0).map(Oddity::Killed)
}

fn ended(entry: &Entry) -> Option<Oddity> {
    match entry.result.as_deref()? {
        "oom-kill" => Some(Oddity::Ended),
        _ => entry.is_given_up.then_some(Oddity::GivenUp),
    }
}

fn without_effect(entry: &Entry, around: Around) -> Option<Oddity> {
    let lost = entry.settings.iter().filter(|one| unit_property::is_lost_on_version_1(&one.key, &one.value));
    let lost: Vec<String> = lost.map(|one| one.key.clone()).collect();
    (around.version == Some(Version::One) && !lost.is_empty()).then_some(Oddity::WithoutEffect(lost))
}

fn larger_than_memory(entry: &Entry, around: Around) -> Option<Oddity> {
    let (max, memory) = (entry.max.and_then(Limit::bytes)?, around.memory?);
    (max >= memory).then_some(Oddity::LargerThanMemory { max, memory })
}

/// The MemoryHigh that counts: systemd tells what is set, also where nothing obeys.
fn high(entry: &Entry, around: Around) -> Option<Bytes> {
    entry.high.and_then(Limit::bytes).filter(|_| around.version != Some(Version::One))
}

fn order(entry: &Entry, around: Around) -> Option<Oddity> {
    let (high, max) = (high(entry, around)?, entry.max.and_then(Limit::bytes)?);
    (high >= max).then_some(Oddity::Order { high, max })
}

/// Whether any page of it can go to swap: there is some, and neither its own limit nor one above it says no.
pub fn may_swap(entry: &Entry, around: Around) -> bool {
    entry.swap_left != Some(Bytes(0)) && around.swap.is_none_or(|swap| swap.0 > 0)
}

/// Without swap there is nowhere to put pages that belong to no file, and MemoryHigh never kills.
fn crawls(entry: &Entry, around: Around) -> Option<Oddity> {
    let (high, needed) = (high(entry, around)?, entry.needed?);
    let is_slowed = entry.slowed.is_some_and(|slowed| slowed > 0);
    let is_close = needed.percent_of(high) > CLOSE;
    let is_now = is_slowed && entry.pressure.map_or(is_close, |waiting| waiting.full > STANDSTILL);
    (!may_swap(entry, around) && (is_close || is_now)).then_some(Oddity::Crawls { high, needed, is_now })
}

/// With swap it does not stand still, but may do little else than to swap.
fn held_back(entry: &Entry, around: Around) -> Option<Oddity> {
    let (high, full) = (high(entry, around)?, entry.pressure?.full);
    let is_slowed = entry.slowed.is_some_and(|slowed| slowed > 0);
    let waiting = full.round() as u64;
    (may_swap(entry, around) && is_slowed && full > STANDSTILL).then_some(Oddity::HeldBack { high, waiting })
}

/// The cache of files that it holds now is no reason: that is what is taken back first, and nobody notices. Nor is the peak alone: the
/// kernel keeps a unit near its MemoryHigh, so one far above it is from before that was set, and may have been cache as well.
fn high_below_peak(entry: &Entry, around: Around) -> Option<Oddity> {
    let (high, peak) = (high(entry, around)?, entry.peak?);
    let cache = entry.droppable.unwrap_or_default();
    let is_over = |held: Bytes| held > high + high.percent(OVERSHOOT);
    let is_slowed = entry.slowed.is_some_and(|slowed| slowed > 0)
        && entry.pressure.is_some_and(|waiting| waiting.some > STANDSTILL);
    let needs_more = entry.needed.is_some_and(is_over) || (is_slowed && is_over(peak.less(cache)));
    needs_more.then_some(Oddity::HighBelowPeak { high, peak, cache })
}

fn full(entry: &Entry) -> Option<Oddity> {
    let (max, needed) = (entry.effective_max?, entry.needed?);
    let is_limited = entry.effective_by.as_deref().is_some_and(|by| by != "memory");
    (is_limited && needed.percent_of(max) > CLOSE).then_some(Oddity::Full { max, needed })
}

fn narrowed(entry: &Entry) -> Option<Oddity> {
    let (max, effective) = (entry.max.and_then(Limit::bytes)?, entry.effective_max?);
    let by = entry.effective_by.as_deref().filter(|by| *by != "memory" && *by != entry.unit)?;
    (effective < max).then(|| Oddity::Narrowed { max, by: by.to_owned(), effective })
}

fn restarted(entry: &Entry) -> Option<Oddity> {
    entry.restarts.filter(|&count| count > 0).map(Oddity::Restarted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::limits::shown::entry::{self, Waiting};

    const GIB: u64 = 1 << 30;

    fn at(gib: u64) -> Option<Limit> {
        Some(Limit::At(Bytes::from_gib(gib)))
    }

    fn around() -> Around {
        Around {
            memory: Some(Bytes::from_gib(32)),
            swap: Some(Bytes::from_gib(8)),
            version: Some(Version::Two),
        }
    }

    fn plain() -> Entry {
        let (_folder, host) = made_tree(&[]);
        entry::of_files("a.service", &host)
    }

    fn said(change: impl Fn(&mut Entry), around: Around) -> Vec<String> {
        let mut entry = plain();
        change(&mut entry);
        about(&entry, around).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_plain_unit_is_not_odd() {
        assert_eq!(said(|_| {}, around()), Vec::<String>::new());
        let sound = |entry: &mut Entry| {
            (entry.max, entry.high) = (at(4), at(3));
            (entry.effective_max, entry.effective_by) =
                (Some(Bytes::from_gib(4)), Some("a.service".to_owned()));
            (entry.needed, entry.oom_kills, entry.restarts) = (Some(Bytes(GIB)), Some(0), Some(0));
            entry.result = Some("success".to_owned());
        };
        assert_eq!(said(sound, around()), Vec::<String>::new());
    }

    #[test]
    fn each_oddity_has_its_sentence() {
        type Case = (fn(&mut Entry), &'static str);
        let cases: [Case; 9] = [
            (|entry| entry.oom_kills = Some(1), "one of its processes was killed"),
            (|entry| entry.oom_kills = Some(3), "3 of its processes were killed"),
            (|entry| entry.result = Some("oom-kill".to_owned()), "its last run ended"),
            (
                |entry| (entry.result, entry.is_given_up) = (Some("exit-code".to_owned()), true),
                "has given up",
            ),
            (|entry| entry.max = at(32), "MemoryMax of 32 GiB does not protect the machine"),
            (|entry| (entry.high, entry.max) = (at(5), at(5)), "never reached before"),
            (|entry| entry.needs_reload = Some(true), "daemon-reload"),
            (|entry| entry.restarts = Some(2), "again 2 times"),
            (
                |entry| {
                    entry.max = at(8);
                    entry.effective_max = Some(Bytes::from_gib(4));
                    entry.effective_by = Some("big.slice".to_owned());
                },
                "big.slice leaves it only 4 GiB",
            ),
        ];
        for (change, wanted) in cases {
            let said = said(change, around());
            assert!(said.len() == 1 && said[0].contains(wanted), "{wanted}: {said:?}");
        }
    }

    #[test]
    fn high_without_swap_is_told_from_ninety_per_cent_on() {
        let with = |needed: u64| {
            move |entry: &mut Entry| {
                entry.high = Some(Limit::At(Bytes(100)));
                entry.needed = Some(Bytes(needed));
            }
        };
        let bare = Around { swap: Some(Bytes(0)), ..around() };
        assert!(said(with(90), bare).is_empty());
        assert!(said(with(91), bare)[0].contains("nothing ends it"));
        assert!(said(with(91), around()).is_empty());
        let forbidden = |entry: &mut Entry| {
            with(91)(entry);
            entry.swap_left = Some(Bytes(0));
        };
        assert!(said(forbidden, around())[0].contains("nothing ends it"));
    }

    #[test]
    fn a_unit_that_stands_still_is_told_from_one_that_could() {
        let with = |slowed: u64, full: f64| {
            move |entry: &mut Entry| {
                entry.high = Some(Limit::At(Bytes(100)));
                entry.needed = Some(Bytes(50));
                entry.slowed = Some(slowed);
                entry.pressure = Some(Waiting { some: full, full });
            }
        };
        let bare = Around { swap: Some(Bytes(0)), ..around() };
        assert!(said(with(1, 5.0), bare).is_empty() && said(with(0, 9.0), bare).is_empty());
        assert!(said(with(1, 5.1), bare)[0].contains("stands still now"));
        assert!(said(with(1, 5.1), around())[0].contains("held it back"));
        // Without the kernel's pressure a unit that was slowed down and has no room left counts.
        let blind = |entry: &mut Entry| {
            with(1, 0.0)(entry);
            (entry.pressure, entry.needed) = (None, Some(Bytes(91)));
        };
        assert!(said(blind, bare)[0].contains("stands still now"));
        let old = Around { version: Some(Version::One), ..bare };
        assert!(said(with(1, 50.0), old).is_empty());
    }

    #[test]
    fn a_brake_below_what_was_needed_before_is_told_unless_it_was_cache() {
        let with = |peak: u64, cache: u64, some: f64| {
            move |entry: &mut Entry| {
                entry.high = Some(Limit::At(Bytes(100)));
                (entry.peak, entry.droppable) = (Some(Bytes(peak)), Some(Bytes(cache)));
                (entry.slowed, entry.pressure) = (Some(1), Some(Waiting { some, full: 0.0 }));
            }
        };
        assert!(said(with(105, 0, 6.0), around()).is_empty());
        assert!(said(with(106, 0, 6.0), around())[0].contains("MemoryHigh of 100 B slows it down"));
        assert!(said(with(200, 95, 6.0), around()).is_empty());
        assert_eq!(said(with(200, 94, 6.0), around()).len(), 1);
        // The limit may have been set since.
        assert!(said(with(200, 0, 5.0), around()).is_empty());
        let needing = |needed: u64| {
            move |entry: &mut Entry| {
                with(200, 0, 0.0)(entry);
                entry.needed = Some(Bytes(needed));
            }
        };
        assert!(said(needing(105), around()).is_empty());
        assert_eq!(said(needing(106), around()).len(), 1);
    }

    #[test]
    fn what_is_almost_full_is_told_unless_it_is_the_machine() {
        let with = |by: &'static str, needed: u64| {
            move |entry: &mut Entry| {
                entry.effective_max = Some(Bytes(100));
                entry.effective_by = Some(by.to_owned());
                entry.needed = Some(Bytes(needed));
            }
        };
        assert!(said(with("a.service", 91), around())[0].contains("little more"));
        assert!(said(with("a.service", 90), around()).is_empty());
        assert!(said(with("memory", 99), around()).is_empty());
    }

    #[test]
    fn old_groups_know_only_max() {
        let high = |entry: &mut Entry| {
            let source = |key: &str| crate::limits::shown::sources::Source {
                key: key.to_owned(),
                value: "1G".to_owned(),
                file: "/f".to_owned(),
                line: 1,
                loses: Vec::new(),
            };
            entry.settings = vec![source("MemoryHigh"), source("MemoryMax")];
        };
        assert!(said(high, around()).is_empty());
        let old = Around { version: Some(Version::One), ..around() };
        assert!(said(high, old)[0].starts_with("MemoryHigh does nothing here"));
    }
}
