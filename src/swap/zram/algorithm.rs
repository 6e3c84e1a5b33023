//! What the pages are compressed with.

use crate::facts::compressors;
use crate::facts::readings::Readings;
use crate::host::IfThere;

/// It shrinks pages to about a third, where lzo and lz4 come to a half, and is quick enough for that.
const BEST: &str = "zstd";

/// The algorithm that is asked for; `None` leaves the kernel's own choice, where it does not offer the best.
pub(super) fn choose(readings: &Readings) -> Option<&'static str> {
    let host = readings.host();
    let devices = host.list("/sys/block").unwrap_or_default();
    let mut devices = devices.iter().filter(|name| name.starts_with("zram"));
    // A device tells what it offers; without one, what the kernel could load.
    let told = devices
        .find_map(|name| host.read(&format!("/sys/block/{name}/comp_algorithm")).if_there().ok().flatten());
    let is_offered = match told {
        Some(text) => text.split_whitespace().any(|word| word.trim_matches(['[', ']']) == BEST),
        None => compressors::read(host).is_ok_and(|names| names.contains(BEST)),
    };
    is_offered.then_some(BEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn a_device_tells_or_the_kernel() {
        let crypto = ("/proc/crypto", "name : zstd\n");
        for (files, expected) in [
            (vec![("/sys/block/zram0/comp_algorithm", "lzo [lzo-rle] zstd\n")], Some(BEST)),
            (vec![("/sys/block/zram1/comp_algorithm", "[lzo-rle] lzo\n"), crypto], None),
            (vec![crypto], Some(BEST)),
            (vec![], None),
        ] {
            let (_folder, host) = made_tree(&files);
            assert_eq!(choose(&Readings::new(&host, None)), expected, "{files:?}");
        }
    }
}
