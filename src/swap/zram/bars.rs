//! Why a machine's compressed swap cannot be changed from here.

use crate::exit::{Exit, Fault};
use crate::facts::kernel_modules;
use crate::facts::readings::Readings;
use crate::facts::settings_home::{Home, home};
use crate::host::{Host, Lacking};
use crate::swap::managers::{self, Makes, Manager};
use crate::sysctl::first_process;

use super::maker;

/// What stands in the way of any change, whatever is wanted: a tree, a container, a machine whose settings live elsewhere. `nix` is what
/// NixOS's own description would say.
pub fn everywhere(readings: &Readings, nix: &str) -> Option<String> {
    if let Some(container) = readings.container() {
        return Some(format!(
            "this is a container ({}): swap is its host's affair; run memtune there",
            container.kind
        ));
    }
    match home(readings).0 {
        Home::Etc | Home::Ostree | Home::SteamOs => {}
        Home::Nix => {
            return Some(format!(
                "this is NixOS: put `{nix}` into its configuration and run `sudo nixos-rebuild switch`"
            ));
        }
        Home::Sealed => {
            return Some(
                "/etc cannot be written here: build this into the image that this system is made of"
                    .to_owned(),
            );
        }
    }
    (!readings.host().is_live()).then(|| {
        "a tree has no running kernel whose swap could be changed; run memtune on that machine".to_owned()
    })
}

/// Why systemd cannot keep it, with what to type instead.
pub(super) fn without_systemd(host: &Host, by_hand: &str) -> Option<String> {
    (!first_process::is_systemd(host)).then(|| {
        format!("systemd does not run this machine, so that nothing would make the device at boot; by hand, until the next boot: `{by_hand}`")
    })
}

/// Why the kernel makes no such device.
///
/// # Errors
/// Says which file cannot be read.
pub(super) fn without_module(host: &Host) -> Result<Option<String>, Fault> {
    if host.has("/sys/class/zram-control") {
        return Ok(None);
    }
    let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
    let modules = kernel_modules::read(host).map_err(failed)?;
    Ok(modules.filter(|names| !names.contains("zram")).map(|_| {
        "this kernel has no zram module: some distributions keep it in a package of its own (linux-modules-extra, kernel-modules-extra); after an update of the kernel, reboot first".to_owned()
    }))
}

/// The programs that make compressed swap of their own, and what to type against each.
///
/// # Errors
/// Says which file cannot be read.
pub(super) fn other_managers(host: &Host) -> Result<Vec<(String, String)>, Fault> {
    let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
    let managers = managers::enabled(host).map_err(failed)?;
    let others = managers.iter().filter(|one| one.makes != Makes::Files);
    let others = others.filter(|one| !["zram-generator", managers::OURS].contains(&one.name));
    Ok(others.map(|one| (one.name.to_owned(), against(one))).collect())
}

fn against(manager: &Manager) -> String {
    let evidence = &manager.evidence;
    let how = match manager.service {
        Some(service) => format!("`sudo systemctl disable --now {service}`"),
        None => "the line `Mechanism=none` below `[Main]` of /etc/rpi/swap.conf, and a reboot,".to_owned(),
    };
    format!(
        "it makes compressed swap of its own ({evidence}), and two managers get into each other's way: {how} ends that"
    )
}

/// Why the device that is there is not ours to take: it is in use as something else, or somebody made it by hand.
pub(super) fn of_a_stranger(readings: &Readings) -> Option<String> {
    let host = readings.host();
    let (name, path) = (maker::DEVICE, maker::PATH);
    let lines = readings.fstab().map(Vec::as_slice).unwrap_or_default();
    if lines.iter().any(|line| line.kind == "swap" && line.source == path) {
        return Some(format!(
            "a line of /etc/fstab turns it on, and some rule or script makes it: take both out first (`grep -rn {name} /etc/fstab /etc/udev/rules.d`)"
        ));
    }
    let is_made = readings.zram().is_ok_and(|devices| devices.iter().any(|device| device.name == name));
    let is_on = maker::area(readings).is_some();
    match (is_made || is_on, is_on, maker::of_present(host)) {
        (false, ..) | (_, true, Some(_)) => None,
        (_, true, None) => Some(format!(
            "it is on, and neither zram-generator nor memtune made it: end what did, or `sudo swapoff {path} && sudo zramctl --reset {path}`"
        )),
        (_, false, _) => Some(format!(
            "it has a size and is not swapped to: somebody uses it as something else (`lsblk {path}`), or it is left over: `sudo zramctl --reset {path}`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use crate::swap::zram::unit;

    #[test]
    fn containers_nix_and_trees_are_told_apart() {
        for (files, part) in [
            (vec![("/.dockerenv", "")], "container (docker)"),
            (vec![("/etc/NIXOS", "")], "put `zramSwap.enable = true;`"),
            (vec![], "a tree"),
        ] {
            let (_folder, host) = made_tree(&files);
            let bar = everywhere(&Readings::new(&host, None), "zramSwap.enable = true;").unwrap();
            assert!(bar.contains(part), "{bar}");
        }
    }

    #[test]
    fn a_kernel_that_is_known_to_lack_the_module_is_refused() {
        let release = ("/proc/sys/kernel/osrelease", "6.1\n");
        let modules = |text| ("/lib/modules/6.1/modules.dep", text);
        for (files, expected) in [
            (vec![release, modules("kernel/a.ko:\n")], true),
            (vec![release, modules("kernel/drivers/block/zram/zram.ko.zst:\n")], false),
            (vec![release, modules("kernel/a.ko:\n"), ("/sys/class/zram-control/hot_add", "")], false),
            (vec![release], false),
        ] {
            let (_folder, host) = made_tree(&files);
            assert_eq!(without_module(&host).unwrap().is_some(), expected, "{files:?}");
        }
    }

    #[test]
    fn other_managers_are_named_with_what_ends_them() {
        let wants =
            |service: &str| (format!("/etc/systemd/system/multi-user.target.wants/{service}"), "->/lib/x");
        for (service, name) in [
            ("nvzramconfig.service", "nvzramconfig"),
            ("zramswap.service", "zram-tools"),
            ("zramd.service", "zramd"),
        ] {
            let (link, target) = wants(service);
            let (_folder, host) = made_tree(&[(&link, target)]);
            let found = other_managers(&host).unwrap();
            assert_eq!((found.len(), found[0].0.as_str()), (1, name));
            assert!(found[0].1.contains(&format!("systemctl disable --now {service}")), "{}", found[0].1);
        }
        let (link, target) = wants("swapspace.service");
        let ours = (unit::LINK, "->../memtune-zram.service");
        let (_folder, host) =
            made_tree(&[(&link, target), ours, ("/etc/systemd/zram-generator.conf", "[zram0]\n")]);
        assert_eq!(other_managers(&host).unwrap(), []);
        let (_folder, host) = made_tree(&[("/etc/rpi/swap.conf", "")]);
        assert!(other_managers(&host).unwrap()[0].1.contains("Mechanism=none"));
    }

    #[test]
    fn a_device_of_somebody_else_is_left_alone() {
        let made = ("/sys/block/zram0/disksize", "4096000\n");
        let on = ("/proc/swaps", "/dev/zram0 partition 1000 0 100\n");
        let ours = (unit::PATH, "");
        for (files, part) in [
            (vec![], None),
            (vec![made, on, ours], None),
            (vec![made, on], Some("neither zram-generator nor memtune")),
            (vec![made, ours], Some("something else")),
            (vec![made, on, ours, ("/etc/fstab", "/dev/zram0 none swap pri=9 0 0\n")], Some("/etc/fstab")),
        ] {
            let (_folder, host) = made_tree(&files);
            let bar = of_a_stranger(&Readings::new(&host, None));
            assert_eq!(bar.is_some(), part.is_some(), "{files:?}");
            assert!(part.is_none_or(|part| bar.unwrap().contains(part)));
        }
    }
}
