//! What would do nothing, or could not be judged: told, and not refused.

use crate::facts::disks::DiskKind;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::profile::sized::{Sized, SizedSetting};
use crate::sys::bytes::Bytes;

use super::judge::{Danger, JUDGEMENTS};
use super::watermarks::{MIN_FREE, SCALE_FACTOR, number};

const DIRTYTIME: &str = "vm.dirtytime_expire_seconds";

/// Written data beyond this makes programs wait long for the disk.
const MOST_DIRTY: Bytes = Bytes(4 << 30);

/// What would have no effect here or is odd, and what could not be judged.
pub fn warnings(sized: &Sized, readings: &Readings<'_>) -> Vec<Danger> {
    const WARNINGS: [super::judge::Judgement; 5] =
        [scale_factor_without_effect, dirtytime_without_mount, much_dirty, names_never_dropped, no_swapping];
    let lacking = JUDGEMENTS.iter().chain(&WARNINGS).filter_map(|judge| judge(sized, readings).err());
    let mut lacking: Vec<String> = lacking.map(|lacking| lacking.to_string()).collect();
    lacking.sort();
    lacking.dedup();
    let unjudged = lacking.into_iter().map(|why| Danger {
        target: sized.names.join(" and "),
        reason: format!("not all of its values could be judged for this machine: {why}"),
    });
    WARNINGS.iter().filter_map(|warn| warn(sized, readings).ok()).flatten().chain(unjudged).collect()
}

fn scale_factor_without_effect(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let Some((one, factor)) = with_number(sized, SCALE_FACTOR) else { return Ok(Vec::new()) };
    let min_free = Bytes::from_kib(number(sized.sysctl(MIN_FREE), MIN_FREE, readings)?);
    let lowmem = readings.lowmem()?;
    // The distance of two watermarks is a quarter of the lowest at least.
    let needed = 2500.0 * min_free.0 as f64 / lowmem.0.max(1) as f64;
    if factor as f64 > needed {
        return Ok(Vec::new());
    }
    let reason = format!(
        "{factor} has no effect: with {min_free} of {lowmem} as the lowest watermark only values above {needed:.0} move the others"
    );
    Ok(vec![Danger::new(&one.target, reason)])
}

fn dirtytime_without_mount(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let Some(one) = sized.sysctl(DIRTYTIME) else { return Ok(Vec::new()) };
    match readings.mounts()?.iter().any(|mount| mount.has_option("lazytime")) {
        true => Ok(Vec::new()),
        false => {
            Ok(vec![Danger::new(&one.target, "it has no effect: no file system is mounted with lazytime")])
        }
    }
}

fn much_dirty(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let ratio = with_number(sized, "vm.dirty_ratio");
    let bytes = with_number(sized, "vm.dirty_bytes");
    let (one, amount) = match (ratio, bytes) {
        (Some((one, ratio)), _) => (one, readings.meminfo()?.available().percent(ratio as f64)),
        (None, Some((one, bytes))) => (one, Bytes(bytes)),
        (None, None) => return Ok(Vec::new()),
    };
    if amount <= MOST_DIRTY {
        return Ok(Vec::new());
    }
    let disks = readings.disks()?.iter().filter(|disk| disk.kind != DiskKind::Memory);
    let slowest = disks.map(|disk| disk.kind).max_by_key(|kind| std::cmp::Reverse(kind.usual_speed()));
    let time = slowest.map_or(String::new(), |kind| {
        let seconds = amount.0 / kind.usual_speed().0.max(1);
        format!(", which a disk of the kind {} takes some {seconds} s to write", kind.name())
    });
    let reason = format!(
        "up to {amount} of written data may wait in memory{time}; programs that write then stand still for as long"
    );
    Ok(vec![Danger::new(&one.target, reason)])
}

fn names_never_dropped(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let Some((one, 0)) = with_number(sized, "vm.vfs_cache_pressure") else { return Ok(Vec::new()) };
    let held = readings.meminfo()?.get("SReclaimable")?;
    let reason = format!(
        "with 0 the kernel never drops names and inodes ({held} now), and may run out of memory over them"
    );
    Ok(vec![Danger::new(&one.target, reason)])
}

fn no_swapping(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let Some((one, 0)) = with_number(sized, "vm.swappiness") else { return Ok(Vec::new()) };
    let swap = readings.meminfo()?.swap_total();
    if swap == Bytes(0) {
        return Ok(Vec::new());
    }
    let reason = format!(
        "with 0 the {swap} of swap are used only when hardly anything else is left; 1 comes close without that"
    );
    Ok(vec![Danger::new(&one.target, reason)])
}

fn with_number<'s>(sized: &'s Sized, key: &str) -> Option<(&'s SizedSetting, u64)> {
    let one = sized.sysctl(key)?;
    one.value.parse().ok().map(|number| (one, number))
}

#[cfg(test)]
mod tests {
    use super::super::super::made::{made, setting};
    use super::super::super::{Numbers, size};
    use super::*;
    use crate::host::made_tree::made_tree;

    fn warned(key: &str, value: u64, mounts: &str) -> String {
        let files = [
            ("/proc/zoneinfo", "Node 0, zone Normal\n  pages free 1\n        managed 4194304\n"),
            (
                "/proc/meminfo",
                "MemTotal: 16777216 kB\nMemAvailable: 12582912 kB\nSwapTotal: 4194304 kB\nSReclaimable: 1024 kB\n",
            ),
            ("/proc/sys/vm/min_free_kbytes", "335545\n"),
            ("/proc/sys/vm/watermark_scale_factor", "10\n"),
            ("/sys/block/sda/queue/rotational", "1\n"),
            ("/sys/block/nvme0n1/queue/rotational", "0\n"),
            ("/proc/mounts", mounts),
        ];
        let (_folder, host) = made_tree(&files);
        let readings = Readings::new(&host, None);
        let sized =
            size(&made("x", &setting(key, &format!("value = {value}"))), &readings, Numbers::Scaled).unwrap();
        warnings(&sized, &readings).into_iter().map(|one| one.reason).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_does_nothing_is_told() {
        // 2 % of lowmem: only above 50.
        assert!(warned(SCALE_FACTOR, 50, "").contains("only values above 50"));
        assert_eq!(warned(SCALE_FACTOR, 51, ""), "");
        assert!(warned(DIRTYTIME, 7200, "/dev/sda1 / ext4 rw 0 0\n").contains("lazytime"));
        assert_eq!(warned(DIRTYTIME, 7200, "/dev/sda1 / ext4 rw,lazytime 0 0\n"), "");
    }

    #[test]
    fn what_is_odd_is_told() {
        assert!(warned("vm.dirty_ratio", 40, "").contains("up to 4.8 GiB of written data may wait in memory, which a disk of the kind rotational takes some 40 s"));
        assert_eq!(warned("vm.dirty_ratio", 20, ""), "");
        assert!(warned("vm.vfs_cache_pressure", 0, "").contains("1 MiB now"));
        assert!(warned("vm.swappiness", 0, "").contains("4 GiB of swap"));
        assert_eq!(warned("vm.swappiness", 1, ""), "");
    }
}
