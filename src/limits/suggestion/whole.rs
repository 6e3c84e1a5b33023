//! The whole answer of `memtune limits suggest`.

use serde::Serialize;

use crate::exit::Fault;
use crate::facts::cgroup_memory::Version;
use crate::facts::cgroups::Arrangement;
use crate::facts::readings::Readings;
use crate::facts::unit_listing;
use crate::facts::unit_property;
use crate::sys::bytes::Bytes;

use super::super::setting::manager::Manager;
use super::super::shown::kind::Kind;
use super::advice::{Advice, Omitted, Suggested};
use super::basis::Basis;
use super::case::{Above, Case, Swap};
use super::fit::{self, Fit, Sum};
use super::observation::Observation;
use super::seen::{Seen, finite};
use super::target::Target;
use super::{command, doubts, high, low, max, oom, swap_max};

/// What a unit should have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestion {
    schema: &'static str,
    /// The unit or template that the limits are for.
    pub unit: String,
    /// Of a template, the instance whose numbers these are.
    pub instance: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Whether it belongs to a user's own systemd.
    pub user: bool,
    /// Such as `active (running)`; `None` where systemd does not say.
    pub state: Option<String>,
    /// The memory of the machine.
    pub memory: Option<Bytes>,
    /// The swap of the machine.
    pub swap: Option<Bytes>,
    /// What is known of the unit.
    pub seen: Seen,
    /// What was seen while it was watched.
    pub observation: Option<Observation>,
    /// What it should have.
    pub suggested: Vec<Suggested>,
    /// What it should not have, or has already.
    pub omitted: Vec<Omitted>,
    /// What the budget would be with it; without a new limit, as it is.
    pub budget: Option<Sum>,
    /// What makes it less sure, and what cannot be known here.
    pub remarks: Vec<String>,
    /// Why `memtune limits set` would not take it as things are.
    pub obstacles: Vec<String>,
    /// What is typed to have it, behind `memtune`; `None` where there is nothing to set, or where it would be refused.
    pub command: Option<String>,
}

/// For whom, and what was seen of it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose systemd is asked.
    pub asked: unit_listing::Manager,
    /// Whose systemd is told.
    pub told: Manager,
    /// What was seen while it was watched.
    pub observation: Option<Observation>,
}

impl Suggestion {
    /// For a unit of a machine.
    ///
    /// # Errors
    /// Says that nothing is known of what the unit holds.
    pub fn of(readings: &Readings, target: &Target, request: Request) -> Result<Self, Fault> {
        let Request { asked, told, observation } = request;
        let seen = Seen::of(readings, asked, target);
        let entry = &target.entry;
        let basis = Basis::of(&seen, entry, observation.as_ref());
        let swap = Swap::of(readings);
        let memory = target.tree.memory();
        let case = Case {
            entry,
            seen: &seen,
            basis: &basis,
            observation: observation.as_ref(),
            version: version(target),
            swap,
            swap_above: Above::of_swap(entry, &target.tree),
            memory,
        };
        let (advice, budget) = advise(readings, target, &case);
        let mut remarks = doubts::about(&case, target.is_running());
        remarks.extend(target.remarks.iter().cloned());
        let (suggested, omitted) = apart(advice, target.name.kind());
        let can_be_set = !suggested.is_empty() && entry.kind != Kind::Container;
        let obstacles = match can_be_set {
            true => command::obstacles(readings, &target.name, &told, &suggested),
            false => Vec::new(),
        };
        let command =
            (can_be_set && obstacles.is_empty()).then(|| command::words(&target.name, &told, &suggested));
        Ok(Self {
            schema: "memtune.suggestion/1",
            unit: target.name.as_str().to_owned(),
            instance: (entry.unit != target.name.as_str()).then(|| entry.unit.clone()),
            kind: entry.kind,
            user: entry.user,
            state: entry.state.clone(),
            memory,
            swap: swap.map(|swap| swap.total),
            suggested,
            omitted,
            budget,
            remarks,
            obstacles,
            command,
            seen,
            observation,
        })
    }
}

fn version(target: &Target) -> Option<Version> {
    match target.tree.arrangement? {
        Arrangement::V2 => Some(Version::Two),
        Arrangement::V1 | Arrangement::Hybrid => Some(Version::One),
        Arrangement::None => None,
    }
}

/// One limit depends on the other: the end comes first, then what may go to swap, then where it is slowed down.
fn advise(readings: &Readings, target: &Target, case: &Case<'_>) -> (Vec<Advice>, Option<Sum>) {
    let Target { entry, tree, running, .. } = target;
    let now = fit::as_it_is(readings);
    let whole_fits = now.as_ref().is_some_and(|sum| sum.fits);
    let fit = fit::find(readings, running, case.basis.wanted, case.basis.least);
    let max = max::advise(case, &fit, max::above(entry, tree), whole_fits);
    // One above all memory there is ends nothing.
    let own = case.own_max().filter(|own| case.memory.is_none_or(|memory| *own < memory));
    let limit = max.bytes().or(own);
    let swap = swap_max::advise(case, limit);
    let swap_limit = swap.bytes().or(finite(entry.swap_max));
    let high = high::advise(case, limit, swap_limit);
    let low = low::advise(case, limit, low::above(entry, tree).as_ref());
    let sum = match fit {
        Fit::Limit { sum, bytes, .. } if max.bytes() == Some(bytes) => Some(sum),
        _ => now,
    };
    (vec![max, high, swap, low, oom::policy(case), oom::score(case)], sum)
}

/// What a kind of unit does not have is not spoken of.
fn apart(advice: Vec<Advice>, kind: &str) -> (Vec<Suggested>, Vec<Omitted>) {
    let (mut suggested, mut omitted) = (Vec::new(), Vec::new());
    // systemd gives scopes an OOMPolicy from version 253 on only.
    let is_known = |property: &str| {
        unit_property::is_of_kind(property, kind) && !(kind == "scope" && property == "OOMPolicy")
    };
    for one in advice {
        match one {
            Advice::Set(one) if is_known(one.property) => suggested.push(one),
            Advice::Leave(one) if is_known(one.property) => omitted.push(one),
            _ => {}
        }
    }
    (suggested, omitted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::limits::setting::current::Current;
    use crate::limits::setting::settings::{Planned, Settings};
    use crate::limits::setting::weigh;
    use crate::limits::shown::remarks::CLOSE;
    use crate::limits::unit_name::UnitName;
    use proptest::prelude::*;

    const MIB: u64 = 1 << 20;
    const FOLDER: &str = "/sys/fs/cgroup/system.slice/a.service";

    /// What a machine with one unit shows of it, in MiB.
    #[derive(Clone, Debug, Default)]
    struct Shown {
        memory: u64,
        swap: u64,
        swap_used: u64,
        anon: u64,
        cache: u64,
        mapped: u64,
        more_at_peak: u64,
        swapped: u64,
        max: Option<u64>,
        high: Option<u64>,
        other_max: Option<u64>,
        slice_swap_max: Option<u64>,
        kills: u64,
    }

    impl Shown {
        fn files(&self) -> Vec<(String, String)> {
            let limit = |mib: Option<u64>| mib.map_or("max\n".to_owned(), |mib| format!("{}\n", mib * MIB));
            let current = self.anon + self.cache + self.mapped;
            let of = |file: &str, text: String| (format!("{FOLDER}/{file}"), text);
            let file = self.cache + self.mapped;
            let stat = format!(
                "anon {}\nfile {}\nfile_mapped {}\nshmem 0\nunevictable 0\n",
                self.anon * MIB,
                file * MIB,
                self.mapped * MIB
            );
            let mut unit = "[Service]\nExecStart=/bin/x\n".to_owned();
            unit += &self.max.map(|mib| format!("MemoryMax={mib}M\n")).unwrap_or_default();
            unit += &self.high.map(|mib| format!("MemoryHigh={mib}M\n")).unwrap_or_default();
            let swap_line =
                format!("/swapfile file {} {} -2\n", self.swap << 10, self.swap_used.min(self.swap) << 10);
            vec![
                ("/proc/meminfo".into(), format!("MemTotal: {} kB\n", self.memory << 10)),
                ("/proc/swaps".into(), if self.swap > 0 { swap_line } else { String::new() }),
                ("/sys/fs/cgroup/cgroup.controllers".into(), "memory\n".into()),
                ("/sys/fs/cgroup/system.slice/b.service/memory.current".into(), "1048576\n".into()),
                ("/sys/fs/cgroup/system.slice/b.service/memory.max".into(), limit(self.other_max)),
                ("/etc/systemd/system/a.service".into(), unit),
                (
                    "/sys/fs/cgroup/system.slice/memory.swap.max".into(),
                    self.slice_swap_max
                        .map_or("max\n".to_owned(), |mib| format!("{}\n", (mib + self.swapped) * MIB)),
                ),
                (
                    "/sys/fs/cgroup/system.slice/memory.swap.current".into(),
                    format!("{}\n", self.swapped * MIB),
                ),
                of("memory.current", format!("{}\n", current * MIB)),
                of("memory.peak", format!("{}\n", (current + self.more_at_peak) * MIB)),
                of("memory.swap.current", format!("{}\n", self.swapped * MIB)),
                of("memory.stat", stat),
                of("memory.max", limit(self.max)),
                of("memory.high", limit(self.high)),
                of("memory.events", format!("high 0\nmax 0\noom_kill {}\n", self.kills)),
            ]
        }

        /// What is suggested, and what `limits set` would say of it to the unit that runs.
        fn ask(&self) -> (Suggestion, Vec<(String, String)>) {
            let files = self.files();
            let files: Vec<(&str, &str)> =
                files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            let (_folder, host) = made_tree(&files);
            let readings = Readings::new(&host, None);
            let asked = unit_listing::Manager::System;
            let target = Target::find(&readings, asked, "a").unwrap();
            let request = Request { asked, told: Manager::System, observation: None };
            let suggestion = Suggestion::of(&readings, &target, request).unwrap();
            let weighed = self.weighed(&readings, &suggestion);
            (suggestion, weighed)
        }

        fn weighed(&self, readings: &Readings<'_>, suggestion: &Suggestion) -> Vec<(String, String)> {
            let lines = suggestion.suggested.iter().map(|one| format!("{}={}\n", one.property, one.value));
            let text = format!("[Service]\n{}", lines.collect::<String>());
            let path = "/etc/systemd/system/a.service.d/90-memtune.conf".to_owned();
            let unit = UnitName::parse("a").unwrap();
            let planned = Planned::from([(path, Some(text))]);
            let settings = Settings::read(readings.host(), &Manager::System, &unit, &planned).unwrap();
            let running = Current {
                name: "a.service".to_owned(),
                active: "active".to_owned(),
                group: "/system.slice/a.service".to_owned(),
                held: Some(Bytes((self.anon + self.cache + self.mapped) * MIB)),
                needed: Some(Bytes(self.anon * MIB)),
                swapped: Bytes(self.swapped * MIB),
                ..Current::default()
            };
            let changed: Vec<&str> = suggestion.suggested.iter().map(|one| one.property).collect();
            weigh::weigh_all(&settings, &changed, &[running], readings, &Manager::System).refused
        }
    }

    fn shown() -> impl Strategy<Value = Shown> {
        let held = (1..6000u64, 0..4000u64, 0..2000u64, 0..3000u64);
        let swap = (prop_oneof![Just(0), 1..9000u64], 0..9000u64, 0..500u64);
        let limits = (
            prop::option::of(1..60_000u64),
            prop::option::of(1..60_000u64),
            prop::option::of(1..60_000u64),
            prop::option::of(0..9000u64),
            prop_oneof![Just(0), 1..3u64],
        );
        (1024..32_768u64, held, swap, limits).prop_map(|(memory, held, swap, limits)| Shown {
            memory,
            swap: swap.0,
            swap_used: swap.1,
            swapped: swap.2,
            anon: held.0,
            cache: held.1,
            mapped: held.2,
            more_at_peak: held.3,
            max: limits.0,
            high: limits.1,
            other_max: limits.2,
            slice_swap_max: limits.3,
            kills: limits.4,
        })
    }

    fn value<'s>(suggestion: &'s Suggestion, property: &str) -> Option<&'s Suggested> {
        suggestion.suggested.iter().find(|one| one.property == property)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn whatever_is_suggested_is_taken_by_set_and_breaks_no_sum(shown in shown()) {
            let (suggestion, weighed) = shown.ask();
            prop_assert_eq!(&weighed, &Vec::new());
            prop_assert!(suggestion.obstacles.is_empty(), "{:?}", suggestion.obstacles);
            prop_assert_eq!(suggestion.command.is_some(), !suggestion.suggested.is_empty());
            if let Some(max) = value(&suggestion, "MemoryMax").and_then(|one| one.bytes) {
                prop_assert!(suggestion.budget.as_ref().is_some_and(|sum| sum.fits));
                prop_assert!(max.0 >= (shown.anon + shown.mapped) * MIB && max.0 < shown.memory * MIB);
                prop_assert!(Bytes((shown.anon + shown.mapped) * MIB).percent_of(max) <= CLOSE);
            }
            if let Some(high) = value(&suggestion, "MemoryHigh").and_then(|one| one.bytes) {
                prop_assert!(shown.swap > shown.swap_used);
                prop_assert!(high.0 > (shown.anon + shown.mapped) * MIB);
                let max = value(&suggestion, "MemoryMax").and_then(|one| one.bytes).map(|max| max.0 / MIB);
                let grows = max.or(shown.max).unwrap_or_default() - shown.anon - shown.mapped;
                prop_assert!(shown.slice_swap_max.is_none_or(|left| left >= grows));
            }
        }
    }

    #[test]
    fn none_is_suggested_that_would_be_full_at_once() {
        // Of 4096 MiB the reserve takes 512 MiB; with the other unit's limit 1050 or 1120 MiB are left for one that needs 1000 MiB.
        let left = |left: u64| {
            let other_max = Some(4096 - 512 - left);
            Shown { memory: 4096, anon: 1000, other_max, ..Shown::default() }.ask().0
        };
        let (none, some) = (left(1050), left(1120));
        assert_eq!(value(&none, "MemoryMax"), None);
        let why = &none.omitted.iter().find(|one| one.property == "MemoryMax").unwrap().reason;
        assert!(why.contains("lower what others may take"), "{why}");
        assert_eq!(value(&some, "MemoryMax").unwrap().value, "1120M");
    }

    #[test]
    fn limits_that_do_harm_are_replaced() {
        let shown = Shown { memory: 8192, anon: 500, max: Some(50_000), high: Some(900), ..Shown::default() };
        let (suggestion, _) = shown.ask();
        assert_eq!(value(&suggestion, "MemoryMax").unwrap().value, "600M");
        assert_eq!(value(&suggestion, "MemoryHigh").unwrap().value, "infinity");
        let command = "limits set a.service MemoryMax=600M MemoryHigh=infinity";
        assert_eq!(suggestion.command.as_deref(), Some(command));
    }

    #[test]
    fn a_slice_that_may_not_swap_leaves_no_room_for_a_brake() {
        let shown =
            Shown { memory: 8192, swap: 8192, anon: 500, slice_swap_max: Some(0), ..Shown::default() };
        let (suggestion, _) = shown.ask();
        assert_eq!(suggestion.command.as_deref(), Some("limits set a.service MemoryMax=600M"));
        let why = |name| &suggestion.omitted.iter().find(|one| one.property == name).unwrap().reason;
        assert!(why("MemoryHigh").contains("system.slice"), "{}", why("MemoryHigh"));
        assert!(why("MemorySwapMax").contains("system.slice"), "{}", why("MemorySwapMax"));
    }

    #[test]
    fn with_room_in_swap_it_is_slowed_down_before_it_is_ended() {
        let shown = Shown { memory: 8192, swap: 8192, anon: 500, ..Shown::default() };
        let (suggestion, _) = shown.ask();
        let command = "limits set a.service MemoryMax=600M MemoryHigh=540M MemorySwapMax=104M";
        assert_eq!(suggestion.command.as_deref(), Some(command));
    }
}
