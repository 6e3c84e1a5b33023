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

/// Reckons whether what `area` holds fits into memory and the other areas. swapoff(8) reads everything back: where it does
/// not fit, the kernel kills swapoff first, and then whatever else is large.
///
/// # Errors
/// Says why memory or the areas cannot be read.
pub fn of_area(readings: &Readings, area: &SwapArea) -> Result<Removal, Lacking> {
    let meminfo = readings.meminfo()?;
    let free_elsewhere: Bytes = readings
        .swaps()?
        .iter()
        .filter(|other| other.path != area.path)
        .map(|other| other.size.less(other.used))
        .sum();
    let reserve = high_watermarks(readings).max(meminfo.total().percent(5.0)).max(Bytes::from_mib(512));
    let room = meminfo.available() + free_elsewhere;
    let need = area.used + reserve;
    let (is_safe, sign) = match room >= need {
        true => (true, "≥"),
        false => (false, "<"),
    };
    Ok(Removal {
        is_safe,
        missing: need.less(room),
        working: format!(
            "taking {} off: {} available + {free_elsewhere} free in other areas {sign} {} that it holds + {reserve} of reserve",
            area.path,
            meminfo.available(),
            area.used
        ),
    })
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
}
