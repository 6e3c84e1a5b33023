//! What is odd about the limits of a unit, in sentences.

use crate::facts::cgroup_memory::{Limit, Version};
use crate::sys::bytes::Bytes;

use super::entry::Entry;

/// What the machine has beside its units.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around {
    /// The memory of the machine.
    pub memory: Option<Bytes>,
    /// Its swap; `None` where that is not known.
    pub swap: Option<Bytes>,
    /// Which files its groups have; `None` where nothing counts memory.
    pub version: Option<Version>,
}

/// A unit that has come this close to a limit, in per cent, is close to it.
const CLOSE: f64 = 90.0;

/// What is odd about `entry`, the gravest first.
pub fn about(entry: &Entry, around: Around) -> Vec<String> {
    let remarks = [
        killed(entry),
        ended(entry),
        without_effect(entry, around),
        larger_than_memory(entry, around),
        order(entry),
        crawls(entry, around),
        full(entry),
        narrowed(entry),
        reload(entry),
        restarted(entry),
    ];
    remarks.into_iter().flatten().collect()
}

fn killed(entry: &Entry) -> Option<String> {
    match entry.oom_kills? {
        0 => None,
        1 => Some("one of its processes was killed for want of memory".to_owned()),
        count => Some(format!("{count} of its processes were killed for want of memory")),
    }
}

fn ended(entry: &Entry) -> Option<String> {
    (entry.result.as_deref() == Some("oom-kill"))
        .then(|| "its last run ended because a process was killed for want of memory".to_owned())
}

fn without_effect(entry: &Entry, around: Around) -> Option<String> {
    const NEW: [&str; 4] = ["MemoryHigh", "MemoryLow", "MemoryMin", "MemorySwapMax"];
    let is_set = |name: &&&str| entry.settings.iter().any(|one| one.key == ***name && !one.value.is_empty());
    let set: Vec<&str> = NEW.iter().filter(|name| is_set(name)).copied().collect();
    (around.version == Some(Version::One) && !set.is_empty()).then(|| {
        format!("{} does nothing here: control groups of version 1 know only MemoryMax", set.join(", "))
    })
}

fn larger_than_memory(entry: &Entry, around: Around) -> Option<String> {
    let (max, memory) = (entry.max.and_then(Limit::bytes)?, around.memory?);
    (max >= memory)
        .then(|| format!("its MemoryMax of {max} does not protect the machine, which has {memory} of memory"))
}

fn order(entry: &Entry) -> Option<String> {
    let (high, max) = (entry.high.and_then(Limit::bytes)?, entry.max.and_then(Limit::bytes)?);
    (high >= max).then(|| format!("its MemoryHigh of {high} is never reached before its MemoryMax of {max}"))
}

/// Without swap there is nowhere to put pages that belong to no file, and MemoryHigh never kills.
fn crawls(entry: &Entry, around: Around) -> Option<String> {
    let high = entry.high.and_then(Limit::bytes)?;
    let needed = needed(entry)?;
    let may_swap = entry.swap_max != Some(Limit::At(Bytes(0))) && around.swap.is_none_or(|swap| swap.0 > 0);
    (!may_swap && needed.percent_of(high) > CLOSE).then(|| {
        format!("it needs {needed}, its MemoryHigh is {high}, and it has no swap: it is slowed down until it stands still, and nothing ends it")
    })
}

fn full(entry: &Entry) -> Option<String> {
    let (max, needed) = (entry.effective_max?, needed(entry)?);
    let is_limited = entry.effective_by.as_deref().is_some_and(|by| by != "memory");
    (is_limited && needed.percent_of(max) > CLOSE)
        .then(|| format!("it needs {needed} of the {max} that it may hold: little more, and it is killed"))
}

fn narrowed(entry: &Entry) -> Option<String> {
    let (max, effective) = (entry.max.and_then(Limit::bytes)?, entry.effective_max?);
    let by = entry.effective_by.as_deref().filter(|by| *by != "memory" && *by != entry.unit)?;
    (effective < max).then(|| format!("its MemoryMax is {max}, but {by} leaves it only {effective}"))
}

fn reload(entry: &Entry) -> Option<String> {
    (entry.needs_reload == Some(true)).then(|| {
        "its files have changed since systemd read them: `sudo systemctl daemon-reload` makes them count"
            .to_owned()
    })
}

fn restarted(entry: &Entry) -> Option<String> {
    match entry.restarts? {
        0 => None,
        1 => Some("systemd had to start it again once".to_owned()),
        count => Some(format!("systemd had to start it again {count} times")),
    }
}

/// What cannot simply be dropped.
fn needed(entry: &Entry) -> Option<Bytes> {
    Some(entry.anon? + entry.shmem.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::limits::shown::entry;

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
        about(&entry, around)
    }

    #[test]
    fn a_plain_unit_is_not_odd() {
        assert_eq!(said(|_| {}, around()), Vec::<String>::new());
        let sound = |entry: &mut Entry| {
            (entry.max, entry.high) = (at(4), at(3));
            (entry.effective_max, entry.effective_by) =
                (Some(Bytes::from_gib(4)), Some("a.service".to_owned()));
            (entry.anon, entry.oom_kills, entry.restarts) = (Some(Bytes(GIB)), Some(0), Some(0));
            entry.result = Some("success".to_owned());
        };
        assert_eq!(said(sound, around()), Vec::<String>::new());
    }

    #[test]
    fn each_oddity_has_its_sentence() {
        type Case = (fn(&mut Entry), &'static str);
        let cases: [Case; 8] = [
            (|entry| entry.oom_kills = Some(1), "one of its processes was killed"),
            (|entry| entry.oom_kills = Some(3), "3 of its processes were killed"),
            (|entry| entry.result = Some("oom-kill".to_owned()), "its last run ended"),
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
                entry.anon = Some(Bytes(needed));
            }
        };
        let bare = Around { swap: Some(Bytes(0)), ..around() };
        assert!(said(with(90), bare).is_empty());
        assert!(said(with(91), bare)[0].contains("nothing ends it"));
        assert!(said(with(91), around()).is_empty());
        let forbidden = |entry: &mut Entry| {
            with(91)(entry);
            entry.swap_max = Some(Limit::At(Bytes(0)));
        };
        assert!(said(forbidden, around())[0].contains("nothing ends it"));
    }

    #[test]
    fn what_is_almost_full_is_told_unless_it_is_the_machine() {
        let with = |by: &'static str, needed: u64| {
            move |entry: &mut Entry| {
                entry.effective_max = Some(Bytes(100));
                entry.effective_by = Some(by.to_owned());
                (entry.anon, entry.shmem) = (Some(Bytes(needed - 1)), Some(Bytes(1)));
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
