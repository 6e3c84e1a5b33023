//! The swap areas that lie in zram, and what free swap is worth because of them.

use std::fmt::Write;

use arrayvec::{ArrayString, ArrayVec};

use crate::facts::zram;
use crate::sys::bytes::Bytes;
use crate::sys::kernel_file::KernelFile;

use super::price::{self, Price};

/// A Jetson has one for each processor.
const MOST_DEVICES: usize = 32;
const SWAPS: &str = "/proc/swaps";

/// The devices, as they were when the areas last changed.
#[derive(Debug)]
pub(super) struct Areas {
    swaps: Option<KernelFile>,
    total: Bytes,
    devices: ArrayVec<Device, MOST_DEVICES>,
}

#[derive(Debug)]
struct Device {
    number: u32,
    size: Bytes,
    state: KernelFile,
    price: Price,
}

impl Areas {
    pub(super) fn open() -> Self {
        Self { swaps: KernelFile::open(SWAPS).ok(), total: Bytes(0), devices: ArrayVec::new() }
    }

    /// What `free` of `total` swap is worth now. Areas that were turned on or off show in the total, and are looked for anew.
    pub(super) fn worth(&mut self, total: Bytes, free: Bytes, buffer: &mut [u8]) -> Bytes {
        if total != self.total {
            self.find(buffer);
            self.total = total;
        }
        let (mut in_memory, mut worth) = (Bytes(0), Bytes(0));
        for device in &mut self.devices {
            let Some(now) = device.state.read(buffer).ok().and_then(|text| zram::parse_mm_stat(text).ok())
            else {
                continue;
            };
            let free = device.size.less(now.original);
            in_memory = in_memory + free;
            worth = worth + price::worth(free, device.price.see(&now), &now);
        }
        free.less(in_memory) + worth.min(free)
    }

    fn find(&mut self, buffer: &mut [u8]) {
        self.devices.clear();
        let Some(text) = self.swaps.as_ref().and_then(|swaps| swaps.read(buffer).ok()) else { return };
        for (number, size) in text.lines().filter_map(in_zram) {
            let mut path: ArrayString<48> = ArrayString::new();
            if write!(path, "/sys/block/zram{number}/mm_stat").is_err() {
                continue;
            }
            if let Ok(state) = KernelFile::open(&path) {
                // More devices than anybody has: those beyond count as if they were disks.
                let _ = self.devices.try_push(Device { number, size, state, price: Price::new() });
            }
        }
        self.devices.sort_unstable_by_key(|device| device.number);
    }
}

/// The number and size of the device in a line such as `/dev/zram0  partition  1048572  0  100`.
fn in_zram(line: &str) -> Option<(u32, Bytes)> {
    let mut words = line.split_ascii_whitespace();
    let number = words.next()?.strip_prefix("/dev/zram")?.parse().ok()?;
    let size = words.nth(1)?.parse().ok()?;
    Some((number, Bytes::from_kib(size)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn devices_are_told_from_disks() {
        assert_eq!(
            in_zram("/dev/zram3   partition\t1048572\t\t0\t\t100"),
            Some((3, Bytes::from_kib(1_048_572)))
        );
        assert_eq!(in_zram("/dev/sda2 partition 1048572 0 -2"), None);
        assert_eq!(in_zram("Filename\tType\tSize\tUsed\tPriority"), None);
        assert_eq!(in_zram("/dev/zram1 partition"), None);
    }

    #[test]
    fn without_zram_free_swap_is_worth_itself() {
        let mut areas = Areas { swaps: None, total: Bytes(0), devices: ArrayVec::new() };
        assert_eq!(areas.worth(Bytes(100), Bytes(60), &mut [0; 512]), Bytes(60));
    }

    proptest! {
        #[test]
        fn any_line_is_one_or_not(line in "(/dev/zram)?\\PC{0,30}( [0-9]{0,22}){0,4}") {
            let _ = in_zram(&line);
        }
    }
}
