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
    fn a_name_that_could_be_a_command_is_none() {
        assert_eq!(parse("0::/system.slice/a';reboot;'.service").unit, None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|[0-9]+:(name=systemd)?:/([a-z@.;' ]*(service|scope)?/){0,4})*") {
            let place = parse(&text);
            prop_assert!(place.unit.is_none_or(|unit| is_name(&unit)));
        }
    }
}
