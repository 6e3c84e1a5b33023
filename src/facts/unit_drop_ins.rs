//! Which folders of drop-ins count for a unit, and which file is its own.

use crate::host::Host;

use super::unit_aliases;

/// The folders of drop-ins of the unit `name`, without the path before them, the nearest first; what counts for a whole kind comes last.
pub fn names(name: &str) -> Vec<String> {
    let mut names = near(name);
    names.extend(kind_of(name).map(str::to_owned));
    names.into_iter().map(|name| format!("{name}.d")).collect()
}

/// The folders of drop-ins that are read for `unit` from `search_path`, in the order in which the first of equally named files counts.
pub fn folders<S: AsRef<str>>(host: &Host, search_path: &[S], unit: &str) -> Vec<String> {
    let aliases = unit_aliases::of(host, search_path, unit);
    let of_names = std::iter::once(unit).chain(aliases.iter().map(String::as_str)).map(near);
    // What counts for a whole kind comes behind everything else, wherever it lies.
    let of_kind = kind_of(unit).map(|kind| vec![kind.to_owned()]);
    let mut folders = Vec::new();
    for names in of_names.chain(of_kind) {
        for folder in search_path {
            folders.extend(names.iter().map(|name| format!("{}/{name}.d", folder.as_ref())));
        }
    }
    folders
}

/// The unit's file; that of an instance is its template's, unless it has one of its own.
pub fn fragment<S: AsRef<str>>(host: &Host, search_path: &[S], unit: &str) -> Option<String> {
    let in_folders = |name: &str| {
        let mut files = search_path.iter().map(|folder| format!("{}/{name}", folder.as_ref()));
        files.find(|file| host.has(file))
    };
    in_folders(unit).or_else(|| in_folders(&template_of(unit)?))
}

/// The template of an instance.
pub fn template_of(unit: &str) -> Option<String> {
    let (prefix, instance, kind) = parts(unit)?;
    instance.filter(|instance| !instance.is_empty()).map(|_| format!("{prefix}@.{kind}"))
}

/// What stands between `@` and the kind is the instance; that of a template is empty.
fn parts(unit: &str) -> Option<(&str, Option<&str>, &str)> {
    let (stem, kind) = unit.rsplit_once('.')?;
    match stem.split_once('@') {
        Some((prefix, instance)) => Some((prefix, Some(instance), kind)),
        None => Some((stem, None, kind)),
    }
}

fn kind_of(unit: &str) -> Option<&str> {
    unit.rsplit_once('.').map(|(_, kind)| kind)
}

/// The names before `.d`: its own, its template's, those of all that begin alike without an instance, and then those with the same
/// instance. systemd walks up the template's prefixes before it walks up the instance's own.
fn near(unit: &str) -> Vec<String> {
    let mut names = vec![unit.to_owned()];
    names.extend(template_of(unit));
    let Some((prefix, instance, kind)) = parts(unit) else { return names };
    let prefixes = || std::iter::successors(shorter(prefix), |prefix| shorter(prefix));
    names.extend(prefixes().map(|prefix| format!("{prefix}.{kind}")));
    if let Some(instance) = instance.filter(|instance| !instance.is_empty()) {
        let of_instance = |prefix| [format!("{prefix}@{instance}.{kind}"), format!("{prefix}@.{kind}")];
        names.extend(prefixes().flat_map(of_instance));
    }
    names
}

/// `a-b-` of `a-b-c` and `a-` of `a-b-`; there is none before a dash at the beginning.
fn shorter(prefix: &str) -> Option<&str> {
    let without_end = prefix.strip_suffix('-').unwrap_or(prefix);
    let dash = without_end.rfind('-').filter(|&at| at > 0)?;
    prefix.get(..=dash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    #[test]
    fn names_go_from_the_unit_to_what_it_shares() {
        let cases: [(&str, &[&str]); 9] = [
            ("a-b-c.service", &["a-b-c.service.d", "a-b-.service.d", "a-.service.d", "service.d"]),
            (
                "a-b@1.service",
                &[
                    "a-b@1.service.d",
                    "a-b@.service.d",
                    "a-.service.d",
                    "a-@1.service.d",
                    "a-@.service.d",
                    "service.d",
                ],
            ),
            ("a-b@.service", &["a-b@.service.d", "a-.service.d", "service.d"]),
            ("a@b-c.service", &["a@b-c.service.d", "a@.service.d", "service.d"]),
            ("user-1000.slice", &["user-1000.slice.d", "user-.slice.d", "slice.d"]),
            ("user-.slice", &["user-.slice.d", "slice.d"]),
            ("a--b.slice", &["a--b.slice.d", "a--.slice.d", "a-.slice.d", "slice.d"]),
            ("-.slice", &["-.slice.d", "slice.d"]),
            ("odd", &["odd.d"]),
        ];
        for (unit, wanted) in cases {
            assert_eq!(names(unit), wanted, "{unit}");
        }
    }

    #[test]
    fn names_of_the_unit_go_before_other_names_and_those_before_the_kind() {
        let link = ("/weak/sshd.service", "->/weak/ssh.service");
        let (_folder, host) = made_tree(&[("/weak/ssh.service", ""), link]);
        assert_eq!(
            folders(&host, &["/strong", "/weak"], "ssh.service"),
            [
                "/strong/ssh.service.d",
                "/weak/ssh.service.d",
                "/strong/sshd.service.d",
                "/weak/sshd.service.d",
                "/strong/service.d",
                "/weak/service.d"
            ]
        );
    }

    #[test]
    fn an_instance_has_its_templates_file() {
        let template = ("/strong/a@.service", "");
        let of = |files: &[(&str, &str)], unit: &str| {
            let (_folder, host) = made_tree(files);
            fragment(&host, &["/strong", "/weak"], unit)
        };
        assert_eq!(of(&[template], "a@1.service").as_deref(), Some("/strong/a@.service"));
        assert_eq!(
            of(&[template, ("/weak/a@1.service", "")], "a@1.service").as_deref(),
            Some("/weak/a@1.service")
        );
        assert_eq!(of(&[template], "b.service"), None);
        assert_eq!(template_of("a@.service"), None);
    }

    proptest! {
        #[test]
        fn any_name_has_folders_of_its_own_kind(name in "[a-z@.\\\\-]{0,40}") {
            let names = names(&name);
            prop_assert_eq!(names.first(), Some(&format!("{name}.d")));
            prop_assert!(names.len() <= 3 * name.len() + 3);
            prop_assert!(names.iter().all(|one| one.ends_with(".d")));
        }
    }
}
