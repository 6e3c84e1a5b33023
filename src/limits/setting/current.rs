//! What one unit is doing, and what it holds right now.

use crate::facts::cgroup_memory;
use crate::facts::process_unit::{self, Groups};
use crate::facts::unit_properties::{self, Properties};
use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

use super::super::unit_name::UnitName;
use super::manager::Manager;

/// More units than any template has instances.
const MOST_UNITS: usize = 4096;

const ASKED: &str = "--property=Id,LoadState,ActiveState,SubState,Result,NRestarts,InvocationID,Job,Type,ConditionResult,ConditionTimestampMonotonic,AssertResult,AssertTimestampMonotonic,FragmentPath,ControlGroup,MemoryCurrent,MemorySwapCurrent,TasksCurrent";

/// A unit as systemd and its control group tell of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Current {
    /// Its name; that of an alias is the one behind it.
    pub name: String,
    /// Whether systemd knows it: `loaded`, `not-found`, `masked` and others.
    pub load: String,
    /// `active`, `failed` and others.
    pub active: String,
    /// The same in more detail, such as `running`.
    pub sub: String,
    /// How it ended last, such as `oom-kill`.
    pub result: String,
    /// How often it was started anew after a failure.
    pub restarts: u64,
    /// What tells this start of it from others; empty where it does not run.
    pub invocation: String,
    /// The path of its control group; empty where it has none.
    pub group: String,
    /// Whether systemd still has something to do for it, such as starting it.
    pub has_job: bool,
    /// Whether it is meant to do its work and end.
    pub is_oneshot: bool,
    /// Whether a condition kept it from its last start.
    pub is_unmet: bool,
    /// Its file, empty where it has none.
    pub fragment: String,
    /// All that it holds, caches of files included.
    pub held: Option<Bytes>,
    /// What of it cannot just be dropped: its own pages and shared memory.
    pub needed: Option<Bytes>,
    /// What can neither be dropped nor swapped out.
    pub locked: Bytes,
    /// What it has in swap.
    pub swapped: Bytes,
    /// Its threads.
    pub tasks: Option<u64>,
}

impl Current {
    /// Whether processes of it may run.
    pub fn is_active(&self) -> bool {
        ["active", "activating", "reloading", "deactivating", "refreshing"].contains(&self.active.as_str())
    }

    fn of(host: &Host, properties: &Properties) -> Self {
        let text = |name: &str| properties.get(name).cloned().unwrap_or_default();
        let number = |name: &str| text(name).parse::<u64>().ok().filter(|&number| number != u64::MAX);
        let own = Self {
            name: text("Id"),
            load: text("LoadState"),
            active: text("ActiveState"),
            sub: text("SubState"),
            result: text("Result"),
            restarts: number("NRestarts").unwrap_or_default(),
            invocation: text("InvocationID"),
            group: text("ControlGroup"),
            has_job: number("Job").is_some_and(|job| job > 0),
            is_oneshot: text("Type") == "oneshot",
            is_unmet: ["Condition", "Assert"].iter().any(|kind| is_unmet(properties, kind)),
            fragment: text("FragmentPath"),
            held: number("MemoryCurrent").map(Bytes),
            swapped: number("MemorySwapCurrent").map(Bytes).unwrap_or_default(),
            tasks: number("TasksCurrent"),
            ..Self::default()
        };
        own.with_group(host)
    }

    fn with_group(self, host: &Host) -> Self {
        let Some(group) = cgroup_memory::of_groups(host, &Groups::at(&self.group)) else { return self };
        let held = self.held.or(group.current);
        Self { held, needed: group.needed(), locked: group.unevictable.unwrap_or_default(), ..self }
    }
}

/// Asks systemd about the unit, or about those that it stands for and that are loaded.
///
/// # Errors
/// Says why systemd cannot be asked.
pub fn read(host: &Host, manager: &Manager, unit: &UnitName) -> Result<Vec<Current>, Lacking> {
    let text = manager.output(host, "systemctl", &["show", ASKED, "--", &unit.pattern()])?;
    let all = parse(&text);
    // Without systemd as the first process the program is there, and complains where nobody listens.
    if all.is_empty() && !unit.stands_for_many() {
        return Err(Lacking::absent("systemctl show"));
    }
    let all = all.iter().map(|properties| Current::of(host, properties));
    // The pattern may take in more than is meant; an alias has another name.
    Ok(all.filter(|one| !unit.stands_for_many() || unit.includes(&one.name)).collect())
}

/// Whether what was looked at before a start, a `Condition` or an `Assert`, did not hold. Of one that was not looked at yet systemd says
/// `no`, too.
fn is_unmet(properties: &Properties, kind: &str) -> bool {
    let is = |end: &str, value: &str| properties.get(&format!("{kind}{end}")).is_some_and(|one| one == value);
    is("Result", "no")
        && properties.contains_key(&format!("{kind}TimestampMonotonic"))
        && !is("TimestampMonotonic", "0")
}

/// One unit's properties after the other, with an empty line between them.
fn parse(text: &str) -> Vec<Properties> {
    let units = text.split("\n\n").take(MOST_UNITS).map(unit_properties::parse);
    units.filter(|properties| !properties.is_empty()).collect()
}

/// Whether the name could be a unit's at all, so that nothing else gets into a command.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && process_unit::is_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    const SHOWN: &str = "Id=a.service\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=3\n\
        ControlGroup=/system.slice/a.service\nMemoryCurrent=3000\nMemorySwapCurrent=18446744073709551615\nTasksCurrent=[not set]\n";

    #[test]
    fn a_unit_is_what_systemd_and_its_group_tell() {
        let stat = "anon 1000\nfile 900\nshmem 500\nunevictable 64\n";
        let (_folder, host) = made_tree(&[("/sys/fs/cgroup/system.slice/a.service/memory.stat", stat)]);
        let one = Current::of(&host, &parse(SHOWN)[0]);
        assert!(one.is_active());
        assert_eq!((one.held, one.needed, one.locked), (Some(Bytes(3000)), Some(Bytes(1500)), Bytes(64)));
        assert_eq!((one.swapped, one.tasks, one.restarts), (Bytes(0), None, 3));
    }

    #[test]
    fn what_was_not_looked_at_is_not_unmet() {
        let (_folder, host) = made_tree(&[]);
        let unmet = |more: &str| Current::of(&host, &parse(&format!("{SHOWN}{more}\n"))[0]).is_unmet;
        assert!(!unmet(
            "ConditionResult=no\nConditionTimestampMonotonic=0\nAssertResult=no\nAssertTimestampMonotonic=0"
        ));
        assert!(unmet("ConditionResult=no\nConditionTimestampMonotonic=7"));
        assert!(unmet("ConditionResult=yes\nAssertResult=no\nAssertTimestampMonotonic=7"));
        let job = |more: &str| Current::of(&host, &parse(&format!("{SHOWN}{more}\n"))[0]).has_job;
        assert!(job("Job=5") && !job("Job=") && !job("Nice=0"));
    }

    #[test]
    fn version_1_has_other_names() {
        let files = [
            (
                "/sys/fs/cgroup/memory/system.slice/a.service/memory.stat",
                "rss 1\ntotal_rss 700\ntotal_shmem 50\n",
            ),
            ("/sys/fs/cgroup/memory/system.slice/a.service/memory.usage_in_bytes", "900\n"),
        ];
        let (_folder, host) = made_tree(&files);
        let one = Current::of(&host, &parse(&SHOWN.replace("=3000", "=[not set]"))[0]);
        assert_eq!((one.held, one.needed), (Some(Bytes(900)), Some(Bytes(750))));
    }

    #[test]
    fn several_units_come_one_after_the_other() {
        let all = parse(&format!("{SHOWN}\n{}", SHOWN.replace("a.service", "b.service")));
        assert_eq!(all.iter().map(|one| one["Id"].as_str()).collect::<Vec<_>>(), ["a.service", "b.service"]);
        assert!(parse("").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|(Id|ControlGroup|MemoryCurrent)=[a-z0-9/.]*\n){0,20}") {
            let (_folder, host) = made_tree(&[]);
            for properties in parse(&text) {
                Current::of(&host, &properties);
            }
        }
    }
}
