//! What `systemctl set-property` left: one file for each property, which loses against ours at the next reload, and counts again when ours is
//! gone.

use crate::change::{Plan, Why};
use crate::exit::Fault;
use crate::facts::malformed::MOST_ENTRIES;
use crate::facts::unit_files;
use crate::host::Host;

use super::super::unit_name::UnitName;
use super::manager::Manager;
use super::settings::Planned;
use super::shown_value::same;

/// A file that sets what we set, to something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leftover {
    pub(super) path: String,
    /// `MemoryMax=1G` and the like.
    pub(super) says: String,
    /// Whether it says nothing besides, and can go.
    pub(super) is_spent: bool,
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
}
