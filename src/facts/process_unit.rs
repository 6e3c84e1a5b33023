//! /proc/PID/cgroup: which unit of systemd a process belongs to.

use crate::host::{Host, IfThere, Lacking};

use super::malformed::{MOST_ENTRIES, numbered_lines};

/// systemd refuses longer names.
const LONGEST_NAME: usize = 255;

/// The place of a process among the units.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Place {
    /// The service or scope that holds it, such as `ssh.service` or `session-2.scope`.
    pub unit: Option<String>,
    /// Whether that is part of some user's session, or belongs to a user's own manager.
    pub is_users: bool,
}

impl Place {
    /// The service of the system that holds it; those of users and scopes are none.
    pub fn system_service(&self) -> Option<&str> {
        self.unit.as_deref().filter(|unit| !self.is_users && unit.ends_with(".service"))
    }
}

/// Reads `NUMBER:CONTROLLERS:PATH` a line. systemd's own hierarchy counts more than the others of version 1; version 2 has but one.
pub fn parse(text: &str) -> Place {
    let mut places: Vec<(bool, Place)> = numbered_lines(text)
        .take(MOST_ENTRIES)
        .filter_map(|(_, line)| {
            let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
            Some((controllers != "name=systemd", place_of(path)))
        })
        .filter(|(_, place)| place.unit.is_some())
        .collect();
    places.sort_by_key(|&(is_other, _)| is_other);
    places.into_iter().next().map(|(_, place)| place).unwrap_or_default()
}

fn place_of(path: &str) -> Place {
    let parts = || path.split('/');
    let unit = parts().rfind(|part| part.ends_with(".service") || part.ends_with(".scope"));
    Place {
        unit: unit.filter(|unit| is_name(unit)).map(str::to_owned),
        is_users: parts().any(|part| part == "user.slice"),
    }
}

/// The control groups that one unit has, as paths below the root of their hierarchies.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Groups {
    /// That of version 2.
    pub unified: Option<String>,
    /// That of version 1's memory controller.
    pub memory: Option<String>,
}

impl Groups {
    /// Those of a unit whose group lies at `path` in every hierarchy, as systemd lays them out.
    pub fn at(path: &str) -> Self {
        Self { unified: Some(path.to_owned()), memory: Some(path.to_owned()) }
    }
}

/// Finds the groups of `unit` in the same text: each path up to the unit's own part, since what lies below may be a piece of it.
pub fn groups_of(text: &str, unit: &str) -> Groups {
    let mut groups = Groups::default();
    for (_, line) in numbered_lines(text).take(MOST_ENTRIES) {
        let Some((controllers, path)) = line.split_once(':').and_then(|(_, rest)| rest.split_once(':'))
        else {
            continue;
        };
        match controllers {
            "" => groups.unified = path_up_to(path, unit),
            _ if controllers.split(',').any(|name| name == "memory") => {
                groups.memory = path_up_to(path, unit);
            }
            _ => {}
        }
    }
    groups
}

/// A path with `..` leads out of what this process can see.
fn path_up_to(path: &str, unit: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let last = parts.iter().rposition(|part| *part == unit)?;
    let parts = parts.get(..=last)?;
    (!parts.contains(&"..")).then(|| parts.join("/"))
}

/// Whether systemd would take it as a unit's name; nothing else may get into a command.
pub fn is_name(unit: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte);
    unit.len() <= LONGEST_NAME && unit.bytes().all(is_allowed)
}

/// Reads that of a process; without the file it has no place.
///
/// # Errors
/// Says why it cannot be read.
pub fn read(host: &Host, pid: u32) -> Result<Place, Lacking> {
    let text = host.read(&format!("/proc/{pid}/cgroup")).if_there()?;
    Ok(parse(&text.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_both_versions() {
        let v2 = parse("0::/system.slice/ssh.service\n");
        assert_eq!(v2.system_service(), Some("ssh.service"));
        let hybrid = parse("12:memory:/other.service\n1:name=systemd:/system.slice/ollama.service\n0::/\n");
        assert_eq!(hybrid.system_service(), Some("ollama.service"));
        let delegated = parse("0::/system.slice/a\\x2db@1.service/worker\n");
        assert_eq!(delegated.system_service(), Some("a\\x2db@1.service"));
        assert_eq!(parse("0::/\n"), Place::default());
    }

    #[test]
    fn containers_and_sessions_are_no_services() {
        let pod =
            parse("0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-1a.scope/container");
        assert_eq!((pod.unit.as_deref(), pod.is_users), (Some("libpod-1a.scope"), true));
        assert_eq!(pod.system_service(), None);
        let own = parse("0::/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service");
        assert_eq!((own.unit.as_deref(), own.system_service()), (Some("dbus.service"), None));
        assert_eq!(parse("0::/system.slice/docker-1a.scope").unit.as_deref(), Some("docker-1a.scope"));
    }

    #[test]
    fn the_groups_of_a_unit_end_with_it() {
        let path = |path: &str| Some(path.to_owned());
        let v2 = groups_of("0::/big.slice/a.service/worker\n", "a.service");
        assert_eq!(v2, Groups { unified: path("/big.slice/a.service"), memory: None });
        let hybrid =
            groups_of("4:hugetlb,memory:/x/a.service\n1:name=systemd:/a.service\n0::/\n", "a.service");
        assert_eq!(hybrid, Groups { unified: None, memory: path("/x/a.service") });
        for text in ["0::/../a.service\n", "0::/b.service\n", "0\n", ""] {
            assert_eq!(groups_of(text, "a.service"), Groups::default(), "{text}");
        }
    }

    #[test]
    fn a_name_that_could_be_a_command_is_none() {
        assert_eq!(parse("0::/system.slice/a';reboot;'.service").unit, None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|[0-9]+:(name=systemd)?:/([a-z@.;' ]*(service|scope)?/){0,4})*") {
            let place = parse(&text);
            let groups = groups_of(&text, place.unit.as_deref().unwrap_or("a.service"));
            prop_assert!(groups.unified.is_none_or(|path| path.ends_with("service") || path.ends_with("scope")));
            prop_assert!(place.unit.is_none_or(|unit| is_name(&unit)));
        }
    }
}
