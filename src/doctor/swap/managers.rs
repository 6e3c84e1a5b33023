//! W11: several programs that each believe the swap to be theirs.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::facts::zram_generator;
use crate::host::{Host, Lacking};

use super::commands::affair_of_host;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W11",
    name: "swap-managers",
    group: Group::Swap,
    question: "Does only one program manage the swap?",
    thresholds: "warn where two managers of one kind, zram or swap files, are enabled; info where one of each kind is",
    why: "Each of these programs makes its areas as if it were alone. Two that make zram devices fight for the same /dev/zram0, and whoever comes second fails or throws away what the first has made; together they promise more memory than there is. Which one wins can change from boot to boot.",
    sources: &[
        "https://github.com/systemd/zram-generator",
        "https://github.com/raspberrypi/rpi-swap",
        "https://manpages.debian.org/zramswap",
        "https://manpages.debian.org/dphys-swapfile",
        "https://github.com/Tookmund/Swapspace",
    ],
    examine: swap_managers,
}];

/// What a manager makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Makes {
    Zram,
    Files,
    Both,
}

impl Makes {
    fn clashes_with(self, other: Self) -> bool {
        self == other || self == Self::Both || other == Self::Both
    }
}

/// A manager that is enabled, and what shows it.
struct Manager {
    name: &'static str,
    makes: Makes,
    evidence: String,
    /// The service that disables it; `None` where it is kept.
    service: Option<&'static str>,
}

/// The managers that are services of their own.
const SERVICES: [(&str, &str, Makes); 8] = [
    ("dphys-swapfile", "dphys-swapfile.service", Makes::Files),
    ("swapspace", "swapspace.service", Makes::Files),
    ("systemd-swap", "systemd-swap.service", Makes::Both),
    ("zram-tools", "zramswap.service", Makes::Zram),
    ("nvzramconfig", "nvzramconfig.service", Makes::Zram),
    ("zram-config", "zram-config.service", Makes::Zram),
    ("zramd", "zramd.service", Makes::Zram),
    ("zram-init", "zram-init.service", Makes::Zram),
];

fn swap_managers(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let managers = enabled_managers(readings.host())?;
    let clash = managers.iter().enumerate().find_map(|(place, first)| {
        let second =
            managers.get(place + 1..)?.iter().find(|second| first.makes.clashes_with(second.makes))?;
        Some((first, second))
    });
    let diagnosis = match (&managers[..], clash) {
        ([], _) => Diagnosis::ok("No program manages the swap"),
        ([one], _) => Diagnosis::ok(format!("Only {} manages the swap", one.name)),
        (_, Some((first, second))) => {
            Diagnosis::warn(format!("{} and {} both manage the swap", first.name, second.name))
        }
        ([first, second, ..], None) => Diagnosis::info(format!(
            "{} and {} manage swap of different kinds, each without knowing of the other",
            first.name, second.name
        )),
    };
    let diagnosis = managers
        .iter()
        .fold(diagnosis, |diagnosis, manager| diagnosis.evidence(&manager.evidence, "enables", manager.name));
    // The first stays; swap that is in use now is given back only at the next boot, when it is safe.
    let commands = managers
        .iter()
        .skip(1)
        .filter_map(|manager| Some(format!("sudo systemctl disable {}", manager.service?)));
    let commands: Vec<String> = commands.collect();
    Ok(match clash.is_some() && !commands.is_empty() {
        true => diagnosis.fix(Fix::commands(commands).after_reboot()),
        false => diagnosis,
    })
}

/// All that are enabled: those that systemd brings up itself first, for they are the ones to keep.
fn enabled_managers(host: &Host) -> Result<Vec<Manager>, Lacking> {
    let mut managers = Vec::new();
    if let Some(evidence) = rpi_swap(host) {
        // It writes zram-generator's configuration: the two are one.
        managers.push(Manager { name: "rpi-swap", makes: Makes::Both, evidence, service: None });
    } else if let Some(device) = zram_generator::read(host)?.into_iter().next() {
        managers.push(Manager {
            name: "zram-generator",
            makes: Makes::Zram,
            evidence: device.file,
            service: None,
        });
    }
    let services = SERVICES.iter().filter_map(|&(name, service, makes)| {
        Some(Manager { name, makes, evidence: link_that_enables(host, service)?, service: Some(service) })
    });
    managers.extend(services);
    Ok(managers)
}

/// The generator of Raspberry Pi OS, unless it is told to make none.
fn rpi_swap(host: &Host) -> Option<String> {
    const CONFIGURATION: &str = "/etc/rpi/swap.conf";
    let programs =
        ["/usr/lib", "/lib"].map(|folder| format!("{folder}/systemd/system-generators/rpi-swap-generator"));
    let mark = programs.into_iter().chain([CONFIGURATION.to_owned()]).find(|path| host.has(path))?;
    let text = host.read(CONFIGURATION).unwrap_or_default();
    let mechanism = |line: &str| {
        Some(line.trim().strip_prefix("Mechanism")?.trim_start().strip_prefix('=')?.trim() == "none")
    };
    (text.lines().filter_map(mechanism).next_back() != Some(true)).then_some(mark)
}

/// The link by which systemd or the old init scripts start a service.
fn link_that_enables(host: &Host, service: &str) -> Option<String> {
    const OWN: &str = "/etc/systemd/system";
    // The owner's mask counts more than any link.
    if host.link(&format!("{OWN}/{service}")).is_ok_and(|target| target == "/dev/null") {
        return None;
    }
    let targets = ["multi-user", "swap", "local-fs", "sysinit", "basic", "default", "graphical"];
    let wants = targets.iter().map(|target| format!("{OWN}/{target}.target.wants/{service}"));
    let script = service.trim_end_matches(".service");
    let started = |name: &String| name.starts_with('S') && name.get(3..) == Some(script);
    let old = host.list("/etc/rc2.d").ok().and_then(|names| names.into_iter().find(started));
    let old = old.filter(|_| !host.has("/run/systemd/system")).map(|name| format!("/etc/rc2.d/{name}"));
    let is_there = |path: &String| host.has(path) || host.link(path).is_ok();
    wants.into_iter().find(is_there).or(old)
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    const GENERATOR: (&str, &str) = ("/etc/systemd/zram-generator.conf", "[zram0]\n");
    const TOOLS: (&str, &str) = (
        "/etc/systemd/system/multi-user.target.wants/zramswap.service",
        "->/lib/systemd/system/zramswap.service",
    );
    const DPHYS: (&str, &str) = (
        "/etc/systemd/system/multi-user.target.wants/dphys-swapfile.service",
        "->/lib/systemd/system/dphys-swapfile.service",
    );
    const SWAPSPACE: (&str, &str) = (
        "/etc/systemd/system/multi-user.target.wants/swapspace.service",
        "->/lib/systemd/system/swapspace.service",
    );
    const PI: (&str, &str) = ("/etc/rpi/swap.conf", "[Main]\n#Mechanism=none\n");

    #[test]
    fn managers_of_one_kind_clash() {
        for (files, severity) in [
            (vec![], Severity::Ok),
            (vec![GENERATOR], Severity::Ok),
            (vec![GENERATOR, TOOLS], Severity::Warn),
            (vec![DPHYS, SWAPSPACE], Severity::Warn),
            (vec![TOOLS, DPHYS], Severity::Info),
            (vec![PI, GENERATOR], Severity::Ok),
            (vec![PI, DPHYS], Severity::Warn),
            (vec![("/etc/rpi/swap.conf", "Mechanism = none\n"), DPHYS], Severity::Ok),
            (vec![("/etc/systemd/zram-generator.conf", "# nothing\n"), TOOLS], Severity::Ok),
            (vec![GENERATOR, TOOLS, ("/etc/systemd/system/zramswap.service", "->/dev/null")], Severity::Ok),
            (vec![GENERATOR, TOOLS, ("/.dockerenv", "")], Severity::Ok),
        ] {
            assert_eq!(examine_tree("W11", &files).severity, severity, "{files:?}");
        }
    }

    #[test]
    fn the_one_that_systemd_brings_up_is_kept() {
        let fix = examine_tree("W11", &[TOOLS, GENERATOR]).fix.unwrap();
        assert_eq!(fix.commands, ["sudo systemctl disable zramswap.service"]);
        assert!(fix.needs_reboot);
    }
}
