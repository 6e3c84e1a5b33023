//! The disks under swap areas and file systems, and how fast their kind usually is.

use serde::Serialize;

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

/// What kind of disk it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DiskKind {
    /// Memory: zram or a RAM disk.
    Memory,
    /// Flash on PCI Express.
    Nvme,
    /// Flash behind SATA, SAS or a virtual bus.
    Solid,
    /// Turning platters.
    Rotational,
    /// An SD card or soldered eMMC.
    Card,
    /// Behind USB.
    Usb,
}

impl DiskKind {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Nvme => "NVMe",
            Self::Solid => "solid-state",
            Self::Rotational => "rotational",
            Self::Card => "SD card or eMMC",
            Self::Usb => "USB",
        }
    }

    /// What such a disk usually writes in one second; an estimate for thresholds, not a measurement.
    pub fn usual_speed(self) -> Bytes {
        match self {
            Self::Memory => Bytes::from_gib(2),
            Self::Nvme => Bytes::from_mib(1500),
            Self::Solid => Bytes::from_mib(400),
            Self::Rotational => Bytes::from_mib(120),
            Self::Card | Self::Usb => Bytes::from_mib(30),
        }
    }
}

/// A whole disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Its name in /sys/block, such as `sda`.
    pub name: String,
    /// Its kind.
    pub kind: DiskKind,
}

/// Reads all disks that can hold data; loop devices, which stand on other disks, and readers without a card are left out.
///
/// # Errors
/// Says why they cannot be listed.
pub fn read(host: &Host) -> Result<Vec<Disk>, Lacking> {
    let names = host.list("/sys/block").if_there()?.unwrap_or_default();
    let is_real =
        |name: &String| !["loop", "sr", "dm-", "md", "fd"].iter().any(|prefix| name.starts_with(prefix));
    let is_empty =
        |name: &String| host.read(&format!("/sys/block/{name}/size")).is_ok_and(|size| size.trim() == "0");
    let names = names.into_iter().filter(|name| is_real(name) && !is_empty(name));
    Ok(names.map(|name| Disk { kind: kind_of(host, &name), name }).collect())
}

fn kind_of(host: &Host, name: &str) -> DiskKind {
    let link = || host.link(&format!("/sys/block/{name}")).unwrap_or_default();
    let rotates =
        || host.read(&format!("/sys/block/{name}/queue/rotational")).is_ok_and(|text| text.trim() == "1");
    match name {
        _ if name.starts_with("zram") || name.starts_with("ram") => DiskKind::Memory,
        _ if name.starts_with("nvme") => DiskKind::Nvme,
        _ if name.starts_with("mmcblk") => DiskKind::Card,
        _ if link().contains("/usb") => DiskKind::Usb,
        // Virtual disks say that they rotate when their host does not care to tell.
        _ if name.starts_with("vd") || name.starts_with("xvd") => DiskKind::Solid,
        _ if rotates() => DiskKind::Rotational,
        _ => DiskKind::Solid,
    }
}

/// The names of the whole disks that a device such as `/dev/sda2` or `/dev/mapper/vg-swap` lies on.
pub fn below(host: &Host, device: &str) -> Vec<String> {
    const DEEPEST: usize = 8;
    let Some(name) = kernel_name(host, device) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut open = vec![(name, 0)];
    while let Some((name, depth)) = open.pop() {
        let slaves = host.list(&format!("/sys/class/block/{name}/slaves")).unwrap_or_default();
        if slaves.is_empty() || depth == DEEPEST {
            found.push(whole_disk(host, &name));
        } else {
            open.extend(slaves.into_iter().take(64).map(|slave| (slave, depth + 1)));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// `/dev/sda2` is `sda2`; a link such as `/dev/mapper/vg-swap` leads to `dm-0`.
fn kernel_name(host: &Host, device: &str) -> Option<String> {
    let link = host.link(device).ok();
    let target = link.as_deref().unwrap_or(device);
    target.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// A partition's folder in sysfs lies inside its disk's.
fn whole_disk(host: &Host, name: &str) -> String {
    let link = host.link(&format!("/sys/class/block/{name}")).unwrap_or_default();
    let mut folders = link.rsplit('/').skip(1);
    match folders.next() {
        Some(parent) if host.has(&format!("/sys/block/{parent}")) => parent.to_owned(),
        _ => name.to_owned(),
    }
}
