//! The unit that is meant, of several that a name stands for the one that holds most.

use crate::exit::{Exit, Fault};
use crate::facts::cgroup_memory::Version;
use crate::facts::cgroups::Arrangement;
use crate::facts::readings::Readings;
use crate::facts::unit_listing::Manager;
use crate::host::Host;
use crate::sys::bytes::Bytes;

use super::super::shown::entry::Entry;
use super::super::shown::named;
use super::super::shown::tree::Tree;
use super::super::shown::units::Survey;
use super::super::shown::unknown;
use super::super::unit_name::UnitName;

/// A unit to suggest limits for.
#[derive(Debug)]
pub struct Target {
    /// The name that limits are given to: of a template that, of an alias the unit behind it.
    pub name: UnitName,
    /// The unit that is looked at.
    pub entry: Entry,
    /// All that the name stands for and that run.
    pub running: Vec<String>,
    pub(super) tree: Tree,
    pub(super) remarks: Vec<String>,
}

impl Target {
    /// Finds the unit that `typed` names.
    ///
    /// # Errors
    /// Says that there is none, or that nothing is known of what it holds.
    pub fn find(readings: &Readings, manager: Manager, typed: &str) -> Result<Self, Fault> {
        let name = UnitName::parse(typed)?;
        name.refuse_unlimited()?;
        let survey = named::survey(readings, manager, typed)?;
        let remarks = unknown::remarks(readings, &survey);
        let Survey { entries, tree, .. } = survey;
        let entries = of_one_manager(entries, manager);
        let has_held = |entry: &&Entry| entry.peak.max(entry.current).is_some_and(|bytes| bytes.0 > 0);
        let running: Vec<String> = entries.iter().filter(has_held).map(|entry| entry.unit.clone()).collect();
        let largest = entries.iter().filter(has_held).max_by_key(|entry| entry.peak.max(entry.current));
        let Some(entry) = largest.cloned() else {
            return Err(nothing_held(readings.host(), &name, entries.first(), &tree));
        };
        let name = if name.stands_for_many() { name } else { UnitName::parse(&entry.unit)? };
        Ok(Self { name, entry, running, tree, remarks })
    }

    /// Where the files of its control group lie, and of which version they are; `None` while it has none.
    pub fn folder(&self) -> Option<(String, Version)> {
        let path = self.entry.group.as_deref()?;
        match self.tree.arrangement? {
            Arrangement::V2 => Some((format!("/sys/fs/cgroup{path}"), Version::Two)),
            Arrangement::V1 | Arrangement::Hybrid => {
                Some((format!("/sys/fs/cgroup/memory{path}"), Version::One))
            }
            Arrangement::None => None,
        }
    }

    /// Whether it is there at all.
    pub fn is_running(&self) -> bool {
        self.entry.current.is_some_and(|current| current > Bytes(0))
    }
}

/// A user may have a unit of the same name: without `--user` that is meant only where the machine has none.
fn of_one_manager(entries: Vec<Entry>, manager: Manager) -> Vec<Entry> {
    let has_machines = manager == Manager::System && entries.iter().any(|entry| !entry.user);
    entries.into_iter().filter(|entry| !(has_machines && entry.user)).collect()
}

fn nothing_held(host: &Host, unit: &UnitName, entry: Option<&Entry>, tree: &Tree) -> Fault {
    let name = unit.as_str();
    let state = entry.and_then(|entry| entry.state.as_ref());
    let state = state.map(|state| format!(" ({state})")).unwrap_or_default();
    let is_there = entry.is_some_and(|entry| entry.group.is_some());
    match (unit.stands_for_many(), is_there || !tree.counts_memory()) {
        (true, _) => Fault::new(Exit::Refused, format!("no unit that `{name}` stands for runs now"))
            .hint("start one, let it work, and ask again while it does, with `--observe 10m`"),
        (_, true) if !tree.counts_memory() => {
            Fault::new(Exit::Refused, format!("nothing tells how much memory `{name}` holds"))
                .hint(unknown::without_groups(host))
        }
        _ => Fault::new(
            Exit::Refused,
            format!("`{name}` does not run now{state}, and nothing remembers how much memory it held"),
        )
        .hint("start it, let it work, and ask again while it does, with `--observe 10m`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const MEMINFO: (&str, &str) = ("/proc/meminfo", "MemTotal: 1048576 kB\n");
    const CONTROLLERS: (&str, &str) = ("/sys/fs/cgroup/cgroup.controllers", "memory\n");

    fn find(files: &[(&str, &str)], typed: &str) -> Result<Target, Fault> {
        let (_folder, host) = made_tree(&[&[MEMINFO], files].concat());
        Target::find(&Readings::new(&host, None), Manager::System, typed)
    }

    #[test]
    fn of_a_template_the_largest_instance_is_looked_at() {
        let files = [
            CONTROLLERS,
            ("/sys/fs/cgroup/system.slice/web@1.service/memory.current", "10\n"),
            ("/sys/fs/cgroup/system.slice/web@2.service/memory.current", "5\n"),
            ("/sys/fs/cgroup/system.slice/web@2.service/memory.peak", "90\n"),
            ("/sys/fs/cgroup/system.slice/web@3.service/memory.current", "0\n"),
            ("/etc/systemd/system/web@.service", ""),
        ];
        let target = find(&files, "web@.service").unwrap();
        assert_eq!((target.name.as_str(), target.entry.unit.as_str()), ("web@.service", "web@2.service"));
        assert_eq!(target.running.len(), 2);
        let folder = ("/sys/fs/cgroup/system.slice/web@2.service".to_owned(), Version::Two);
        assert_eq!(target.folder(), Some(folder));
        assert_eq!(find(&files, "web@1").unwrap().name.as_str(), "web@1.service");
        let none = find(&[CONTROLLERS, files[1], ("/etc/systemd/system/db@.service", "")], "db@.service");
        assert!(none.unwrap_err().to_string().contains("stands for runs"));
    }

    #[test]
    fn the_machines_unit_goes_before_a_users_of_the_same_name() {
        let users = (
            "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/sync.service/memory.current",
            "1073741824\n",
        );
        let machines = ("/sys/fs/cgroup/system.slice/sync.service/memory.current", "1048576\n");
        let target = find(&[CONTROLLERS, users, machines], "sync").unwrap();
        assert!(!target.entry.user && target.running.len() == 1, "{:?}", target.running);
        assert_eq!(target.entry.current, Some(Bytes(1 << 20)));
        assert!(find(&[CONTROLLERS, users], "sync").unwrap().entry.user);
    }

    #[test]
    fn what_does_not_run_is_refused() {
        let files = [
            CONTROLLERS,
            ("/sys/fs/cgroup/x.service/memory.current", "1\n"),
            ("/etc/systemd/system/a.service", ""),
        ];
        let fault = find(&files, "a").unwrap_err();
        assert_eq!(fault.exit, Exit::Refused);
        assert!(fault.to_string().contains("does not run now"), "{fault}");
        assert_eq!(find(&files, "b").unwrap_err().exit, Exit::Usage);
        assert_eq!(find(&files, "-.slice").unwrap_err().exit, Exit::Refused);
        let silent = [CONTROLLERS, ("/sys/fs/cgroup/a.service/cpu.stat", "")];
        assert!(find(&silent, "a").unwrap_err().to_string().contains("nothing tells"));
    }
}
