//! Who is known by name: what a machine or a desktop cannot do without, and what starts other people's programs.
//!
//! Commands are as the kernel cuts them, at 15 bytes. A name proves nothing: whoever calls his program `sshd` has it passed over by the
//! watchdog, as he could have it by any other; the kernel's own killer looks at no names.

/// What a command that is known by name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// What draws the screen or keeps the session: its unit is spared with it.
    Keeper,
    /// A login, a terminal, a multiplexer or a supervisor: no job's root, and what it starts are jobs of their own.
    Anchor,
    /// Starts a desktop: it is an anchor, and what it starts first is another.
    Starter,
    /// A shell: an anchor where somebody types into it.
    Shell,
}

use Role::{Anchor, Keeper, Shell, Starter};

/// A `*` at the end stands for any rest.
const COMMANDS: &[(&str, Role)] = &[
    ("(sd-pam)", Anchor),
    ("Hyprland", Keeper),
    ("Xorg", Keeper),
    ("Xorg.bin", Keeper),
    ("Xsession", Starter),
    ("Xtigervnc", Keeper),
    ("Xvnc", Keeper),
    ("Xwayland", Keeper),
    ("agetty", Anchor),
    ("alacritty", Anchor),
    ("anacron", Anchor),
    ("ash", Shell),
    ("at-spi-bus-laun", Anchor),
    ("atd", Anchor),
    ("awesome", Keeper),
    ("bash", Shell),
    ("bspwm", Keeper),
    ("busybox", Shell),
    ("byobu", Anchor),
    ("cage", Keeper),
    ("catatonit", Anchor),
    ("cinnamon", Keeper),
    ("cinnamon-sessio", Keeper),
    ("containerd", Anchor),
    ("containerd-shim*", Anchor),
    ("cosmic-comp", Keeper),
    ("cosmic-session", Keeper),
    ("cron", Anchor),
    ("crond", Anchor),
    ("csh", Shell),
    ("dash", Shell),
    ("dbus-broker", Anchor),
    ("dbus-broker-lau", Anchor),
    ("dbus-daemon", Anchor),
    ("dbus-launch", Anchor),
    ("dbus-run-sessio", Anchor),
    ("docker-init", Anchor),
    ("dockerd", Anchor),
    ("dropbear", Anchor),
    ("dtach", Anchor),
    ("dumb-init", Anchor),
    ("dwm", Keeper),
    ("elogind-daemon", Keeper),
    ("elvish", Shell),
    ("enlightenment", Keeper),
    ("fish", Shell),
    ("fluxbox", Keeper),
    ("foot", Anchor),
    ("gdm", Anchor),
    ("gdm-session-wor", Anchor),
    ("gdm-wayland-ses", Starter),
    ("gdm-x-session", Starter),
    ("gdm3", Anchor),
    ("ghostty", Anchor),
    ("gnome-keyring-d", Anchor),
    ("gnome-session*", Keeper),
    ("gnome-shell", Keeper),
    ("gnome-terminal*", Anchor),
    ("gpg-agent", Anchor),
    ("greetd", Starter),
    ("guake", Anchor),
    ("herbstluftwm", Keeper),
    ("i3", Keeper),
    ("icewm", Keeper),
    ("icewm-session", Keeper),
    ("in.telnetd", Anchor),
    ("init", Anchor),
    ("kdeinit5", Anchor),
    ("kgx", Anchor),
    ("kitty", Anchor),
    ("konsole", Anchor),
    ("ksh", Shell),
    ("ksh93", Shell),
    ("ksmserver", Keeper),
    ("kwin_*", Keeper),
    ("labwc", Keeper),
    ("lightdm", Starter),
    ("login", Anchor),
    ("lxdm-session", Starter),
    ("lxpanel", Keeper),
    ("lxqt-panel", Keeper),
    ("lxqt-session", Keeper),
    ("lxsession", Keeper),
    ("lxterminal", Anchor),
    ("ly", Starter),
    ("ly-dm", Starter),
    ("marco", Keeper),
    ("mate-panel", Keeper),
    ("mate-session", Keeper),
    ("mate-terminal", Anchor),
    ("mksh", Shell),
    ("mosh-server", Anchor),
    ("muffin", Keeper),
    ("mutter", Keeper),
    ("mutter-x11-fram", Keeper),
    ("niri", Keeper),
    ("nu", Shell),
    ("openbox", Keeper),
    ("openbox-session", Keeper),
    ("pipewire*", Keeper),
    ("plasma_session", Keeper),
    ("plasmashell", Keeper),
    ("pulseaudio", Keeper),
    ("pwsh", Shell),
    ("qtile", Keeper),
    ("river", Keeper),
    ("runsv", Anchor),
    ("runsvdir", Anchor),
    ("rxvt", Anchor),
    ("s6-supervise", Anchor),
    ("s6-svscan", Anchor),
    ("screen", Anchor),
    ("sddm", Anchor),
    ("sddm-helper", Starter),
    ("sh", Shell),
    ("ssh-agent", Anchor),
    ("sshd", Anchor),
    ("sshd-auth", Anchor),
    ("sshd-session", Anchor),
    ("st", Anchor),
    ("startplasma-way", Keeper),
    ("startplasma-x11", Keeper),
    ("startx", Starter),
    ("su", Anchor),
    ("sudo", Anchor),
    ("sudo-rs", Anchor),
    ("supervise-daemo", Anchor),
    ("supervisord", Anchor),
    ("sway", Keeper),
    ("swaylock", Keeper),
    ("sx", Starter),
    ("systemd", Keeper),
    ("systemd-journal", Keeper),
    ("systemd-logind", Keeper),
    ("systemd-udevd", Keeper),
    ("tcsh", Shell),
    ("terminator", Anchor),
    ("tilda", Anchor),
    ("tilix", Anchor),
    ("tini", Anchor),
    ("tmux*", Anchor),
    ("udevd", Keeper),
    ("urxvt", Anchor),
    ("urxvtd", Anchor),
    ("wayfire", Keeper),
    ("weston", Keeper),
    ("wezterm-gui", Anchor),
    ("wezterm-mux-ser", Anchor),
    ("wireplumber", Keeper),
    ("x-terminal-emul", Anchor),
    ("xdg-desktop-por", Anchor),
    ("xdm", Starter),
    ("xfce4-panel", Keeper),
    ("xfce4-session", Keeper),
    ("xfce4-terminal", Anchor),
    ("xfdesktop", Keeper),
    ("xfwm4", Keeper),
    ("xinit", Starter),
    ("xmonad*", Keeper),
    ("xterm", Anchor),
    ("yakuake", Anchor),
    ("zellij", Anchor),
    ("zsh", Shell),
];

/// Units without which nobody gets in, or nothing is written down. OpenRC's begin with its own name.
const KEPT_UNITS: &[&str] = &[
    "NetworkManager.service",
    "at-spi-dbus-bus.service",
    "dbus-broker.service",
    "dbus.service",
    "elogind.service",
    "gnome-session*",
    "init.scope",
    "iwd.service",
    "kwin_*",
    "memtune-watchd.service",
    "openrc.dbus",
    "openrc.elogind",
    "openrc.udev",
    "org.gnome.Shell@*",
    "pipewire*",
    "plasma-ksmserver.service",
    "plasma-kwin*",
    "plasma-plasmashell.service",
    "polkit.service",
    "pulseaudio.service",
    "seatd.service",
    "systemd-journald*",
    "systemd-logind.service",
    "systemd-networkd.service",
    "systemd-resolved.service",
    "systemd-udevd*",
    "systemd-userdbd.service",
    "user-runtime-dir@*",
    "wireplumber.service",
    "wpa_supplicant*",
];

/// Units in which programs run that somebody else asked for: logins, terminals, timetables.
const HOLD_WORK_OF_OTHERS: &[&str] = &[
    "anacron.service",
    "atd.service",
    "autovt@*",
    "console-getty.service",
    "container-getty@*",
    "cron.service",
    "crond.service",
    "cronie.service",
    "debug-shell.service",
    "display-manager.service",
    "dropbear.service",
    "emergency.service",
    "gdm*.service",
    "getty@*",
    "gnome-terminal-server.service",
    "greetd.service",
    "lightdm.service",
    "ly*.service",
    "lxdm.service",
    "openrc.cronie",
    "openrc.dcron",
    "openrc.sshd",
    "ptyxis-spawn-*",
    "rescue.service",
    "screen*.service",
    "sddm.service",
    "serial-getty@*",
    "session-*.scope",
    "ssh.service",
    "ssh@*",
    "sshd.service",
    "sshd@*",
    "tmux*.service",
    "tmux-spawn-*",
    "vte-spawn-*",
    "xdm.service",
];

/// Parts of the names of users' scopes in which a terminal runs: each of its windows is somebody's work.
const TERMINALS: &[&str] = &[
    "alacritty",
    "byobu",
    "foot",
    "ghostty",
    "guake",
    "kgx",
    "kitty",
    "konsole",
    "ptyxis",
    "rxvt",
    "terminal",
    "terminator",
    "tilda",
    "tilix",
    "tmux",
    "wezterm",
    "xterm",
    "yakuake",
    "zellij",
];

/// What a command is known for.
pub(super) fn role_of(command: &str) -> Option<Role> {
    // This is asked for each process: most names fall at their first letter, by which the table is sorted.
    let first = command.bytes().next();
    let begin = COMMANDS.partition_point(|(name, _)| name.bytes().next() < first);
    let mut known = COMMANDS.iter().skip(begin).take_while(|(name, _)| name.bytes().next() == first);
    known.find(|(name, _)| fits(name, command)).map(|&(_, role)| role)
}

/// Whether the machine is of no use without the unit.
pub(super) fn is_kept_unit(unit: &str) -> bool {
    KEPT_UNITS.iter().any(|name| fits(name, unit))
}

/// Whether a unit holds the work of people who log in.
pub(super) fn holds_work_of_others(unit: &str) -> bool {
    let is_terminal = || {
        let is_app = unit.starts_with("app-") && (unit.ends_with(".scope") || unit.ends_with(".service"));
        is_app && TERMINALS.iter().any(|name| holds(unit, name))
    };
    HOLD_WORK_OF_OTHERS.iter().any(|name| fits(name, unit)) || is_terminal()
}

/// A star stands for any text, once; names have no other.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((begin, end)) => {
            text.strip_prefix(begin).is_some_and(|rest| rest.ends_with(end) && rest.len() >= end.len())
        }
    }
}

/// Whether the text holds the word, in letters of any case.
fn holds(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_known_by_the_name_that_the_kernel_cuts() {
        for (command, role) in [
            ("gnome-session-b", Some(Keeper)),
            ("kwin_wayland", Some(Keeper)),
            ("tmux: server", Some(Anchor)),
            ("bash", Some(Shell)),
            ("xinit", Some(Starter)),
            ("gnome-terminal-", Some(Anchor)),
            ("bashful", None),
            ("hog", None),
            ("", None),
        ] {
            assert_eq!(role_of(command), role, "{command}");
        }
        assert!(COMMANDS.is_sorted_by_key(|(name, _)| name.bytes().next()));
        for (name, _) in COMMANDS {
            assert!(name.trim_end_matches('*').len() <= 15, "{name} is longer than the kernel's names");
        }
    }

    #[test]
    fn units_are_known_by_name() {
        assert!(is_kept_unit("systemd-journald@a.service") && is_kept_unit("init.scope"));
        assert!(!is_kept_unit("postgresql.service"));
        assert!(holds_work_of_others("app-org.gnome.Console-kgx-1.scope"));
        assert!(holds_work_of_others("session-c2.scope"));
        assert!(!holds_work_of_others("app-gnome-firefox-1.scope"));
        assert!(!holds_work_of_others("footballd.service"));
    }
}
