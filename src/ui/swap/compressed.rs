//! What compressing swapped pages costs and brings, and what was promised to programs.

use crate::swap::areas::{Area, Compressed};
use crate::swap::overview::{Overview, Pool};
use crate::sys::bytes::Bytes;

/// One sentence for all zram devices together.
pub(super) fn zram(overview: &Overview) -> Option<String> {
    let devices: Vec<&Compressed> = overview.areas.iter().filter_map(|area| area.zram.as_ref()).collect();
    let first = devices.first()?;
    let sum = |part: fn(&Compressed) -> Bytes| devices.iter().map(|device| part(device)).sum::<Bytes>();
    let (original, cost) = (sum(|device| device.original), sum(|device| device.cost));
    let who = if devices.len() > 1 { format!("{} devices keep", devices.len()) } else { "keeps".to_owned() };
    // A few pages cost more than they bring, which says nothing of the rest.
    let ratio = match cost.0 > 0 && original >= Bytes::from_mib(1) {
        true => format!(", {:.1} to 1", original.0 as f64 / cost.0 as f64),
        false => String::new(),
    };
    let share = overview
        .memory
        .map(|memory| format!(" ({:.0} % of it)", cost.percent_of(memory)))
        .unwrap_or_default();
    let algorithm = first.algorithm.as_ref().map(|name| format!(", with {name}")).unwrap_or_default();
    let limit = match devices.iter().map(|device| device.limit).sum::<Option<Bytes>>() {
        Some(limit) => format!("; at most {limit}"),
        None => "; nothing limits what it takes".to_owned(),
    };
    let backing: Vec<&str> = devices.iter().filter_map(|device| device.backing_device.as_deref()).collect();
    let backing = match backing.is_empty() {
        true => String::new(),
        false => format!("; what does not compress goes to {}", backing.join(", ")),
    };
    Some(format!("{who} {original} in {cost} of memory{share}{ratio}{algorithm}{limit}{backing}"))
}

/// One sentence about zswap.
pub(super) fn zswap(pool: &Pool) -> String {
    let with = pool.compressor.as_ref().map(|name| format!(", with {name}")).unwrap_or_default();
    let limit = pool.limit.map(|limit| format!(" of at most {limit}")).unwrap_or_default();
    match (pool.enabled, pool.original, pool.cost) {
        // What it took in before it was switched off stays until it is needed.
        (false, Some(original), Some(cost)) if cost.0 > 0 => {
            format!("off, and still keeps {original} in {cost}")
        }
        (false, ..) => "off".to_owned(),
        (true, Some(original), Some(cost)) => format!("on, keeps {original} in {cost}{limit}{with}"),
        (true, _, Some(cost)) => format!("on, takes {cost}{limit}{with}"),
        (true, _, None) => format!("on{with}; only root sees what it keeps"),
    }
}

/// One sentence about what was promised to programs.
pub(super) fn promised(overview: &Overview) -> Option<String> {
    let (committed, limit) = (overview.committed?, overview.commit_limit?);
    Some(match overview.overcommit_mode {
        Some(2) => format!("{committed} of at most {limit}; more is refused"),
        Some(mode) => format!("{committed}; the limit of {limit} does not count in mode {mode}"),
        None => format!("{committed}; limit {limit}"),
    })
}

/// The area in which a hibernated machine looks for its image.
pub(super) fn resume(overview: &Overview) -> Option<String> {
    let area: &Area = overview.areas.iter().find(|area| area.resume)?;
    Some(format!("the machine wakes up from {}", area.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::readings::Readings;
    use crate::host::made_tree::made_tree;

    fn overview(files: &[(&str, &str)]) -> Overview {
        let (_folder, host) = made_tree(files);
        Overview::of(&Readings::new(&host, None)).unwrap()
    }

    #[test]
    fn devices_are_summed_up() {
        let two = overview(&[
            ("/proc/swaps", "/dev/zram0 partition 1000 10 5\n/dev/zram1 partition 1000 10 5\n"),
            ("/proc/meminfo", "MemTotal: 10240 kB\n"),
            ("/sys/block/zram0/disksize", "1024000\n"),
            ("/sys/block/zram1/disksize", "1024000\n"),
            ("/sys/block/zram0/mm_stat", "3145728 0 1048576 2097152 0 0 0\n"),
            ("/sys/block/zram1/mm_stat", "0 0 0 2097152 0 0 0\n"),
            ("/sys/block/zram0/comp_algorithm", "[lzo-rle] zstd\n"),
            ("/sys/block/zram0/backing_dev", "/dev/loop7\n"),
        ]);
        assert_eq!(
            zram(&two).unwrap(),
            "2 devices keep 3 MiB in 1 MiB of memory (10 % of it), 3.0 to 1, with lzo-rle; at most 4 MiB; what does not compress goes to /dev/loop7"
        );
        assert_eq!(zram(&overview(&[])), None);
    }

    #[test]
    fn zswap_says_what_can_be_seen() {
        let pool = |enabled, original: Option<u64>, cost: Option<u64>| Pool {
            enabled,
            compressor: Some("lz4".to_owned()),
            limit: Some(Bytes(1000)),
            cost: cost.map(Bytes),
            original: original.map(Bytes),
        };
        for (pool, text) in [
            (pool(true, Some(300), Some(100)), "on, keeps 300 B in 100 B of at most 1000 B, with lz4"),
            (pool(true, None, Some(100)), "on, takes 100 B of at most 1000 B, with lz4"),
            (pool(true, None, None), "on, with lz4; only root sees what it keeps"),
            (pool(false, Some(3), Some(1)), "off, and still keeps 3 B in 1 B"),
            (pool(false, Some(0), Some(0)), "off"),
        ] {
            assert_eq!(zswap(&pool), text);
        }
    }

    #[test]
    fn the_limit_counts_in_mode_2_only() {
        let meminfo = ("/proc/meminfo", "MemTotal: 9 kB\nCommitLimit: 2 kB\nCommitted_AS: 1 kB\n");
        let in_mode =
            |mode: &str| promised(&overview(&[meminfo, ("/proc/sys/vm/overcommit_memory", mode)])).unwrap();
        assert_eq!(in_mode("2"), "1 KiB of at most 2 KiB; more is refused");
        assert_eq!(in_mode("0"), "1 KiB; the limit of 2 KiB does not count in mode 0");
    }
}
