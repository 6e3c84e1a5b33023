//! Where a machine's settings live: not every system lets its owner write to /etc.

use super::identity::assignment;
use super::mounts;
use super::readings::Readings;

/// Where a machine's settings live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In /etc, as usual.
    Etc,
    /// In NixOS's own description of the machine.
    Nix,
    /// In /etc, of which SteamOS's updates keep only some files.
    SteamOs,
    /// In /etc, while /usr is replaced as a whole.
    Ostree,
    /// Nowhere: /etc cannot be written.
    Sealed,
}

/// Where they live, and the file that tells it.
pub fn home(readings: &Readings) -> (Home, &'static str) {
    *readings.concluded(find)
}

fn find(readings: &Readings) -> (Home, &'static str) {
    let has = |path: &str| readings.host().has(path);
    if has("/etc/NIXOS") {
        return (Home::Nix, "/etc/NIXOS");
    }
    if is_steam_os(readings) {
        return (Home::SteamOs, "/etc/os-release");
    }
    if is_sealed(readings) {
        return (Home::Sealed, "/proc/self/mountinfo");
    }
    if has("/run/ostree-booted") {
        return (Home::Ostree, "/run/ostree-booted");
    }
    // A capture may lack /run.
    if has("/ostree") && has("/sysroot") {
        return (Home::Ostree, "/ostree");
    }
    (Home::Etc, "/etc")
}

fn is_steam_os(readings: &Readings) -> bool {
    let first =
        ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| readings.host().read(path).ok());
    first.and_then(|text| assignment(&text, "ID")).as_deref() == Some("steamos")
}

fn is_sealed(readings: &Readings) -> bool {
    let mounts = readings.mounts().unwrap_or(const { &Vec::new() });
    mounts::holding(mounts, "/etc").is_some_and(|mount| mount.has_option("ro"))
}
