//! The clock by which the kernel says when a process was started, and times as the watchdog counts them.

use std::time::Duration;

use rustix::param::clock_ticks_per_second;
use rustix::time::{ClockId, clock_gettime};

/// Now, in ticks since the boot as /proc/PID/stat has them.
pub fn ticks() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let (seconds, nanoseconds) = (now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs());
    in_ticks(seconds, nanoseconds, clock_ticks_per_second())
}

/// A time in whole milliseconds.
pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn in_ticks(seconds: u64, nanoseconds: u64, per_second: u64) -> u64 {
    let part = nanoseconds.saturating_mul(per_second) / 1_000_000_000;
    seconds.saturating_mul(per_second).saturating_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_tick_do_not_count() {
        assert_eq!(in_ticks(3, 999_999_999, 100), 399);
        assert_eq!(in_ticks(3, 10_000_000, 100), 301);
        assert_eq!(in_ticks(u64::MAX, 1, 100), u64::MAX);
        let earlier = ticks();
        assert!(earlier > 0 && ticks() >= earlier);
    }
}
