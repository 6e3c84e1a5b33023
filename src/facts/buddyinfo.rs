//! /proc/buddyinfo: how many free blocks of each size every zone has.

use crate::host::{Host, Lacking};

use super::malformed::{InFile, MOST_ENTRIES, Malformed, numbered_lines};

/// The file.
pub const PATH: &str = "/proc/buddyinfo";

/// The free blocks of one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeBlocks {
    /// The NUMA node.
    pub node: u32,
    /// The zone's name.
    pub zone: String,
    /// How many blocks of 2^index pages are free.
    pub by_order: Vec<u64>,
}

impl FreeBlocks {
    /// Free blocks of 2^`order` pages or more.
    pub fn at_least(&self, order: usize) -> u64 {
        self.by_order.iter().skip(order).fold(0, |sum, &blocks| sum.saturating_add(blocks))
    }

    /// Free pages in all.
    pub fn pages(&self) -> u64 {
        let pages = |(order, &blocks): (usize, &u64)| blocks.saturating_mul(1 << order.min(40));
        self.by_order.iter().enumerate().map(pages).fold(0, u64::saturating_add)
    }
}

/// Reads `Node N, zone NAME  COUNT COUNT ..` a line.
///
/// # Errors
/// Names the line that is not of this shape.
pub fn parse(text: &str) -> Result<Vec<FreeBlocks>, Malformed> {
    let mut zones = Vec::new();
    for (number, line) in numbered_lines(text) {
        if zones.len() == MOST_ENTRIES {
            return Err(Malformed::new(number, "more zones than any machine has"));
        }
        zones.push(parse_zone(number, line)?);
    }
    Ok(zones)
}

fn parse_zone(number: usize, line: &str) -> Result<FreeBlocks, Malformed> {
    let expected = || Malformed::new(number, "expected `Node N, zone NAME COUNT ..`");
    let (node, rest) = line.trim_start_matches("Node ").split_once(", zone").ok_or_else(expected)?;
    let mut words = rest.split_whitespace();
    let zone = words.next().ok_or_else(expected)?.to_owned();
    // The kernel's largest order is 10, or 13 on some arm64: more columns than 32 are no kernel's.
    let count = |word: &str| word.parse().map_err(|_| Malformed::not_a_number(number, word));
    let by_order = words.take(32).map(count).collect::<Result<_, _>>()?;
    let node = node.trim().parse().map_err(|_| Malformed::not_a_number(number, node))?;
    Ok(FreeBlocks { node, zone, by_order })
}

/// Reads them from a machine.
///
/// # Errors
/// Says why there are none.
pub fn read(host: &Host) -> Result<Vec<FreeBlocks>, Lacking> {
    parse(&host.read(PATH)?).in_file(PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_a_zone() {
        let zones = parse("Node 0, zone   Normal    10   4   0   1\n").unwrap();
        assert_eq!(zones[0].zone, "Normal");
        assert_eq!(zones[0].pages(), 10 + 8 + 8);
        assert_eq!(zones[0].at_least(1), 5);
        assert_eq!(zones[0].at_least(9), 0);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|\n|Node [0-9], zone [A-Z]+( +[0-9]{1,25})*\n)*") {
            let _ = parse(&text).map(|zones| zones.iter().map(|zone| zone.pages().max(zone.at_least(9))).max());
        }
    }
}
