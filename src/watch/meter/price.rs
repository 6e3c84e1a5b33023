//! What free swap is worth: the memory that would come free if all of it were filled.
//!
//! A page that goes to a disk gives its whole place back. One that goes to zram leaves there what it is compressed to, which is known only
//! for those that are there already. The next ones may be worse, as those of a program are that fills memory with what it has compressed
//! itself; so of the share that all stored pages cost, and that of the pages which came last, the larger counts.

use crate::facts::zram::MemoryUse;
use crate::sys::bytes::Bytes;

/// What pages are taken to cost before any was stored: zram halves what programs hold at least.
const UNKNOWN: f64 = 0.5;
/// So much must be stored, or have come to it, before its cost tells anything.
const TELLING: Bytes = Bytes(4 << 20);

/// What the pages cost that a device of zram stores, as a share of what they were.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Price {
    before: MemoryUse,
    latest: Option<f64>,
}

impl Price {
    pub(super) fn new() -> Self {
        let nothing = Bytes(0);
        let before = MemoryUse { original: nothing, compressed: nothing, cost: nothing, limit: nothing };
        Self { before, latest: None }
    }

    /// Looks at the device anew, and says what the next page will cost, 1 at most.
    pub(super) fn see(&mut self, now: &MemoryUse) -> f64 {
        if now.original < self.before.original {
            // It was emptied, or reset: what comes next is compared with what is left.
            self.before = *now;
        }
        let more = now.original.less(self.before.original);
        if more >= TELLING {
            self.latest = Some(share(now.cost.less(self.before.cost), more));
            self.before = *now;
        }
        let mean = (now.original >= TELLING).then(|| share(now.cost, now.original));
        [mean, self.latest].into_iter().flatten().reduce(f64::max).unwrap_or(UNKNOWN)
    }
}

fn share(cost: Bytes, original: Bytes) -> f64 {
    (cost.percent_of(original) / 100.0).clamp(0.0, 1.0)
}

/// What `free` bytes of a device are worth at that price, where it may take no more than `limit` and takes `cost` now.
pub(super) fn worth(free: Bytes, price: f64, now: &MemoryUse) -> Bytes {
    let room = if now.limit.0 == 0 { free } else { free.min(fits(now.limit.less(now.cost), price)) };
    room.percent((1.0 - price) * 100.0)
}

/// How much can be stored in `room` at that price.
fn fits(room: Bytes, price: f64) -> Bytes {
    if price <= 0.0 { Bytes(u64::MAX) } else { Bytes((room.0 as f64 / price) as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(original: u64, cost: u64, limit: u64) -> MemoryUse {
        let mib = Bytes::from_mib;
        MemoryUse { original: mib(original), compressed: mib(cost), cost: mib(cost), limit: mib(limit) }
    }

    #[test]
    fn the_worse_of_all_and_the_latest_counts() {
        let mut price = Price::new();
        assert_eq!(price.see(&stored(0, 0, 0)), UNKNOWN);
        assert_eq!(price.see(&stored(100, 25, 0)), 0.25);
        // 100 MiB more that do not compress.
        assert_eq!(price.see(&stored(200, 125, 0)), 1.0);
        assert_eq!(price.see(&stored(201, 126, 0)), 1.0, "one page more tells nothing");
        let mean = price.see(&stored(300, 136, 0));
        assert!((mean - 136.0 / 300.0).abs() < 1e-9, "{mean}: the last ones are cheap, the mean is not");
        assert!(price.see(&stored(10, 1, 0)) <= mean, "after a reset");
    }

    #[test]
    fn what_does_not_compress_is_worth_nothing() {
        let mib = Bytes::from_mib;
        assert_eq!(worth(mib(1000), 1.0, &stored(10, 10, 0)), Bytes(0));
        assert_eq!(worth(mib(1000), 0.25, &stored(10, 10, 0)), mib(750));
        // 50 MiB of room hold 200 MiB, of which 150 come free.
        assert_eq!(worth(mib(1000), 0.25, &stored(100, 50, 100)), mib(150));
        assert_eq!(worth(mib(1000), 0.0, &stored(100, 50, 100)), mib(1000));
    }
}
