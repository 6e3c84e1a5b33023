//! How fast this machine can fill memory: the bound for how long the watchdog may sleep.

use std::time::{Duration, Instant};

use crate::sys::bytes::Bytes;

/// Enough to be timed, and no burden even where little is left.
const TRIED: usize = 16 << 20;
/// The smallest page there is.
const PAGE: usize = 4096;
/// From so many processors on, memory itself is what is slow.
const MOST_PROCESSORS: u64 = 8;
const LEAST: Bytes = Bytes(256 << 20);
const MOST: Bytes = Bytes(32 << 30);

/// Measures it, in bytes a second for all processors together. It is done once, before memory is locked.
pub fn fill_rate() -> Bytes {
    let start = Instant::now();
    // The kernel gives it page by page, as each is written to.
    let mut tried = vec![0_u8; TRIED];
    for byte in tried.iter_mut().step_by(PAGE) {
        *byte = 1;
    }
    std::hint::black_box(&tried);
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    of(start.elapsed(), processors)
}

fn of(took: Duration, processors: u64) -> Bytes {
    let seconds = took.as_secs_f64().max(1e-6);
    let one = Bytes((TRIED as f64 / seconds) as u64);
    (one * processors.clamp(1, MOST_PROCESSORS)).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_within_what_machines_can_do() {
        assert_eq!(of(Duration::from_millis(16), 2), Bytes(2000 << 20));
        assert_eq!(of(Duration::ZERO, 1000), MOST);
        assert_eq!(of(Duration::from_secs(9), 1), LEAST);
        assert!((LEAST..=MOST).contains(&fill_rate()));
    }
}
