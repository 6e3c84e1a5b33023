//! What the kernel would set vm.min_free_kbytes to by itself.

use crate::host::{IfThere, Lacking};

use super::choice;
use super::readings::Readings;

const THP: &str = "/sys/kernel/mm/transparent_hugepage/enabled";

/// The kernel's own value in KiB, and how it comes to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelReserve {
    /// The value in KiB.
    pub kib: u64,
    /// The steps, with this machine's numbers.
    pub workings: Vec<String>,
}

/// Follows calculate_min_free_kbytes() and, where transparent huge pages are on, set_recommended_min_free_kbytes() of Linux.
///
/// # Errors
/// Says why the zones, or the mode of huge pages, cannot be read.
pub fn choice(readings: &Readings<'_>) -> Result<KernelReserve, Lacking> {
    let lowmem = readings.lowmem()?;
    let root = (lowmem.kib().saturating_mul(16) as f64).sqrt() as u64;
    let formula = root.clamp(128, 262_144);
    let mut workings = vec![format!(
        "lowmem = {lowmem}; sqrt(16 × {} KiB) = {root} KiB, kept within 128 to 262144",
        lowmem.kib()
    )];
    let mode = choice::read(readings.host(), THP).if_there()?;
    if mode.is_none_or(|mode| mode == "never") {
        return Ok(KernelReserve { kib: formula, workings });
    }
    let zones = readings.zones()?.iter().filter(|zone| zone.is_lowmem()).count() as u64;
    // A page block is as large as a huge page: 512 pages of 4 KiB, 8192 of 64 KiB.
    let block = readings.page_size() * (readings.page_size().0 / 8);
    let wanted = (block * zones * 11).min(lowmem.percent(5.0));
    workings.push(format!(
        "transparent huge pages want {zones} zones × 11 page blocks of {block}, at most 5 % of lowmem: {} KiB",
        wanted.kib()
    ));
    Ok(KernelReserve { kib: formula.max(wanted.kib()), workings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const ZONES: &str = "Node 0, zone DMA\n  pages free 1\n        managed 3840\nNode 0, zone Normal\n  pages free 1\n        \
        managed 4194304\n";

    fn kib(mode: Option<&str>) -> u64 {
        let mut files = vec![("/proc/zoneinfo", ZONES)];
        files.extend(mode.map(|mode| (THP, mode)));
        let (_folder, host) = made_tree(&files);
        choice(&Readings::new(&host, None)).unwrap().kib
    }

    #[test]
    fn huge_pages_want_more() {
        // sqrt(16 × 16792576 KiB) = 16391; two zones × 11 × 2 MiB = 45056 KiB.
        assert_eq!(kib(None), 16391);
        assert_eq!(kib(Some("always madvise [never]\n")), 16391);
        assert_eq!(kib(Some("always [madvise] never\n")), 45056);
    }

    #[test]
    fn without_zones_nothing_is_known() {
        let (_folder, host) = made_tree(&[("/etc/hostname", "x\n")]);
        assert_eq!(choice(&Readings::new(&host, None)).unwrap_err(), Lacking::absent("/proc/zoneinfo"));
    }
}
