//! The swap areas that lie in zram, and what free swap is worth because of them.

use std::fmt::Write;

use arrayvec::{ArrayString, ArrayVec};
use rustix::fs::{PROC_SUPER_MAGIC, statfs};

use crate::facts::{meminfo, zram};
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
    /// How large all areas are that are listed; one that is being turned off is, until nothing lies in it.
    listed: Bytes,
    /// The list and the total are the kernel's own; those that some containers have need not agree.
    is_of_kernel: bool,
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
        let is_of_kernel =
            |path| statfs(path).is_ok_and(|status| i128::from(status.f_type) == i128::from(PROC_SUPER_MAGIC));
        Self::of(KernelFile::open(SWAPS).ok(), is_of_kernel(SWAPS) && is_of_kernel(meminfo::PATH))
    }

    fn of(swaps: Option<KernelFile>, is_of_kernel: bool) -> Self {
        Self { swaps, total: Bytes(0), listed: Bytes(0), is_of_kernel, devices: ArrayVec::new() }
    }

    /// Whether an area is being turned off, as it was when the worth was last asked for: the kernel counts no more of it than lies in it
    /// still, and at the end nothing.
    pub(super) fn is_one_leaving(&self) -> bool {
        self.is_of_kernel && self.listed > self.total
    }

    /// What `free` of `total` swap is worth now. Areas that were turned on or off show in the total, and are looked for anew; that one has
    /// gone from the list does not, once nothing lies in it.
    pub(super) fn worth(&mut self, total: Bytes, free: Bytes, buffer: &mut [u8]) -> Bytes {
        if total != self.total || self.is_one_leaving() {
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
        self.listed = Bytes(0);
        let Some(text) = self.swaps.as_ref().and_then(|swaps| swaps.read(buffer).ok()) else { return };
        for (name, size) in text.lines().filter_map(area) {
            self.listed = self.listed + size;
            let Some(number) = zram_number(name) else { continue };
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

/// The name and size of an area in a line such as `/dev/zram0  partition  1048572  0  100`; a name may hold what looks like a space.
fn area(line: &str) -> Option<(&str, Bytes)> {
    let mut words = line.split_ascii_whitespace();
    let size = words.by_ref().rev().nth(2)?.parse().ok()?;
    Some((words.next()?, Bytes::from_kib(size)))
}

fn zram_number(name: &str) -> Option<u32> {
    name.strip_prefix("/dev/zram")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn devices_are_told_from_disks() {
        let told = |line| area(line).map(|(name, size)| (zram_number(name), size.0 >> 10));
        assert_eq!(told("/dev/zram3   partition\t1048572\t\t0\t\t100"), Some((Some(3), 1_048_572)));
        assert_eq!(told("/dev/sda2 partition 1048572 0 -2"), Some((None, 1_048_572)));
        assert_eq!(told("/form\u{c}feed\\040(deleted) file\t9 0 -2"), Some((None, 9)));
        assert_eq!(told("Filename\tType\tSize\tUsed\tPriority"), None);
        assert_eq!(told("/dev/zram1 partition"), None);
    }

    #[test]
    fn without_zram_free_swap_is_worth_itself() {
        assert_eq!(Areas::of(None, true).worth(Bytes(100), Bytes(60), &mut [0; 512]), Bytes(60));
    }

    #[test]
    fn an_area_that_is_being_turned_off_is_listed_and_counts_less() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let list = |areas: &str| {
            #[expect(clippy::disallowed_methods, reason = "makes the list that is read")]
            std::fs::write(file.path(), format!("Filename Type Size Used Priority\n{areas}")).unwrap();
        };
        let path = file.path().to_str().unwrap();
        let mut areas =
            [true, false].map(|is_of_kernel| Areas::of(KernelFile::open(path).ok(), is_of_kernel));
        let mut is_leaving = |total| {
            let [kernels, containers] = areas.each_mut().map(|areas| {
                areas.worth(Bytes::from_kib(total), Bytes(0), &mut [0; 512]);
                areas.is_one_leaving()
            });
            assert!(!containers);
            kernels
        };
        list("/swap file 900 0 -2\n");
        assert!(is_leaving(700), "since before the first look");
        assert!(!is_leaving(900));
        list("/swap file 900 0 -2\n/dev/sda2 partition 300 200 -3\n");
        assert!(!is_leaving(1200));
        assert!(is_leaving(1100) && is_leaving(1000) && is_leaving(1000));
        list("/swap file 900 0 -2\n");
        assert!(!is_leaving(900));
        assert!(is_leaving(0) && is_leaving(0), "nothing lies in it any more");
        list("");
        assert!(!is_leaving(0));
    }

    proptest! {
        #[test]
        fn any_line_is_one_or_not(line in "(/dev/zram)?\\PC{0,30}( [0-9]{0,22}){0,4}") {
            let _ = area(&line).map(|(name, _)| zram_number(name));
        }
    }
}
