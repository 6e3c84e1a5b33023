//! What to know before typing the proposed commands on an unusual machine.

use crate::facts::readings::Readings;
use crate::facts::settings_home::{Home, home};

/// One sentence for such machines; most need none.
pub(in crate::doctor) fn caution(readings: &Readings) -> Option<&'static str> {
    if let Some(container) = readings.container() {
        return Some(match container.kind.as_str() {
            "wsl" => "Under WSL, memory and swap are sized in .wslconfig on the Windows side.",
            _ => "This is a container: kernel knobs and swap belong to the host, so type these lines there.",
        });
    }
    match home(readings).0 {
        Home::Etc | Home::Ostree => None,
        Home::Nix => Some(
            "This is NixOS: put the settings into boot.kernel.sysctl, systemd.services and swapDevices of its configuration, for what these lines write to /etc is replaced.",
        ),
        Home::SteamOs => Some(
            "This is SteamOS: its next update keeps what these lines write to /etc only if /etc/atomic-update.conf.d names the files.",
        ),
        Home::Sealed => Some(
            "/etc cannot be written here: these lines last until the next start, unless the settings are built into the image.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn told(path: &str, text: &str) -> Option<&'static str> {
        let (_folder, host) = made_tree(&[(path, text)]);
        caution(&Readings::new(&host, None))
    }

    #[test]
    fn only_unusual_machines_are_cautioned() {
        assert_eq!(told("etc/os-release", "ID=debian\n"), None);
        assert_eq!(told("run/ostree-booted", ""), None);
        assert!(told("etc/NIXOS", "").unwrap().contains("boot.kernel.sysctl"));
        assert!(told("etc/os-release", "ID=steamos\n").unwrap().contains("SteamOS"));
        assert!(told("run/.containerenv", "").unwrap().contains("host"));
        assert!(told("run/systemd/container", "wsl\n").unwrap().contains(".wslconfig"));
        let sealed = "1 0 0:1 / / ro - ext4 /dev/vda rw\n";
        assert!(told("proc/self/mountinfo", sealed).unwrap().contains("image"));
    }
}
