//! Why a machine cannot have the service.

use crate::facts::readings::Readings;
use crate::facts::settings_home::{Home, home};
use crate::sysctl::first_process;

/// What stands in the way; `None` where nothing does.
pub(super) fn find(readings: &Readings) -> Option<String> {
    let host = readings.host();
    if !host.is_live() {
        return Some("a tree runs nothing; run memtune on that machine".to_owned());
    }
    if !first_process::is_systemd(host) {
        return Some(
            "systemd does not run this machine: have what starts your services start `memtune-watchd`"
                .to_owned(),
        );
    }
    match home(readings).0 {
        Home::Etc | Home::Ostree | Home::SteamOs => None,
        Home::Nix => Some(
            "this is NixOS: describe the service in its configuration and run `sudo nixos-rebuild switch`"
                .to_owned(),
        ),
        Home::Sealed => Some(
            "/etc cannot be written here: build this into the image that this system is made of".to_owned(),
        ),
    }
}
