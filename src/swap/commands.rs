//! What to type for more swap.

use crate::change;
use crate::host::Host;
use crate::sys::bytes::Bytes;
use crate::sys::size;
use crate::sysctl::first_process;

/// The command that adds a swap file.
pub fn add(size: Bytes) -> String {
    format!("sudo memtune swap add {}", size::exact(size))
}

/// The command that makes compressed swap for a share of memory, in per cent.
pub fn zram(percent: u64) -> String {
    format!("sudo memtune swap zram {percent}%")
}

/// Whether `memtune swap zram` can make it last: its device is made by units of systemd.
pub fn keeps_zram(host: &Host) -> bool {
    first_process::is_systemd(host)
}

/// What makes compressed swap of this size where nothing would make it again at boot.
pub fn zram_by_hand(size: Bytes) -> [String; 3] {
    [
        "sudo modprobe zram".to_owned(),
        format!("device=$(sudo zramctl --find --size {}M)   # until the next boot", size.0 >> 20),
        "sudo mkswap \"$device\" && sudo swapon --priority 100 \"$device\"".to_owned(),
    ]
}

/// The command that makes compressed swap of this size, before compression.
pub fn zram_of(size: Bytes) -> String {
    // As exact as the sentence beside it, which shows tenths of GiB.
    let tenths = (size.0 >> 20) * 10 / 1024;
    let text = match (tenths / 10, tenths % 10) {
        (0, _) => size::exact(Bytes::from_mib(size.0 >> 20)),
        (whole, 0) => format!("{whole}G"),
        (whole, tenth) => format!("{whole}.{tenth}G"),
    };
    format!("sudo memtune swap zram {text}")
}

/// The command that gives compressed swap up.
pub fn no_zram() -> String {
    "sudo memtune swap zram off".to_owned()
}

/// The command that turns an area off that memtune does not hold.
pub fn off(path: &str) -> String {
    format!("sudo swapoff {}", change::typed(&[path]))
}

/// The command that makes a swap file larger or smaller.
pub fn resize(path: &str, size: Bytes) -> String {
    format!("sudo memtune swap resize {} {}", change::typed(&[path]), size::exact(size))
}

/// The command that takes an area off.
pub fn remove(path: &str) -> String {
    format!("sudo memtune swap remove {}", change::typed(&[path]))
}

/// The command that turns on at every boot what is there already: an area in use, a device, or a file with a header.
pub fn keep(path: &str) -> String {
    format!("sudo memtune swap add --file {}", change::typed(&[path]))
}

/// Whether a terminal takes a path as it stands: control characters end a line or do worse, and a replacement character stands
/// for bytes that were not kept.
pub fn can_be_typed(path: &str) -> bool {
    !path.chars().any(|letter| letter.is_control() || letter == char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_as_people_type_them() {
        assert_eq!(add(Bytes::from_gib(16)), "sudo memtune swap add 16G");
        assert_eq!(zram_of(Bytes(4_000_000_000)), "sudo memtune swap zram 3.7G");
        assert_eq!(zram_of(Bytes::from_gib(8)), "sudo memtune swap zram 8G");
        assert_eq!(zram_of(Bytes::from_mib(496)), "sudo memtune swap zram 496M");
        assert_eq!(resize("/my swap", Bytes::from_gib(2)), "sudo memtune swap resize '/my swap' 2G");
        assert!(!can_be_typed("/a\u{1b}[2J") && can_be_typed("/näh"));
    }
}
