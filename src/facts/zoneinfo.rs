//! /proc/zoneinfo: the zones of memory and their watermarks, in pages.

use crate::host::{Host, Lacking};

use super::malformed::{InFile, MOST_ENTRIES, Malformed, numbered_lines};

/// The file.
pub const PATH: &str = "/proc/zoneinfo";

/// One zone of one node; amounts are pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// The NUMA node.
    pub node: u32,
    /// `DMA`, `DMA32`, `Normal`, `HighMem`, `Movable` or `Device`.
    pub name: String,
    /// Free pages.
    pub free: u64,
    /// The min watermark: below it only the kernel's own emergencies allocate.
    pub min: u64,
    /// The low watermark: below it kswapd wakes.
    pub low: u64,
    /// The high watermark: up to it kswapd works.
    pub high: u64,
    /// Pages that physically exist.
    pub present: u64,
    /// Pages that the page allocator was given.
    pub managed: u64,
}

impl Zone {
    /// Whether the kernel can use it for its own data; `min_free_kbytes` is shared out among these.
    pub fn is_lowmem(&self) -> bool {
        !matches!(self.name.as_str(), "HighMem" | "Movable" | "Device")
    }
}

/// Pages that the kernel manages and can use for its own data.
pub fn lowmem_pages(zones: &[Zone]) -> u64 {
    zones.iter().filter(|zone| zone.is_lowmem()).fold(0, |sum, zone| sum.saturating_add(zone.managed))
}

/// Reads the text of /proc/zoneinfo; zones without memory are left out.
///
/// # Errors
/// Names the line that does not fit.
pub fn parse(text: &str) -> Result<Vec<Zone>, Malformed> {
    let mut zones: Vec<Zone> = Vec::new();
    // The per-node and per-processor parts of a zone use some of the same names.
    let mut in_zone_part = false;
    for (number, line) in numbered_lines(text) {
        if line.starts_with("Node ") {
            if zones.len() == MOST_ENTRIES {
                return Err(Malformed::new(number, "more zones than any machine has"));
            }
            zones.push(parse_heading(number, line)?);
            in_zone_part = false;
            continue;
        }
        let Some(zone) = zones.last_mut() else {
            return Err(Malformed::new(number, "expected `Node N, zone NAME` first"));
        };
        let mut words = line.split_whitespace();
        match words.next() {
            Some("pages") => {
                in_zone_part = true;
                words.next();
            }
            Some("pagesets") => in_zone_part = false,
            _ => {}
        }
        if in_zone_part {
            take_amount(zone, number, line)?;
        }
    }
    zones.retain(|zone| zone.managed > 0);
    Ok(zones)
}

fn parse_heading(number: usize, line: &str) -> Result<Zone, Malformed> {
    let rest = line.trim_start_matches("Node ");
    let (node, name) =
        rest.split_once(", zone").ok_or_else(|| Malformed::new(number, "expected `Node N, zone NAME`"))?;
    let node = node.trim().parse().map_err(|_| Malformed::not_a_number(number, node))?;
    Ok(Zone { node, name: name.trim().to_owned(), ..Zone::default() })
}

fn take_amount(zone: &mut Zone, number: usize, line: &str) -> Result<(), Malformed> {
    let line = line.trim_start().trim_start_matches("pages ");
    let Some((name, value)) = line.trim().split_once(char::is_whitespace) else {
        return Ok(());
    };
    let slot = match name {
        "free" => &mut zone.free,
        "min" => &mut zone.min,
        "low" => &mut zone.low,
        "high" => &mut zone.high,
        "present" => &mut zone.present,
        "managed" => &mut zone.managed,
        _ => return Ok(()),
    };
    *slot = value.trim().parse().map_err(|_| Malformed::not_a_number(number, value.trim()))?;
    Ok(())
}

/// Reads them from a machine.
///
/// # Errors
/// Says why there are none.
pub fn read(host: &Host) -> Result<Vec<Zone>, Lacking> {
    let zones = parse(&host.read(PATH)?).in_file(PATH)?;
    if zones.is_empty() { Err(Lacking::malformed(PATH, 1, "no zone has any memory")) } else { Ok(zones) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REAL: &str = "Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 409\n  pages free     3840\n        \
        boost    0\n        min      66\n        low      82\n        high     98\n        promo    114\n        spanned  4095\n        \
        present  3999\n        managed  3840\n        cma      0\n        protection: (0, 2994, 24104)\n      nr_free_pages 3840\n  \
        pagesets\n    cpu: 0\n              count:    0\n              high:     0\n              batch:    1\n  \
        node_unreclaimable:  0\nNode 0, zone  Movable\n  pages free     0\n        min      32\n        low      32\n        \
        high     32\n        present  0\n        managed  0\n";

    #[test]
    fn reads_zones_that_hold_memory() {
        let zones = parse(REAL).unwrap();
        assert_eq!(zones.len(), 1);
        let dma = &zones[0];
        assert_eq!((dma.node, dma.name.as_str(), dma.free), (0, "DMA", 3840));
        assert_eq!((dma.min, dma.low, dma.high, dma.present, dma.managed), (66, 82, 98, 3999, 3840));
        assert_eq!(lowmem_pages(&zones), 3840);
    }

    #[test]
    fn names_the_line_that_is_wrong() {
        assert_eq!(parse("  pages free 1").unwrap_err().line, 1);
        assert_eq!(
            parse("Node 0, zone DMA\n pages free 1\n min x").unwrap_err(),
            Malformed::not_a_number(3, "x")
        );
        assert_eq!(parse("Node zero, zone DMA").unwrap_err(), Malformed::not_a_number(1, "zero"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|Node [0-9], zone [A-Z]+\n| +pages free [0-9]+\n| +min +[0-9x]+\n)*") {
            let _ = parse(&text).map(|zones| lowmem_pages(&zones));
        }
    }
}
