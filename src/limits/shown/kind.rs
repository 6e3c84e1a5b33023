//! What kind of group holds processes, by its name.

use serde::Serialize;

/// Containers are named by as many digits.
const LENGTH_OF_ID: usize = 64;

/// As many digits of them are shown.
const SHOWN: usize = 12;

/// The kind of a unit or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Programs that systemd started.
    Service,
    /// Programs that somebody else started, such as a login.
    Scope,
    /// It holds other units.
    Slice,
    /// A container.
    Container,
    /// A group that is none of systemd's.
    Group,
}

impl Kind {
    /// The kind of the group or unit named `name`.
    pub fn of(name: &str) -> Self {
        match name {
            _ if id(name).is_some() || name.starts_with("lxc.payload.") => Self::Container,
            _ if name.ends_with(".service") => Self::Service,
            _ if name.ends_with(".scope") => Self::Scope,
            _ if name.ends_with(".slice") => Self::Slice,
            _ => Self::Group,
        }
    }

    /// As people say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Scope => "scope",
            Self::Slice => "slice",
            Self::Container => "container",
            Self::Group => "group",
        }
    }
}

/// The digits that name a container, as in `docker-0123..scope` or alone.
pub fn id(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".scope").unwrap_or(name);
    let last = stem.rsplit('-').next().unwrap_or(stem);
    let is_id = last.len() == LENGTH_OF_ID && last.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then_some(last)
}

/// The name as it is shown: that of a container with as many digits as its manager shows.
pub fn short(name: &str) -> String {
    match id(name).and_then(|id| Some((id, id.get(..SHOWN)?))) {
        Some((id, first)) => name.trim_end_matches(".scope").replace(id, first),
        None => name.to_owned(),
    }
}

/// Whether other units lie in the group named `name`, so that it is they who count: a slice, or a user's own systemd.
pub fn holds_units(name: &str) -> bool {
    match Kind::of(name) {
        Kind::Slice | Kind::Group => true,
        Kind::Service => name.starts_with("user@"),
        Kind::Scope | Kind::Container => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_names() {
        let id = "0123456789abcdef".repeat(4);
        let cases = [
            ("a.service".to_owned(), Kind::Service, "a.service"),
            ("session-2.scope".to_owned(), Kind::Scope, "session-2.scope"),
            ("user-1000.slice".to_owned(), Kind::Slice, "user-1000.slice"),
            ("docker".to_owned(), Kind::Group, "docker"),
            (id.clone(), Kind::Container, "0123456789ab"),
            (format!("docker-{id}.scope"), Kind::Container, "docker-0123456789ab"),
            ("lxc.payload.web".to_owned(), Kind::Container, "lxc.payload.web"),
            (id[1..].to_owned(), Kind::Group, &id[1..]),
        ];
        for (name, kind, shown) in cases {
            assert_eq!((Kind::of(&name), short(&name).as_str()), (kind, shown), "{name}");
        }
        assert!(holds_units("user@1000.service") && holds_units("a.slice"));
        assert!(!holds_units("a.service") && !holds_units(&id));
    }
}
