//! Other names of a unit: systemd reads the drop-ins of all of them.

use std::collections::BTreeSet;

use crate::facts::malformed::MOST_ENTRIES;
use crate::host::Host;

use super::super::unit_name::UnitName;

/// The names under which links in `folders`, the strongest first, lead to the file of `unit` or of its template.
pub(super) fn of(host: &Host, unit: &UnitName, folders: &[String]) -> Vec<UnitName> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<UnitName> = Vec::new();
    for folder in folders {
        let names = host.list(folder).unwrap_or_default().into_iter().filter(|name| is_of(name, unit.kind()));
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
    name.strip_suffix(kind).is_some_and(|stem| stem.ends_with('.'))
}

/// What the link `name` to the file `target` makes of the unit.
fn alias(unit: &UnitName, name: &str, target: &str) -> Option<UnitName> {
    if target == unit.as_str() {
        return UnitName::parse(name).ok();
    }
    // A link to the template gives each of its instances one more name.
    let is_of_template = unit.template().is_some_and(|template| template == target);
    let (_, instance) = unit.as_str().split_once('@').filter(|_| is_of_template)?;
    let (prefix, _) = name.split_once("@.")?;
    UnitName::parse(&format!("{prefix}@{instance}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn names(unit: &str, files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, host) = made_tree(files);
        let folders = ["/etc/systemd/system", "/usr/lib/systemd/system"].map(str::to_owned);
        let found = of(&host, &UnitName::parse(unit).unwrap(), &folders);
        found.iter().map(|one| one.as_str().to_owned()).collect()
    }

    #[test]
    fn links_are_names() {
        let own = ("/usr/lib/systemd/system/ssh.service", "");
        let link = ("/etc/systemd/system/sshd.service", "->/usr/lib/systemd/system/ssh.service");
        assert_eq!(names("ssh", &[own, link]), ["sshd.service"]);
        assert_eq!(names("sshd", &[own, link]), [""; 0]);
        let near = ("/usr/lib/systemd/system/sshd.service", "->ssh.service");
        assert_eq!(names("ssh", &[own, near]), ["sshd.service"]);
        assert_eq!(names("ssh", &[own, near, ("/etc/systemd/system/sshd.service", "")]), [""; 0]);
        let masked = ("/etc/systemd/system/x.service", "->/dev/null");
        assert_eq!(names("ssh", &[own, masked]), [""; 0]);
    }

    #[test]
    fn a_link_to_a_template_names_its_instances() {
        let files =
            [("/usr/lib/systemd/system/a@.service", ""), ("/etc/systemd/system/b@.service", "->a@.service")];
        assert_eq!(names("a@1", &files), ["b@1.service"]);
        assert_eq!(names("a@.service", &files), ["b@.service"]);
    }
}
