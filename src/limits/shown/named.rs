//! Finds the unit that was meant by what was typed.

use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::unit_listing::{Manager, Wanted};
use crate::host::Host;

use super::super::likeness::nearest;
use super::super::unit_name::UnitName;
use super::entry::{self, Entry};
use super::kind;
use super::sources;
use super::tree::Tree;
use super::units::{self, Request, Survey};
use super::unknown;

/// What a container's name is known by needs so many digits.
const LEAST_DIGITS: usize = 4;

/// What is there to know of the units that `typed` names: a survey with no other entries.
///
/// # Errors
/// Says that there is none, and which comes nearest.
pub fn survey(readings: &Readings, manager: Manager, typed: &str) -> Result<Survey, Fault> {
    let mut survey = Survey::of(readings, Request { manager, wanted: Wanted::Loaded });
    if let (true, Some(lacking)) = (manager.is_of_user(), &survey.unheard) {
        return Err(unknown::nothing(readings.host(), manager, lacking));
    }
    survey.entries = meant(&survey, readings.host(), manager, typed)?;
    Ok(survey)
}

/// Of the system's units that `typed` names, one after the other, says which there are not, and which comes nearest.
pub fn lacking<'t>(readings: &Readings, typed: impl Iterator<Item = &'t str>) -> Vec<Fault> {
    let manager = Manager::System;
    let mut typed = typed.peekable();
    if typed.peek().is_none() {
        return Vec::new();
    }
    let survey = Survey::of(readings, Request { manager, wanted: Wanted::Loaded });
    typed.filter_map(|typed| meant(&survey, readings.host(), manager, typed).err()).collect()
}

fn meant(survey: &Survey, host: &Host, manager: Manager, typed: &str) -> Result<Vec<Entry>, Fault> {
    let unit = match UnitName::parse(typed) {
        Ok(unit) => unit,
        Err(fault) => return no_unit(&survey.entries, typed).ok_or(fault),
    };
    let mut meant: Vec<Entry> = find(&survey.entries, typed, &unit).into_iter().cloned().collect();
    if meant.is_empty() {
        meant.extend(not_loaded(host, manager, unit.as_str(), &survey.tree));
    }
    if meant.is_empty() { Err(nobody(&survey.entries, &unit)) } else { Ok(meant) }
}

/// Groups that are no units are listed by their path, and can be asked for by it.
fn no_unit(entries: &[Entry], typed: &str) -> Option<Vec<Entry>> {
    let groups: Vec<Entry> = entries.iter().filter(|entry| entry.unit == typed).cloned().collect();
    (!groups.is_empty()).then_some(groups)
}

/// systemd loads what was asked for by name; where it is not heard, the files tell that there is such a unit.
fn not_loaded(host: &Host, manager: Manager, full: &str, tree: &Tree) -> Option<Entry> {
    match units::ask_for(host, manager, full) {
        Ok(unit) => unit.map(|unit| entry::of_unit(&unit, tree, host)),
        Err(_) if manager.is_of_user() => None,
        // Nor does it load a template, only its instances.
        Err(_) => (!sources::files_of(host, full).is_empty()).then(|| entry::of_files(full, host)),
    }
}

/// Those of `entries` that are meant: a unit, all instances of a template such as `web@.service`, or a container by the first digits of
/// its name, as it was typed.
pub fn find<'e>(entries: &'e [Entry], typed: &str, unit: &UnitName) -> Vec<&'e Entry> {
    let is_container = |entry: &Entry| {
        typed.len() >= LEAST_DIGITS && kind::id(&entry.unit).is_some_and(|id| id.starts_with(typed))
    };
    entries.iter().filter(|entry| unit.includes(&entry.unit) || is_container(entry)).collect()
}

/// Says that nobody has that name, and whose comes nearest.
fn nobody(entries: &[Entry], unit: &UnitName) -> Fault {
    let near = nearest(unit, entries.iter().map(|entry| entry.unit.as_str()));
    let near = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    Fault::new(Exit::Usage, format!("there is no unit `{}`{near}", unit.as_str()))
        .hint("`memtune limits show --all` lists the units that there are")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn entries(names: &[&str]) -> Vec<Entry> {
        let (_folder, host) = made_tree(&[]);
        names.iter().map(|name| entry::of_files(name, &host)).collect()
    }

    fn found(names: &[&str], typed: &str) -> Vec<String> {
        find(&entries(names), typed, &UnitName::parse(typed).unwrap())
            .iter()
            .map(|entry| entry.unit.clone())
            .collect()
    }

    #[test]
    fn instances_and_containers_are_found() {
        let id = "0123456789abcdef".repeat(4);
        let docker = format!("docker-{id}.scope");
        let names = ["web@1.service", "web@a.service", "web@.slice", "webs.service", docker.as_str()];
        assert_eq!(found(&names, "web@"), ["web@1.service", "web@a.service"]);
        assert_eq!(found(&names, "webs"), ["webs.service"]);
        assert_eq!(found(&names, "0123456").concat(), docker);
        assert_eq!(found(&names, "012"), Vec::<String>::new());
    }

    #[test]
    fn groups_that_are_no_units_are_asked_for_by_their_path() {
        let (_folder, host) = made_tree(&[
            ("/proc/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n"),
            ("/sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("/sys/fs/cgroup/jail/memory.current", "4096\n"),
        ]);
        let readings = Readings::new(&host, None);
        let found = survey(&readings, Manager::System, "/jail").unwrap();
        assert_eq!(found.entries.iter().map(|entry| entry.unit.as_str()).collect::<Vec<_>>(), ["/jail"]);
        assert!(survey(&readings, Manager::System, "/other").is_err());
    }

    #[test]
    fn what_comes_nearest_is_named() {
        let known = entries(&["brain-in-jar.service", "ssh.service"]);
        let wrong = nobody(&known, &UnitName::parse("brain-in-a-jar").unwrap()).to_string();
        assert!(wrong.contains("did you mean `brain-in-jar.service`?"), "{wrong}");
        assert!(!nobody(&known, &UnitName::parse("x.slice").unwrap()).to_string().contains("did you mean"));
    }
}
