//! Finds the unit that was meant by what was typed.

use crate::exit::{Exit, Fault};

use super::super::likeness::nearest;
use super::super::unit_name::UnitName;
use super::entry::Entry;
use super::kind;

/// What a container's name is known by needs so many digits.
const LEAST_DIGITS: usize = 4;

/// Those of `entries` that are meant: a unit, all instances of a template such as `web@.service`, or a container by the first digits of
/// its name, as it was typed.
pub fn find<'e>(entries: &'e [Entry], typed: &str, unit: &UnitName) -> Vec<&'e Entry> {
    let is_container = |entry: &Entry| {
        typed.len() >= LEAST_DIGITS && kind::id(&entry.unit).is_some_and(|id| id.starts_with(typed))
    };
    entries.iter().filter(|entry| unit.includes(&entry.unit) || is_container(entry)).collect()
}

/// Says that nobody has that name, and whose comes nearest.
pub fn unknown(entries: &[Entry], unit: &UnitName) -> Fault {
    let near = nearest(unit, entries.iter().map(|entry| entry.unit.as_str()));
    let near = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    Fault::new(Exit::Usage, format!("there is no unit `{}`{near}", unit.as_str()))
        .hint("`memtune limits show --all` lists the units that there are")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::limits::shown::entry;

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
    fn what_comes_nearest_is_named() {
        let known = entries(&["brain-in-jar.service", "ssh.service"]);
        let wrong = unknown(&known, &UnitName::parse("brain-in-a-jar").unwrap()).to_string();
        assert!(wrong.contains("did you mean `brain-in-jar.service`?"), "{wrong}");
        assert!(!unknown(&known, &UnitName::parse("x.slice").unwrap()).to_string().contains("did you mean"));
    }
}
