//! Whether a swap area can be taken off without killing the machine.

use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::facts::zoneinfo::Zone;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

/// The answer, and the sum behind it.
pub struct Removal {
    /// Whether all that the area holds fits elsewhere.
    pub is_safe: bool,
    /// How much room is lacking for that; nothing where it fits.
    pub missing: Bytes,
    /// The sum with this machine's numbers.
    pub working: String,
}

/// Reckons whether what `area` holds fits into memory and the other areas on disks. What a zram device holds comes back as large as it
/// was, and the memory that it cost is not counted, for it is free again only bit by bit. swapoff(8) reads everything back: where it does
/// not fit, the kernel kills swapoff first, and then whatever else is large.
///
/// # Errors
/// Says why memory or the areas cannot be read.
pub fn of_area(readings: &Readings, area: &SwapArea) -> Result<Removal, Lacking> {
    of_areas(readings, std::slice::from_ref(area), Bytes(0))
}

/// The same for several areas at once, where `added` of swap is turned on before that.
///
/// # Errors
/// As [`of_area`].
pub fn of_areas(readings: &Readings, areas: &[SwapArea], added: Bytes) -> Result<Removal, Lacking> {
    let meminfo = readings.meminfo()?;
    let stays = |other: &&SwapArea| {
        areas.iter().all(|area| (&area.path, area.is_deleted) != (&other.path, other.is_deleted))
    };
    let stay = readings.swaps()?.iter().filter(stays);
    let (in_memory, on_disks): (Vec<&SwapArea>, Vec<&SwapArea>) = stay.partition(|other| other.is_zram());
    let free_elsewhere = free(&on_disks) + added;
    let used: Bytes = areas.iter().map(|area| area.used).sum();
    let reserve = reserve(readings, meminfo.total());
    let room = meminfo.available() + free_elsewhere;
    // Nothing has to be brought back of what is empty.
    let need = if used.0 == 0 { Bytes(0) } else { used + reserve };
    let (is_safe, sign) = match room >= need {
        true => (true, "≥"),
        false => (false, "<"),
    };
    let reserve =
        if used.0 == 0 { "no reserve, for it is empty".to_owned() } else { format!("{reserve} of reserve") };
    let (paths, holds) = match areas {
        [area] => (area.path.clone(), "it holds"),
        _ => (areas.iter().map(|area| area.path.as_str()).collect::<Vec<_>>().join(", "), "they hold"),
    };
    Ok(Removal {
        is_safe,
        missing: need.less(room),
        working: format!(
            "taking {paths} off: {} available + {free_elsewhere} free in other areas {sign} {used} that {holds} + {reserve}{}",
            meminfo.available(),
            left_out(free(&in_memory)),
        ),
    })
}

fn free(areas: &[&SwapArea]) -> Bytes {
    areas.iter().map(|area| area.size.less(area.used)).sum()
}

/// What goes into zram takes the memory that is counted already, and nobody knows beforehand how far it can be compressed.
fn left_out(free_in_zram: Bytes) -> String {
    match free_in_zram {
        Bytes(0) => String::new(),
        free => format!("; the {free} free in zram do not count, for they would take the same memory"),
    }
}

/// What stays free in memory: 512 MiB, but no more than a quarter of a small machine; more where the kernel itself wants more.
fn reserve(readings: &Readings, total: Bytes) -> Bytes {
    let usual = Bytes::from_mib(512).min(total.percent(25.0));
    high_watermarks(readings).max(total.percent(5.0)).max(usual)
}

fn high_watermarks(readings: &Readings) -> Bytes {
    let pages = |zones: &[Zone]| zones.iter().fold(0u64, |sum, zone| sum.saturating_add(zone.high));
    let sum = readings.zones().ok().map(|zones| pages(zones));
    sum.map(|pages| readings.pages(pages)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn what_is_missing_is_told_to_the_page() {
        let swaps = "/dev/sda2 partition 2000000 1000000 -2\n/swapfile file 300000 100000 -3\n";
        // 8000000 kB of memory: the reserve is 512 MiB, 524288 kB; what must fit is 1524288 kB.
        for (available, missing) in [(1_324_288, 0), (1_324_287, 1), (0, 1_324_288)] {
            let meminfo = format!("MemTotal: 8000000 kB\nMemAvailable: {available} kB\n");
            let (_folder, host) = made_tree(&[("/proc/swaps", swaps), ("/proc/meminfo", &meminfo)]);
            let readings = Readings::new(&host, None);
            let area = readings.swaps().unwrap().first().unwrap().clone();
            let removal = of_area(&readings, &area).unwrap();
            assert_eq!((removal.is_safe, removal.missing), (missing == 0, Bytes::from_kib(missing)));
        }
    }

    #[test]
    fn an_empty_area_can_always_go_and_a_small_machine_keeps_a_quarter() {
        for (used, available, missing) in
            [(0, 0, None), (4, 65_540, Some(0)), (4, 65_539, Some(1)), (100_000, 65_536, Some(100_000))]
        {
            let swaps = format!("/swapfile file 300000 {used} -3\n");
            let meminfo = format!("MemTotal: 262144 kB\nMemAvailable: {available} kB\n");
            let (_folder, host) = made_tree(&[("/proc/swaps", &swaps), ("/proc/meminfo", &meminfo)]);
            let readings = Readings::new(&host, None);
            let removal = of_areas(&readings, readings.swaps().unwrap(), Bytes(0)).unwrap();
            assert_eq!(removal.missing, Bytes::from_kib(missing.unwrap_or_default()), "{used} {available}");
            assert_eq!(removal.is_safe, missing.unwrap_or_default() == 0);
        }
    }

    #[test]
    fn room_in_zram_is_no_room_beside_memory() {
        let gib = |number: u64| number << 20;
        let machine = |zram_used: u64, file_used: u64| {
            let swaps = format!(
                "/dev/zram0 partition {} {zram_used} 100\n/swapfile file {} {file_used} -2\n",
                gib(8),
                gib(8)
            );
            let meminfo = format!("MemTotal: {} kB\nMemAvailable: {} kB\n", gib(4), gib(1));
            let (_folder, host) = made_tree(&[("/proc/swaps", &swaps), ("/proc/meminfo", &meminfo)]);
            let readings = Readings::new(&host, None);
            let areas = readings.swaps().unwrap();
            [of_area(&readings, &areas[0]).unwrap(), of_area(&readings, &areas[1]).unwrap()]
        };
        let [_, file] = machine(0, gib(6));
        assert_eq!((file.is_safe, file.missing), (false, Bytes::from_mib(5632)));
        assert!(file.working.contains("8 GiB free in zram"), "{}", file.working);
        // What lies in zram finds the room on the disk, and of its own nothing is said.
        let [zram, _] = machine(gib(6), gib(2));
        assert!(zram.is_safe && !zram.working.contains("free in zram"), "{}", zram.working);
    }

    #[test]
    fn areas_that_go_together_have_no_room_for_each_other() {
        let swaps = "/dev/sda2 partition 2000000 1000000 -2\n/swapfile file 300000 100000 -3\n";
        // 1100000 kB and the reserve of 524288 kB must fit.
        let meminfo = ("/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 1000000 kB\n");
        let (_folder, host) = made_tree(&[("/proc/swaps", swaps), meminfo]);
        let readings = Readings::new(&host, None);
        let areas = readings.swaps().unwrap();
        for (added, missing) in [(0, 624_288), (624_287, 1), (624_288, 0)] {
            let removal = of_areas(&readings, areas, Bytes::from_kib(added)).unwrap();
            assert_eq!((removal.is_safe, removal.missing), (missing == 0, Bytes::from_kib(missing)));
        }
    }
}
