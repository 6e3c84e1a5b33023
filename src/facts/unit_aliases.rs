//! Other names of a unit: systemd reads the drop-ins of all of them.

use std::collections::BTreeSet;

use crate::host::Host;

use super::malformed::MOST_ENTRIES;
use super::process_unit;
use super::unit_drop_ins::template_of;

/// The names under which links in the folders of `search_path`, the strongest first, lead to the file of `unit` or of its template.
pub fn of<S: AsRef<str>>(host: &Host, search_path: &[S], unit: &str) -> Vec<String> {
    let Some((_, kind)) = unit.rsplit_once('.') else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let mut found: Vec<String> = Vec::new();
    for folder in search_path.iter().map(AsRef::as_ref) {
        let names = host.list(folder).unwrap_or_default().into_iter().filter(|name| is_of(name, kind));
        for name in names.take(MOST_ENTRIES) {
            // A file of the same name in a stronger folder is another unit.
            let target =
                if seen.contains(&name) { None } else { host.link(&format!("{folder}/{name}")).ok() };
            let alias = target.and_then(|target| alias(unit, &name, target.rsplit('/').next()?));
            found.extend(alias.filter(|alias| alias != unit));
            seen.insert(name);
        }
    }
    found
}

fn is_of(name: &str, kind: &str) -> bool {
    let stem = name.strip_suffix(kind).and_then(|stem| stem.strip_suffix('.'));
    stem.is_some_and(|stem| !stem.is_empty()) && process_unit::is_name(name)
}

/// What the link `name` to the file `target` makes of the unit.
fn alias(unit: &str, name: &str, target: &str) -> Option<String> {
    if target == unit {
        return Some(name.to_owned());
    }
    // A link to the template gives each of its instances one more name.
    let is_of_template = template_of(unit).is_some_and(|template| template == target);
    let (_, instance) = unit.split_once('@').filter(|_| is_of_template)?;
    let (prefix, _) = name.split_once("@.")?;
    Some(format!("{prefix}@{instance}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn names(unit: &str, files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, host) = made_tree(files);
        of(&host, &["/etc/systemd/system", "/usr/lib/systemd/system"], unit)
    }

    #[test]
    fn links_are_names() {
        let own = ("/usr/lib/systemd/system/ssh.service", "");
        let link = ("/etc/systemd/system/sshd.service", "->/usr/lib/systemd/system/ssh.service");
        assert_eq!(names("ssh.service", &[own, link]), ["sshd.service"]);
        assert_eq!(names("sshd.service", &[own, link]), [""; 0]);
        let near = ("/usr/lib/systemd/system/sshd.service", "->ssh.service");
        assert_eq!(names("ssh.service", &[own, near]), ["sshd.service"]);
        assert_eq!(names("ssh.service", &[own, near, ("/etc/systemd/system/sshd.service", "")]), [""; 0]);
        let masked = ("/etc/systemd/system/x.service", "->/dev/null");
        assert_eq!(names("ssh.service", &[own, masked]), [""; 0]);
        let no_name = ("/etc/systemd/system/a b.service", "->ssh.service");
        assert_eq!(names("ssh.service", &[own, no_name]), [""; 0]);
        assert_eq!(names("ssh", &[own, link]), [""; 0]);
    }

    #[test]
    fn a_link_to_a_template_names_its_instances() {
        let files =
            [("/usr/lib/systemd/system/a@.service", ""), ("/etc/systemd/system/b@.service", "->a@.service")];
        assert_eq!(names("a@1.service", &files), ["b@1.service"]);
        assert_eq!(names("a@.service", &files), ["b@.service"]);
    }
}
