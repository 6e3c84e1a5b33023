//! The watermarks: memory that the kernel keeps free, and that programs therefore do not have.

use crate::facts::kernel_reserve;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::profile::sized::{Sized, SizedSetting};
use crate::sys::bytes::Bytes;

use super::judge::Danger;

pub(super) const MIN_FREE: &str = "vm.min_free_kbytes";
pub(super) const SCALE_FACTOR: &str = "vm.watermark_scale_factor";

/// Above this share of lowmem, in per cent, machines were seen to run out of memory at once.
const MOST_RESERVED: f64 = 5.0;

/// The kernel's own scale factor, also of kernels that have no knob for it.
const DEFAULT_FACTOR: u64 = 10;

/// A change that takes less than this share of memory, in per cent, is not what makes a machine run out of it.
const LEAST_COST: f64 = 0.5;

pub(super) fn judge(sized: &Sized, readings: &Readings<'_>) -> Result<Vec<Danger>, Lacking> {
    let (reserve, factor) = (sized.sysctl(MIN_FREE), sized.sysctl(SCALE_FACTOR));
    let mut dangers = Vec::new();
    if let Some(one) = reserve {
        dangers.extend(too_large_a_share(one, readings)?);
    }
    if reserve.is_some() || factor.is_some() {
        dangers.extend(too_little_left(reserve, factor, readings)?);
    }
    Ok(dangers)
}

fn too_large_a_share(one: &SizedSetting, readings: &Readings<'_>) -> Result<Option<Danger>, Lacking> {
    let Ok(kib) = one.value.parse::<u64>() else { return Ok(None) };
    let (value, lowmem) = (Bytes::from_kib(kib), readings.lowmem()?);
    let share = value.percent_of(lowmem);
    if share <= MOST_RESERVED || kib <= kernel_reserve::choice(readings)?.kib {
        return Ok(None);
    }
    let kept = value + Bytes(value.0 / 2);
    Ok(Some(Danger::new(
        &one.target,
        format!(
            "{kib} KiB are {share:.1} % of {lowmem} of lowmem, and more than {MOST_RESERVED} % makes a machine run out of memory \
             while memory is free: {kept} would stay unused, {} would be left for programs",
            lowmem.less(kept)
        ),
    )))
}

fn too_little_left(
    reserve: Option<&SizedSetting>,
    factor: Option<&SizedSetting>,
    readings: &Readings<'_>,
) -> Result<Option<Danger>, Lacking> {
    let lowmem = readings.lowmem()?;
    let (reserve_now, factor_now) =
        (readings.knob(MIN_FREE)?, readings.knob(SCALE_FACTOR).unwrap_or(DEFAULT_FACTOR));
    let parsed = |one: Option<&SizedSetting>| one.and_then(|one| one.value.parse().ok());
    let (reserve_then, factor_then) =
        (parsed(reserve).unwrap_or(reserve_now), parsed(factor).unwrap_or(factor_now));
    let before = high(reserve_now, factor_now, lowmem);
    let after = high(reserve_then, factor_then, lowmem);
    let cost = after.less(before);
    let memory = readings.meminfo()?;
    let (available, total) = (memory.available(), memory.total());
    let (left, floor) = (available.less(cost), safe_share(total));
    if cost.percent_of(total) < LEAST_COST || left >= floor {
        return Ok(None);
    }
    // Blame the knob that costs more by itself.
    let of_reserve = high(reserve_then, factor_now, lowmem);
    let of_factor = high(reserve_now, factor_then, lowmem);
    let target = if of_reserve >= of_factor { reserve.or(factor) } else { factor.or(reserve) };
    Ok(target.map(|one| {
        let reason = format!(
            "the kernel would begin to reclaim {cost} earlier (its high watermark goes from {before} to {after}): of {available} \
             that are available now {left} would be left, and less than {floor} of {total} is not safe"
        );
        Danger::new(&one.target, reason)
    }))
}

/// What has to stay available.
pub(super) fn safe_share(total: Bytes) -> Bytes {
    total.percent(10.0).max(Bytes::from_mib(256))
}

/// The high watermark: the reserve, and two steps of which each is a quarter of it or the scale factor's share.
fn high(min_free_kib: u64, factor: u64, lowmem: Bytes) -> Bytes {
    let reserve = Bytes::from_kib(min_free_kib);
    let step = Bytes(reserve.0 / 4).max(lowmem.percent(factor.min(3000) as f64 / 100.0));
    reserve + step * 2
}

/// The value that shall be, or that is.
pub(super) fn number(one: Option<&SizedSetting>, key: &str, readings: &Readings<'_>) -> Result<u64, Lacking> {
    match one.and_then(|one| one.value.parse().ok()) {
        Some(number) => Ok(number),
        None => readings.knob(key),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::made::{made, recorded_hosts, setting, shipped};
    use super::super::super::{Numbers, Places, danger, names, size};
    use super::*;
    use crate::host::made_tree::made_tree;

    /// A machine with as much memory in one zone, of which `available` MiB can be had.
    fn dangers(tables: &str, gib: u64, available: u64) -> Vec<Danger> {
        let zones = format!("Node 0, zone Normal\n  pages free 1\n        managed {}\n", gib << 18);
        let meminfo = format!("MemTotal: {} kB\nMemAvailable: {} kB\n", gib << 20, available << 10);
        let files = [
            ("/proc/zoneinfo", zones.as_str()),
            ("/proc/meminfo", meminfo.as_str()),
            ("/proc/sys/vm/min_free_kbytes", "67584\n"),
            ("/proc/sys/vm/watermark_scale_factor", "10\n"),
            ("/proc/sys/vm/overcommit_memory", "0\n"),
        ];
        let (_folder, host) = made_tree(&files);
        let readings = Readings::new(&host, None);
        danger(&size(&made("x", tables), &readings, Numbers::Scaled).unwrap(), &readings)
    }

    fn reserve(kib: u64) -> String {
        setting(MIN_FREE, &format!("value = {kib}"))
    }

    #[test]
    fn more_than_a_twentieth_of_lowmem_is_refused() {
        // 5 % of 16 GiB are 838860.8 KiB.
        assert!(dangers(&reserve(838_860), 16, 12_000).is_empty());
        let refused = dangers(&reserve(838_861), 16, 12_000);
        assert_eq!(refused.len(), 1);
        let reason = &refused[0].reason;
        assert!(
            ["838861 KiB are 5.0 % of 16 GiB", "1.2 GiB would stay unused", "14.8 GiB would be left"]
                .iter()
                .all(|part| reason.contains(part)),
            "{reason}"
        );
        assert!(dangers(&reserve(1_153_434), 64, 48_000).is_empty());
        assert_eq!(dangers(&reserve(1_153_434), 4, 4_000).len(), 1);
    }

    #[test]
    fn what_would_be_left_is_reckoned() {
        // From 99 MiB to 1.5 times 800000 KiB: 1073 MiB less, and a tenth of 16 GiB is 1638 MiB.
        assert!(dangers(&reserve(800_000), 16, 2_712).is_empty());
        let refused = dangers(&reserve(800_000), 16, 2_710);
        assert!(
            refused[0].reason.contains("of 2.6 GiB that are available now 1.6 GiB would be left"),
            "{refused:?}"
        );
        // A change that costs next to nothing is not to blame for a machine that is short already.
        assert!(dangers(&reserve(70_000), 16, 100).is_empty());
    }

    #[test]
    fn the_scale_factor_takes_memory_as_well() {
        let factor = |value: u64| setting(SCALE_FACTOR, &format!("value = {value}"));
        assert!(dangers(&factor(200), 16, 8_000).is_empty());
        let refused = dangers(&(factor(3_000) + &reserve(68_000)), 16, 10_000);
        assert_eq!(refused[0].target, SCALE_FACTOR);
    }

    #[test]
    fn what_the_shipped_profiles_scale_is_never_refused() {
        for (name, host) in recorded_hosts() {
            let readings = Readings::new(&host, None);
            for profile in names(&Places::new(&host, None, false)) {
                let Ok(sized) = size(&shipped(&profile), &readings, Numbers::Scaled) else {
                    assert_eq!(name, "12-truncated");
                    continue;
                };
                // Whether so much is promised already that mode 2 would not do is not for the profile to know.
                let refused = danger(&sized.without_unit(), &readings);
                assert!(
                    refused.iter().all(|one| one.target == "vm.overcommit_memory"),
                    "{profile} on {name}: {refused:?}"
                );
            }
        }
    }

    #[test]
    fn the_number_of_the_hydrus_page_is_refused_where_it_does_not_fit() {
        for (name, host) in recorded_hosts() {
            let readings = Readings::new(&host, None);
            let Ok(sized) = size(&shipped("hydrus"), &readings, Numbers::Literal) else { continue };
            let Ok(lowmem) = readings.lowmem() else { continue };
            let is_refused = danger(&sized, &readings).iter().any(|one| one.target == MIN_FREE);
            assert_eq!(is_refused, lowmem < Bytes::from_kib(1_153_434 * 20), "{name}");
        }
    }
}
