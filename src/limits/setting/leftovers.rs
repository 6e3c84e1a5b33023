//! What `systemctl set-property` left: one file for each property, which loses against ours at the next reload, and counts again when ours is
//! gone.

use std::collections::BTreeSet;

use crate::change::{Plan, Why};
use crate::exit::Fault;
use crate::facts::malformed::MOST_ENTRIES;
use crate::facts::unit_files::{self, Setting};
use crate::facts::unit_property;
use crate::host::Host;

use super::super::unit_name::UnitName;
use super::manager::Manager;
use super::settings::{Planned, Settings};
use super::shown_value::same;

/// A file that sets what we set, to something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The file.
    pub path: String,
    /// `MemoryMax=1G` and the like.
    pub says: String,
    /// Whether it says nothing besides, and can go.
    pub is_spent: bool,
}

/// A leftover that loses against a drop-in of memtune's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The unit.
    pub unit: UnitName,
    /// What is left.
    pub leftover: Leftover,
    /// The line that wins.
    pub ours: Setting,
}

/// Those of all units of the machine's own systemd.
pub fn contradictions(host: &Host) -> Vec<Contradiction> {
    let manager = Manager::System;
    let folders = manager.control_folders().into_iter();
    let names = folders.flat_map(|folder| host.list(&folder).unwrap_or_default());
    let units: BTreeSet<String> =
        names.filter_map(|name| Some(name.strip_suffix(".d")?.to_owned())).take(MOST_ENTRIES).collect();
    let units = units.into_iter().filter_map(|name| UnitName::parse(&name).ok());
    units.flat_map(|unit| contradictions_of(host, &manager, &unit)).collect()
}

fn contradictions_of(host: &Host, manager: &Manager, unit: &UnitName) -> Vec<Contradiction> {
    let settings = Settings::read(host, manager, unit, &Planned::new()).unwrap_or_default();
    let ours: Vec<&Setting> = unit_property::names()
        .filter_map(|name| settings.deciding(name))
        .filter(|one| is_ours(one))
        .collect();
    let values: Vec<(String, String)> = ours.iter().map(|one| (one.key.clone(), one.value.clone())).collect();
    let winner = |leftover: &Leftover| {
        let (key, _) = leftover.says.split_once('=')?;
        ours.iter().find(|one| one.key == key).map(|&one| one.clone())
    };
    let found = find(host, manager, unit, &values).into_iter();
    found
        .filter_map(|leftover| Some(Contradiction { ours: winner(&leftover)?, unit: unit.clone(), leftover }))
        .collect()
}

fn is_ours(setting: &Setting) -> bool {
    const FILES: [&str; 4] =
        ["89-memtune-profile.conf", "89-memtune.conf", "90-memtune-profile.conf", "90-memtune.conf"];
    FILES.contains(&setting.file.rsplit('/').next().unwrap_or_default())
}

/// Finds those that contradict `values`.
pub(super) fn find(
    host: &Host,
    manager: &Manager,
    unit: &UnitName,
    values: &[(String, String)],
) -> Vec<Leftover> {
    let mut found = Vec::new();
    for folder in manager.control_folders() {
        let folder = format!("{folder}/{}.d", unit.as_str());
        let names = host.list(&folder).unwrap_or_default();
        let names = names.into_iter().filter(|name| name.starts_with("50-") && name.ends_with(".conf"));
        for path in names.take(MOST_ENTRIES).map(|name| format!("{folder}/{name}")) {
            let text = host.read(&path).unwrap_or_default();
            found.extend(leftover(path, &text, values));
        }
    }
    found
}

fn leftover(path: String, text: &str, values: &[(String, String)]) -> Option<Leftover> {
    let settings = unit_files::parse("", &path, text);
    let wanted = |key: &str| values.iter().find(|(property, _)| property == key).map(|(_, value)| value);
    let other = settings
        .iter()
        .rfind(|one| wanted(&one.key).is_some_and(|value| !same(&one.key, value, &one.value)))?;
    let says = format!("{}={}", other.key, other.value);
    Some(Leftover { is_spent: settings.iter().all(|one| wanted(&one.key).is_some()), says, path })
}

/// Plans that they go, and says which ones stay.
pub(super) fn remove(
    plan: &mut Plan,
    planned: &mut Planned,
    host: &Host,
    leftovers: &[Leftover],
) -> Result<(), Fault> {
    for Leftover { path, says, is_spent } in leftovers {
        if !is_spent {
            plan.note(format!("`{path}` says {says} and more; it loses against ours, and stays"));
            continue;
        }
        let reason = format!(
            "`systemctl set-property` left {says} there: it contradicts what is set now, and would count again once that is gone; \
             --keep-leftovers leaves it"
        );
        plan.file(host, path, None, Why::new(reason, "systemctl(1)"))?;
        planned.insert(path.clone(), None);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn only_what_contradicts_is_a_leftover() {
        let control = "/etc/systemd/system.control/a.service.d";
        let (_folder, host) = made_tree(&[
            (&format!("{control}/50-MemoryMax.conf"), "# made\n[Service]\nMemoryMax=1073741824\n"),
            (&format!("{control}/50-MemoryHigh.conf"), "[Service]\nMemoryHigh=536870912\n"),
            (&format!("{control}/50-CPUWeight.conf"), "[Service]\nCPUWeight=5\n"),
            (&format!("{control}/60-own.conf"), "[Service]\nMemoryMax=5\n"),
            (
                "/run/systemd/system.control/a.service.d/50-MemoryMax.conf",
                "[Service]\nMemoryMax=infinity\nNice=1\n",
            ),
        ]);
        let values =
            [("MemoryMax".to_owned(), "2G".to_owned()), ("MemoryHigh".to_owned(), "512M".to_owned())];
        let unit = UnitName::parse("a").unwrap();
        let found = find(&host, &Manager::System, &unit, &values);
        let says: Vec<(&str, bool)> = found.iter().map(|one| (one.says.as_str(), one.is_spent)).collect();
        assert_eq!(says, [("MemoryMax=1073741824", true), ("MemoryMax=infinity", false)]);
    }
    #[test]
    fn only_what_loses_against_our_own_contradicts() {
        let own = "/etc/systemd/system/a.service.d";
        let control = "/etc/systemd/system.control/a.service.d";
        let files = |name: &str| {
            let (_folder, host) = made_tree(&[
                ("/etc/systemd/system/a.service", "[Service]\nMemoryMax=1G\n"),
                (&format!("{own}/{name}"), "[Service]\nMemoryMax=2G\n"),
                (&format!("{control}/50-MemoryMax.conf"), "[Service]\nMemoryMax=3G\n"),
                (&format!("{control}/50-MemoryHigh.conf"), "[Service]\nMemoryHigh=1G\n"),
                ("/run/systemd/system.control/odd", ""),
            ]);
            contradictions(&host)
        };
        let found = files("90-memtune.conf");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].unit.as_str(), found[0].leftover.says.as_str()), ("a.service", "MemoryMax=3G"));
        assert_eq!((found[0].ours.value.as_str(), found[0].ours.line), ("2G", 2));
        assert_eq!(files("90-memtune-profile.conf").len(), 1);
        assert_eq!(files("95-own.conf"), []);
        assert_eq!(files("20-memtune.conf"), []);
    }
}
