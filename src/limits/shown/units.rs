//! The units and groups of a machine.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::facts::readings::Readings;
use crate::facts::unit_listing::{self, Manager, Wanted};
use crate::facts::unit_properties;
use crate::host::{Host, Lacking};

use super::entry::{self, Entry};
use super::kind::{self, Kind};
use super::tree::{TOP, Tree, name_of};
use super::unit::{PATTERNS, PROPERTIES, Unit};

/// Which units are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whose.
    pub manager: Manager,
    /// Those that are inactive, too?
    pub wanted: Wanted,
}

/// What was found.
#[derive(Debug)]
pub struct Survey {
    /// The units, whoever holds most first.
    pub entries: Vec<Entry>,
    /// The units as systemd knows them.
    pub units: Vec<Unit>,
    /// The groups.
    pub tree: Tree,
    /// Why systemd was not heard.
    pub unheard: Option<Lacking>,
}

impl Survey {
    /// Of the units of the machine's own systemd that are not inactive; looked at once, however many ask.
    pub fn active(readings: &Readings) -> Rc<Self> {
        readings.concluded(|readings| {
            Self::of(readings, Request { manager: Manager::System, wanted: Wanted::Active })
        })
    }

    /// Of a machine: one question to systemd, and the files of the groups.
    pub fn of(readings: &Readings, request: Request) -> Self {
        let host = readings.host();
        let tree = Tree::of(readings);
        let (units, unheard) = match ask(host, request) {
            Ok(units) => (units, None),
            Err(lacking) => (Vec::new(), Some(lacking)),
        };
        let is_wanted = |unit: &&Unit| request.wanted == Wanted::Loaded || is_shown(unit, &tree);
        let mut entries: Vec<Entry> =
            units.iter().filter(is_wanted).map(|unit| entry::of_unit(unit, &tree, host)).collect();
        if request.manager == Manager::System {
            let known: BTreeSet<&str> = units.iter().filter_map(Unit::group).collect();
            let others = others(&tree, &known, unheard.is_some());
            entries.extend(others.into_iter().map(|path| entry::of_group(path, &tree, host)));
        }
        entries.sort_by(|one, other| other.current.cmp(&one.current).then_with(|| one.unit.cmp(&other.unit)));
        Self { entries, units, tree, unheard }
    }
}

fn ask(host: &Host, request: Request) -> Result<Vec<Unit>, Lacking> {
    let units = unit_listing::read(host, request.manager, request.wanted, &PROPERTIES, &PATTERNS)?;
    Ok(units.into_iter().filter_map(Unit::of).filter(Unit::is_there).collect())
}

/// One unit that systemd may have to load first; `None` where there is none of that name.
///
/// # Errors
/// Says why systemd cannot be asked.
pub fn ask_for(host: &Host, manager: Manager, name: &str) -> Result<Option<Unit>, Lacking> {
    if manager == Manager::System {
        let unit = Unit::of(unit_properties::read(host, name, &PROPERTIES)?);
        return Ok(unit.filter(Unit::is_there));
    }
    let units = unit_listing::read(host, manager, Wanted::Active, &PROPERTIES, &[name])?;
    Ok(units.into_iter().filter_map(Unit::of).find(Unit::is_there))
}

/// What has ended and only counts as active holds nothing; one that failed or is tried again matters.
fn is_shown(unit: &Unit, tree: &Tree) -> bool {
    let has_group = unit.group().is_some_and(|path| tree.group(path).is_some());
    let has_numbers = || !tree.counts_memory() || unit.bytes("MemoryCurrent").is_some();
    let has_trouble = || unit.is("ActiveState", "failed") || unit.is("ActiveState", "activating");
    unit.is_active() && (has_group || has_numbers() || has_trouble())
}

/// The groups of which systemd did not tell: units of users, and containers that it did not make. Where it said nothing at all, every
/// group counts that is no part of a service.
fn others<'t>(tree: &'t Tree, known: &BTreeSet<&str>, is_unheard: bool) -> Vec<&'t str> {
    let mut waiting = tree.below(TOP);
    if waiting.is_empty() && is_unheard {
        // A container may be no more than the one group.
        return tree.group(TOP).and_then(|top| top.current).map(|_| TOP).into_iter().collect();
    }
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        let name = name_of(path);
        if !known.contains(path) && (is_unheard || Kind::of(name) != Kind::Group) {
            found.push(path);
        }
        if kind::holds_units(name) {
            waiting.extend(tree.below(path));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::sys::bytes::Bytes;

    const LISTING: (&str, &str) = (
        "/sos_commands/systemd/systemctl_show_service_--all",
        "Id=a.service\nActiveState=active\nSubState=running\nControlGroup=/system.slice/a.service\nNRestarts=3\n\
         Slice=system.slice\nMemoryMax=infinity\n\n\
         Id=gone.service\nActiveState=active\nSubState=exited\nControlGroup=/system.slice/gone.service\n\n\
         Id=off.service\nActiveState=inactive\nSubState=dead\nSlice=system.slice\nMemoryMax=9000\n\n\
         Id=broken.service\nActiveState=failed\nSubState=failed\nResult=oom-kill\n",
    );

    const GROUPS: [(&str, &str); 7] = [
        ("/proc/meminfo", "MemTotal: 1024 kB\n"),
        ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
        ("/sys/fs/cgroup/system.slice/memory.current", "5000\n"),
        ("/sys/fs/cgroup/system.slice/memory.max", "8000\n"),
        ("/sys/fs/cgroup/system.slice/a.service/memory.current", "4000\n"),
        ("/sys/fs/cgroup/system.slice/a.service/part/memory.current", "3000\n"),
        ("/sys/fs/cgroup/user.slice/user@1.service/app.slice/b.service/memory.current", "2000\n"),
    ];

    fn names(files: &[(&str, &str)], wanted: Wanted) -> (Vec<String>, Survey) {
        let (_folder, host) = made_tree(files);
        let readings = Readings::new(&host, None);
        let survey = Survey::of(&readings, Request { manager: Manager::System, wanted });
        (survey.entries.iter().map(|entry| entry.unit.clone()).collect(), survey)
    }

    #[test]
    fn what_systemd_and_the_groups_say_is_joined() {
        let files: Vec<_> = GROUPS.into_iter().chain([LISTING]).collect();
        let (names, survey) = names(&files, Wanted::Active);
        assert_eq!(
            names,
            [
                "system.slice",
                "a.service",
                "b.service",
                "app.slice",
                "broken.service",
                "user.slice",
                "user@1.service"
            ]
        );
        let a = &survey.entries[1];
        assert_eq!((a.current, a.restarts, a.user), (Some(Bytes(4000)), Some(3), false));
        assert_eq!((a.effective_max, a.effective_by.as_deref()), (Some(Bytes(8000)), Some("system.slice")));
        assert!(survey.entries[2].user && survey.unheard.is_none());
    }

    #[test]
    fn inactive_units_are_there_when_asked_for() {
        let files: Vec<_> = GROUPS.into_iter().chain([LISTING]).collect();
        let (names, survey) = names(&files, Wanted::Loaded);
        assert!(names.contains(&"off.service".to_owned()) && names.contains(&"gone.service".to_owned()));
        let off = survey.entries.iter().find(|entry| entry.unit == "off.service").unwrap();
        // The slice that it would run in is narrower than itself.
        assert_eq!((off.effective_max, off.group.as_deref()), (Some(Bytes(8000)), None));
    }

    #[test]
    fn a_group_that_no_kernel_has_is_none() {
        let (path, slice) = ("/a".repeat(8000), "a-".repeat(8000));
        let listing =
            format!("Id=a.service\nActiveState=active\nControlGroup={path}\nSlice={slice}a.slice\n");
        let (names, survey) = names(&[(LISTING.0, &listing)], Wanted::Active);
        assert_eq!((names, survey.entries[0].group.as_deref()), (vec!["a.service".to_owned()], None));
    }

    #[test]
    fn without_systemd_the_groups_speak() {
        let (names, survey) = names(&GROUPS, Wanted::Active);
        assert!(survey.unheard.is_some());
        assert_eq!(names[..3], ["system.slice", "a.service", "b.service"]);
        let plain = [
            ("/sys/fs/cgroup/memory/api/memory.usage_in_bytes", "5\n"),
            ("/sys/fs/cgroup/memory/api/x/memory.usage_in_bytes", "4\n"),
        ];
        assert_eq!(super::tests::names(&plain, Wanted::Active).0, ["/api", "/api/x"]);
        let container =
            [("/sys/fs/cgroup/cgroup.controllers", "memory\n"), ("/sys/fs/cgroup/memory.current", "5\n")];
        assert_eq!(super::tests::names(&container, Wanted::Active).0, ["/"]);
    }
}
