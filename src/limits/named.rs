//! Finds the unit that was meant by what was typed.

use crate::exit::{Exit, Fault};
use crate::facts::malformed::shortened;
use crate::facts::process_unit;

use super::entry::Entry;
use super::kind;

/// How the names of units end.
const KINDS: [&str; 11] = [
    ".service",
    ".slice",
    ".scope",
    ".socket",
    ".mount",
    ".swap",
    ".timer",
    ".target",
    ".path",
    ".automount",
    ".device",
];

/// What a container's name is known by needs so many digits.
const LEAST_DIGITS: usize = 4;

/// A unit's full name: `.service` is what a name without a kind means, as with systemctl.
///
/// # Errors
/// Says that it is no name.
pub fn full_name(typed: &str) -> Result<String, Fault> {
    let has_kind = KINDS.iter().any(|kind| typed.ends_with(kind));
    let name = if has_kind { typed.to_owned() } else { format!("{typed}.service") };
    let is_name = process_unit::is_name(&name) && !typed.is_empty() && !name.starts_with('.');
    is_name.then_some(name).ok_or_else(|| {
        let typed = shortened(typed);
        Fault::new(Exit::Usage, format!("`{typed}` is no name of a unit"))
            .hint("name a unit, such as llama.service: `memtune limits show` lists those that run")
    })
}

/// Those of `entries` that `typed` names: a unit, all instances of a template such as `web@.service`, or a container by the first
/// digits of its name.
pub fn find<'e>(entries: &'e [Entry], typed: &str, full: &str) -> Vec<&'e Entry> {
    let is_container = |entry: &Entry| {
        typed.len() >= LEAST_DIGITS && kind::id(&entry.unit).is_some_and(|id| id.starts_with(typed))
    };
    let is_meant = |entry: &&Entry| {
        entry.unit == full || entry.unit == typed || is_instance(&entry.unit, full) || is_container(entry)
    };
    entries.iter().filter(is_meant).collect()
}

/// Whether `unit` is made from the template `template`.
fn is_instance(unit: &str, template: &str) -> bool {
    let Some((stem, kind)) = template.split_once("@.") else { return false };
    let rest = unit.strip_prefix(stem).and_then(|rest| rest.strip_prefix('@'));
    rest.and_then(|rest| rest.strip_suffix(kind)).is_some_and(|instance| instance.len() > 1)
}

/// Says that nobody has that name, and whose comes nearest.
pub fn unknown(entries: &[Entry], full: &str) -> Fault {
    let rated = entries.iter().map(|entry| (strsim::jaro_winkler(full, &entry.unit), &entry.unit));
    let best = rated.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|best| best.0 > 0.85);
    let near = best.map(|best| format!("; did you mean `{}`?", best.1)).unwrap_or_default();
    Fault::new(Exit::Usage, format!("there is no unit `{full}`{near}"))
        .hint("`memtune limits show --all` lists the units that there are")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::limits::entry;

    fn entries(names: &[&str]) -> Vec<Entry> {
        let (_folder, host) = made_tree(&[]);
        names.iter().map(|name| entry::of_files(name, &host)).collect()
    }

    fn found(names: &[&str], typed: &str) -> Vec<String> {
        let full = full_name(typed).unwrap();
        find(&entries(names), typed, &full).iter().map(|entry| entry.unit.clone()).collect()
    }

    #[test]
    fn names_are_completed_as_systemctl_does() {
        for (typed, full) in [
            ("llama", "llama.service"),
            ("a@b", "a@b.service"),
            ("user.slice", "user.slice"),
            (r"a\x2db:c", r"a\x2db:c.service"),
        ] {
            assert_eq!(full_name(typed).unwrap(), full);
        }
        for typed in ["", "a b", "a/b", "ä", "a;b", &"x".repeat(300)] {
            assert_eq!(full_name(typed).unwrap_err().exit, Exit::Usage, "{typed}");
        }
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
        let wrong = unknown(&known, "brain-in-a-jar.service").to_string();
        assert!(wrong.contains("did you mean `brain-in-jar.service`?"), "{wrong}");
        assert!(!unknown(&known, "x.slice").to_string().contains("did you mean"));
    }
}
