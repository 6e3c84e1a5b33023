//! The zram devices that zram-generator makes at the next boot, and their sizes.

use crate::facts::kernel_arguments;
use crate::facts::readings::Readings;
use crate::facts::zram_generator::{self, Device};
use crate::facts::zram_size;
use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

/// What the generator makes where a section says nothing.
pub const USUAL_SIZE: &str = "min(ram / 2, 4096)";

/// What becomes of one section on a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No device: the machine's memory, in MiB, is above the section's limit.
    TooMuchMemory(u64),
    /// A device of this size; none where it is nothing.
    Made(Bytes),
    /// A device whose formula is not simple.
    Unknown,
}

/// Whether the kernel's arguments keep the generator from making anything.
///
/// # Errors
/// Says why they cannot be read.
pub fn is_switched_off(host: &Host) -> Result<bool, Lacking> {
    Ok(said_to_the_kernel(host)? == Some(false))
}

/// Whether the kernel's arguments have the generator make the first device without any section for it, in the usual size. A section
/// that makes none wins over them.
///
/// # Errors
/// Says why they cannot be read.
pub fn is_switched_on(host: &Host) -> Result<bool, Lacking> {
    Ok(said_to_the_kernel(host)? == Some(true))
}

/// Of several arguments the last with a known value counts.
fn said_to_the_kernel(host: &Host) -> Result<Option<bool>, Lacking> {
    let arguments = host.read(kernel_arguments::PATH).if_there()?.unwrap_or_default();
    let mut values = arguments.split_whitespace().rev().filter_map(|word| word.strip_prefix("systemd.zram"));
    Ok(values.find_map(|value| match value {
        "" | "=1" | "=yes" | "=true" | "=on" => Some(true),
        "=0" | "=no" | "=false" | "=off" => Some(false),
        _ => None,
    }))
}

/// The sections of which a device is, or may be, made at the next boot.
///
/// # Errors
/// Says which file cannot be read.
pub fn devices(readings: &Readings) -> Result<Vec<Device>, Lacking> {
    let host = readings.host();
    if is_switched_off(host)? {
        return Ok(Vec::new());
    }
    let memory = memory(readings)?;
    let mut devices = zram_generator::read(host)?;
    devices.retain(|device| is_made(device, memory));
    Ok(devices)
}

/// Whether a device is, or may be, made of this section on a machine with `memory` MiB.
pub fn is_made(device: &Device, memory: u64) -> bool {
    !matches!(outcome(device, memory), Outcome::TooMuchMemory(_) | Outcome::Made(Bytes(0)))
}

/// The memory as the generator counts it, in whole MiB.
///
/// # Errors
/// Says why it cannot be read.
pub fn memory(readings: &Readings) -> Result<u64, Lacking> {
    Ok(whole_mib(readings.meminfo()?.total()))
}

/// Memory as the generator's formulas know it: what is more than whole MiB is cut off before they are reckoned.
pub fn whole_mib(memory: Bytes) -> u64 {
    memory.0 >> 20
}

/// What a formula came to, in bytes: here only what is less than one is cut off.
pub fn bytes(mib: f64) -> Bytes {
    Bytes((mib * 1024.0 * 1024.0) as u64)
}

/// The formula that decides about the size of a device.
pub fn formula(device: &Device) -> &str {
    device.size.as_deref().unwrap_or(USUAL_SIZE)
}

/// What the generator makes of one section on a machine with `memory` MiB.
pub fn outcome(device: &Device, memory: u64) -> Outcome {
    if device.host_memory_limit.is_some_and(|limit| limit < memory) {
        return Outcome::TooMuchMemory(memory);
    }
    let mib = zram_size::evaluate(formula(device), memory as f64).filter(|_| !device.has_old_keys);
    mib.map_or(Outcome::Unknown, |mib| Outcome::Made(bytes(mib)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn the_last_argument_with_a_known_value_counts() {
        for (arguments, off, on) in [
            ("quiet", false, false),
            ("systemd.zram=0", true, false),
            ("systemd.zram quiet", false, true),
            ("systemd.zram=off systemd.zram=yes", false, true),
            ("systemd.zram systemd.zram=no systemd.zram=perhaps", true, false),
            ("systemd.zram_other=1", false, false),
        ] {
            let (_folder, host) = made_tree(&[(kernel_arguments::PATH, arguments)]);
            let said = (is_switched_off(&host).unwrap(), is_switched_on(&host).unwrap());
            assert_eq!(said, (off, on), "{arguments}");
        }
    }

    #[test]
    fn a_section_is_made_up_to_its_limit() {
        let device = |size: &str, limit| Device {
            size: Some(size.to_owned()),
            host_memory_limit: limit,
            ..Device::default()
        };
        assert_eq!(outcome(&Device::default(), 4096), Outcome::Made(Bytes::from_gib(2)));
        assert_eq!(outcome(&device("ram", Some(4096)), 4096), Outcome::Made(Bytes::from_gib(4)));
        assert_eq!(outcome(&device("ram", Some(4095)), 4096), Outcome::TooMuchMemory(4096));
        assert_eq!(outcome(&device("log(ram)", None), 4096), Outcome::Unknown);
    }
}
