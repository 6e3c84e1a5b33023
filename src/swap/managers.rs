//! The programs that make swap areas of their own, and which of them are enabled.

use crate::facts::zram_generator;
use crate::host::{Host, Lacking};

/// What a manager makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Makes {
    /// Compressed swap in memory.
    Zram,
    /// Swap files.
    Files,
    /// Either, or both.
    Both,
}

impl Makes {
    /// Whether two that make this and that get into each other's way.
    pub fn clashes_with(self, other: Self) -> bool {
        self == other || self == Self::Both || other == Self::Both
    }
}

/// A manager that is enabled, and what shows it.
pub struct Manager {
    /// Its name.
    pub name: &'static str,
    /// What it makes.
    pub makes: Makes,
    /// The file that shows it is enabled.
    pub evidence: String,
    /// The service that disables it; `None` where it is kept.
    pub service: Option<&'static str>,
}

/// The name of memtune's own, where zram-generator is not installed.
pub const OURS: &str = "memtune";

/// The managers that are services of their own.
const SERVICES: [(&str, &str, Makes); 9] = [
    (OURS, "memtune-zram.service", Makes::Zram),
    ("dphys-swapfile", "dphys-swapfile.service", Makes::Files),
    ("swapspace", "swapspace.service", Makes::Files),
    ("systemd-swap", "systemd-swap.service", Makes::Both),
    ("zram-tools", "zramswap.service", Makes::Zram),
    ("nvzramconfig", "nvzramconfig.service", Makes::Zram),
    ("zram-config", "zram-config.service", Makes::Zram),
    ("zramd", "zramd.service", Makes::Zram),
    ("zram-init", "zram-init.service", Makes::Zram),
];

/// All that are enabled: those that systemd brings up itself first, for they are the ones to keep.
///
/// # Errors
/// Says which file of a manager cannot be read.
pub fn enabled(host: &Host) -> Result<Vec<Manager>, Lacking> {
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
