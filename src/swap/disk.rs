//! On what kind of disk a swap area lies.

use crate::facts::disks::{self, DiskKind};
use crate::facts::mounts;
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::Lacking;

/// The slowest disk under an area; `None` where no disk of this machine is known to be, as under a file on NFS.
///
/// # Errors
/// Says why the mounts or the disks cannot be read.
pub fn under(readings: &Readings, area: &SwapArea) -> Result<Option<DiskKind>, Lacking> {
    if area.is_zram() {
        return Ok(Some(DiskKind::Memory));
    }
    let device = match area.is_file {
        true => mounts::holding(readings.mounts()?, &area.path).map(|mount| mount.source.as_str()),
        false => Some(area.path.as_str()),
    };
    let names = device.map(|device| disks::below(readings.host(), device)).unwrap_or_default();
    let below = readings.disks()?.iter().filter(|disk| names.contains(&disk.name));
    Ok(below.map(|disk| disk.kind).max())
}

/// Whether swapping to such a disk is slow, or wears it out.
pub fn is_slow(kind: DiskKind) -> bool {
    matches!(kind, DiskKind::Rotational | DiskKind::Card | DiskKind::Usb)
}

/// The kind as a sentence names it.
pub fn medium(kind: DiskKind) -> &'static str {
    match kind {
        DiskKind::Memory => "memory",
        DiskKind::Nvme => "an NVMe disk",
        DiskKind::Solid => "a solid-state disk",
        DiskKind::Rotational => "a rotational disk",
        DiskKind::Card => "an SD card or eMMC",
        DiskKind::Usb => "a USB disk",
    }
}
