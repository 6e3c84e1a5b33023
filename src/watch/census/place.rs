//! What a control group is: a unit, a container, something that holds people's own work, or a mere shelf for others. It is told by the
//! names on its path alone, from the top down.

use arrayvec::ArrayString;

use crate::watch::job::Name;

use super::keepers;
use super::text::cut;

/// The kind of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A slice, or a group of which nothing is known: what is in it directly is told by its process trees.
    Open {
        /// Below a user's own manager.
        of_user: bool,
        /// That manager's slice for what a desktop cannot do without (systemd.special(7)).
        is_session_slice: bool,
    },
    /// A folder of a container manager: its groups are containers.
    Shelf(Shelf),
    /// A unit as a whole.
    Unit {
        /// The machine is of no use without it.
        is_kept: bool,
        /// Below a user's own manager.
        of_user: bool,
    },
    /// A container as a whole.
    Container,
    /// A login, a terminal, or a service that starts other people's programs: told by its process trees.
    Trees,
}

/// Whose folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// `/docker/ID`.
    Docker,
    /// `/lxc/NAME`.
    Lxc,
    /// `/libpod_parent/libpod-ID`.
    Libpod,
    /// `/kubepods/burstable/podUID/ID`.
    Kube,
    /// A pod's.
    Pod,
}

impl Place {
    /// The root of a hierarchy.
    pub(super) const ROOT: Self = Self::Open { of_user: false, is_session_slice: false };

    /// What a group is, by its name and by what holds it.
    pub(super) fn within(self, name: &str) -> Self {
        match self {
            Self::Container | Self::Trees => self,
            Self::Shelf(shelf) => in_shelf(shelf, name),
            // A manager of containers may have them in its own unit.
            Self::Unit { .. } => container(name).unwrap_or(self),
            Self::Open { of_user, is_session_slice } => in_open(of_user, is_session_slice, name),
        }
    }

    /// Whether a group of this kind begins a job of its own below one of that kind.
    pub(super) fn begins_below(self, above: Self) -> bool {
        matches!(self, Self::Unit { .. } | Self::Container) && self != above
    }
}

fn in_open(of_user: bool, is_session_slice: bool, name: &str) -> Place {
    if let Some(place) = container(name) {
        return place;
    }
    if name.starts_with("user@") && name.ends_with(".service") {
        return Place::Open { of_user: true, is_session_slice: false };
    }
    if name.ends_with(".slice") {
        let is_session_slice = of_user && (is_session_slice || name == "session.slice");
        return Place::Open { of_user, is_session_slice };
    }
    let is_unit = name.ends_with(".service") || name.ends_with(".scope") || name.starts_with("openrc.");
    match is_unit {
        false => Place::Open { of_user, is_session_slice },
        true if keepers::holds_work_of_others(name) => Place::Trees,
        true => Place::Unit { is_kept: is_session_slice || keepers::is_kept_unit(name), of_user },
    }
}

fn container(name: &str) -> Option<Place> {
    let is_scope_of = |prefix: &str| {
        name.strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(".scope"))
            .is_some_and(|id| !id.is_empty())
    };
    // What watches over a container is a small unit of its own.
    let is_monitor = name.starts_with("libpod-conmon-") || name.starts_with("crio-conmon-");
    let is_scope =
        ["docker-", "libpod-", "cri-containerd-", "crio-", "machine-"].into_iter().any(is_scope_of);
    if (is_scope && !is_monitor) || name.starts_with("lxc.payload.") {
        return Some(Place::Container);
    }
    match name {
        "docker" => Some(Place::Shelf(Shelf::Docker)),
        "lxc" | "lxc.payload" => Some(Place::Shelf(Shelf::Lxc)),
        "libpod_parent" => Some(Place::Shelf(Shelf::Libpod)),
        "kubepods" => Some(Place::Shelf(Shelf::Kube)),
        _ => None,
    }
}

fn in_shelf(shelf: Shelf, name: &str) -> Place {
    match (shelf, name) {
        (Shelf::Kube, "besteffort" | "burstable" | "guaranteed") => Place::Shelf(Shelf::Kube),
        (Shelf::Kube, _) => Place::Shelf(Shelf::Pod),
        // docker's own helpers, such as those that build images.
        (Shelf::Docker, "buildkit") => Place::Shelf(Shelf::Docker),
        (Shelf::Libpod, "conmon") => Place::Unit { is_kept: false, of_user: false },
        _ => Place::Container,
    }
}

/// The name of the job: a unit's own, and of a container its manager with the first twelve digits of its number.
pub(super) fn name_of(place: Place, path: &str) -> Name {
    let (above, last) = path.rsplit_once('/').unwrap_or(("", path));
    if place != Place::Container {
        return cut(last);
    }
    if let Some(name) = last.strip_prefix("machine-").and_then(|rest| rest.strip_suffix(".scope")) {
        return dashed(name);
    }
    if let Some(name) = last.strip_prefix("lxc.payload.") {
        return joined("lxc-", name);
    }
    let bare = last.strip_suffix(".scope").unwrap_or(last);
    match bare.rsplit_once('-') {
        Some((manager, id)) if is_number(id) => joined(&joined(manager, "-"), short(id)),
        _ => joined(shelf_prefix(above), short(bare)),
    }
}

fn shelf_prefix(above: &str) -> &'static str {
    match above {
        _ if above.contains("kubepods") => "kube-",
        _ if above.contains("lxc") => "lxc-",
        _ if above.contains("libpod_parent") => "libpod-",
        _ => "docker-",
    }
}

fn joined(begin: &str, rest: &str) -> Name {
    let mut name: Name = cut(begin);
    for letter in rest.chars() {
        if name.try_push(letter).is_err() {
            break;
        }
    }
    name
}

/// systemd writes a dash in a name as `\x2d`.
fn dashed(name: &str) -> Name {
    let mut plain = ArrayString::new();
    for (index, part) in name.split("\\x2d").enumerate() {
        let dash = if index == 0 { "" } else { "-" };
        for letter in dash.chars().chain(part.chars()) {
            if plain.try_push(letter).is_err() {
                return plain;
            }
        }
    }
    plain
}

/// The number of a container, which managers write in 32 digits or more.
fn is_number(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn short(id: &str) -> &str {
    if is_number(id) { id.get(..12).unwrap_or(id) } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(path: &str) -> Place {
        path.split('/').filter(|part| !part.is_empty()).fold(Place::ROOT, Place::within)
    }

    const USER: &str = "/user.slice/user-1000.slice/user@1000.service";

    #[test]
    fn units_are_whole() {
        let unit = |is_kept, of_user| Place::Unit { is_kept, of_user };
        for (path, expected) in [
            ("/system.slice/postgresql@15-main.service", unit(false, false)),
            ("/system.slice/ollama.service/worker", unit(false, false)),
            ("/system.slice/system-a.slice/a@b.service", unit(false, false)),
            ("/system.slice/dbus.service", unit(true, false)),
            ("/system.slice/systemd-journald.service", unit(true, false)),
            ("/init.scope", unit(true, false)),
            ("/openrc.nginx", unit(false, false)),
        ] {
            assert_eq!(place(path), expected, "{path}");
        }
        for (path, expected) in [
            ("app.slice/app-gnome-firefox-2211.scope", unit(false, true)),
            ("app.slice/syncthing.service", unit(false, true)),
            ("background.slice/tracker-miner-fs-3.service", unit(false, true)),
            ("session.slice/org.gnome.Shell@wayland.service", unit(true, true)),
            ("session.slice/pipewire.service", unit(true, true)),
            ("init.scope", unit(true, true)),
            ("app.slice/dbus.service", unit(true, true)),
        ] {
            assert_eq!(place(&format!("{USER}/{path}")), expected, "{path}");
        }
    }

    #[test]
    fn logins_and_terminals_hold_trees() {
        for path in [
            "/user.slice/user-1000.slice/session-2.scope",
            "/user.slice/user-1000.slice/session-c1.scope/below",
            "/system.slice/ssh.service",
            "/system.slice/system-getty.slice/getty@tty1.service",
            "/system.slice/cron.service",
            "/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-11-22.scope",
            "/user.slice/user-1000.slice/user@1000.service/tmux-spawn-1-2.scope",
            "/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.kde.konsole-1234.scope",
            "/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-Alacritty-99.scope",
        ] {
            assert_eq!(place(path), Place::Trees, "{path}");
        }
        for path in ["/", "/user.slice", "/process_api/7170cba1"] {
            assert_eq!(place(path), Place::ROOT, "{path}");
        }
    }

    #[test]
    fn containers_are_whole_and_shortly_named() {
        let id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        for (path, name) in [
            (format!("/system.slice/docker-{id}.scope"), "docker-0123456789ab"),
            (format!("/docker/{id}"), "docker-0123456789ab"),
            (format!("{USER}/user.slice/libpod-{id}.scope/container"), "libpod-0123456789ab"),
            (format!("/libpod_parent/libpod-{id}"), "libpod-0123456789ab"),
            (
                format!(
                    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-poda_b.slice/cri-containerd-{id}.scope"
                ),
                "cri-containerd-0123456789ab",
            ),
            (format!("/kubepods/burstable/pod11-22/{id}"), "kube-0123456789ab"),
            (format!("/kubepods/pod11-22/{id}"), "kube-0123456789ab"),
            (format!("/kubepods.slice/a.slice/crio-{id}.scope"), "crio-0123456789ab"),
            ("/machine.slice/machine-web\\x2d1.scope/payload/system.slice/a.service".to_owned(), "web-1"),
            ("/lxc.payload.mail/init.scope".to_owned(), "lxc-mail"),
            ("/lxc/mail/system.slice".to_owned(), "lxc-mail"),
            (format!("/system.slice/docker.service/docker/{id}"), "docker-0123456789ab"),
        ] {
            assert_eq!(place(&path), Place::Container, "{path}");
            // The job is the highest group that is a container.
            let mut top = String::new();
            for part in path.split('/').skip(1) {
                top.push('/');
                top.push_str(part);
                if place(&top) == Place::Container {
                    break;
                }
            }
            assert_eq!(name_of(Place::Container, &top).as_str(), name, "{top}");
        }
        assert!(matches!(place("/machine.slice/libpod-conmon-1a.scope"), Place::Unit { .. }));
        assert!(matches!(place("/machine.slice/systemd-nspawn@web.service/payload"), Place::Unit { .. }));
    }

    proptest! {
        #[test]
        fn any_path_is_something(path in "(/(\\PC|docker|kubepods|lxc|[a-z@-]{1,9}\\.(service|scope|slice)){0,9}){0,6}") {
            let _ = name_of(place(&path), &path);
        }

        #[test]
        fn what_is_whole_stays_whole(name in "[a-z.]{1,20}") {
            prop_assert_eq!(Place::Container.within(&name), Place::Container);
            prop_assert_eq!(Place::Trees.within(&name), Place::Trees);
        }
    }
}
