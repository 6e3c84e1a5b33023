//! S07-S10: how much memory the kernel keeps free, and whether it starts to reclaim in time.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::facts::kernel_reserve;
use crate::facts::readings::Readings;
use crate::facts::uptime;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

const MIN_FREE: &str = "vm.min_free_kbytes";
const SCALE_FACTOR: &str = "vm.watermark_scale_factor";

const VM_DOC: &str = "https://docs.kernel.org/admin-guide/sysctl/vm.html";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "S07",
        name: "min-free-low",
        group: Group::Sysctl,
        question: "Does the kernel keep at least the free memory that it would choose itself?",
        thresholds: "error below 1024 KiB; info below the kernel's own value, which is sqrt(16 × lowmem in KiB), or more where transparent huge pages ask for it",
        why: "Interrupts and drivers cannot wait for memory: they take it from this reserve. Below 1024 KiB the kernel documentation itself warns of deadlocks under load.",
        sources: &[
            VM_DOC,
            "Linux mm/page_alloc.c, calculate_min_free_kbytes()",
            "Linux mm/khugepaged.c, set_recommended_min_free_kbytes()",
        ],
        examine: min_free_low,
    },
    Check {
        id: "S08",
        name: "min-free-high",
        group: Group::Sysctl,
        question: "Is vm.min_free_kbytes so high that it takes memory away from programs?",
        thresholds: "warn above 3 % of lowmem, error above 5 %, unless the kernel chose the value itself",
        why: "The knob does not make room for large requests: it moves the watermarks of every zone. Half as much again is kept free on top of it, and a value beyond some per cent of lowmem makes the machine run out of memory while memory is free. A number from a page that was written for a larger machine is the usual cause.",
        sources: &[
            VM_DOC,
            "Red Hat Enterprise Linux 6 Performance Tuning Guide, 5.5",
            "https://github.com/raspberrypi/linux/issues/5395",
        ],
        examine: min_free_high,
    },
    Check {
        id: "S09",
        name: "watermark-scale-noop",
        group: Group::Sysctl,
        question: "Does vm.watermark_scale_factor, where it was changed, have any effect?",
        thresholds: "info where the value was changed and is below 2500 × vm.min_free_kbytes / lowmem",
        why: "The distance between two watermarks is the larger of a quarter of the min watermark and the scale factor's share of the zone. With a high vm.min_free_kbytes the quarter always wins.",
        sources: &[VM_DOC, "Linux mm/page_alloc.c, __setup_per_zone_wmarks()"],
        examine: scale_factor_without_effect,
    },
    Check {
        id: "S10",
        name: "reclaim-behind",
        group: Group::Sysctl,
        question: "Do programs have to reclaim memory themselves, because kswapd comes too late?",
        thresholds: "warn above 20 % direct reclaim or above 1 stall a second; since boot, or over the sampled seconds",
        why: "kswapd shall reclaim in the background. Where it starts too late, the program that asks for memory has to do it, and stands still meanwhile: that is the stutter which people feel.",
        sources: &[VM_DOC, "https://docs.kernel.org/admin-guide/mm/concepts.html"],
        examine: reclaim_behind,
    },
];

fn min_free_low(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let current = readings.knob(MIN_FREE)?;
    let choice = kernel_reserve::choice(readings)?;
    // The kernel counts free instead of managed pages while it boots: its own value may lie a little lower.
    let tolerated = choice.kib - choice.kib / 8;
    let (severity, title) = match current {
        0..1024 => {
            (Severity::Error, format!("Only {current} KiB are kept free for the kernel's emergencies"))
        }
        _ if current < tolerated => {
            (Severity::Info, format!("{MIN_FREE} is {current}, below the kernel's own {}", choice.kib))
        }
        _ => {
            (Severity::Ok, format!("{} are kept free for the kernel's emergencies", Bytes::from_kib(current)))
        }
    };
    let diagnosis = Diagnosis::of(severity, title).evidence("/proc/sys/vm/min_free_kbytes", "value", current);
    let diagnosis = choice.workings.into_iter().fold(diagnosis, Diagnosis::working);
    Ok(diagnosis.fix(Fix::knob(MIN_FREE, choice.kib)))
}

fn min_free_high(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let current = Bytes::from_kib(readings.knob(MIN_FREE)?);
    let lowmem = readings.lowmem()?;
    let choice = kernel_reserve::choice(readings)?;
    let share = current.percent_of(lowmem);
    let severity = match share {
        _ if current.kib() <= choice.kib => Severity::Ok,
        ..=3.0 => Severity::Ok,
        ..=5.0 => Severity::Warn,
        _ => Severity::Error,
    };
    // min, low and high each lie a quarter of min apart, so programs can use no more than lowmem - 1.5 × min.
    let cost = current + Bytes(current.0 / 2);
    let title = match severity {
        Severity::Ok => format!("{MIN_FREE} takes {share:.1} % of lowmem"),
        _ => format!(
            "{MIN_FREE} = {} takes {share:.1} % of lowmem: {cost} stay free and unused",
            current.kib()
        ),
    };
    let diagnosis = Diagnosis::of(severity, title)
        .evidence("/proc/sys/vm/min_free_kbytes", "value", current)
        .evidence("/proc/zoneinfo", "lowmem", lowmem)
        .working(format!(
            "{current} / {lowmem} of lowmem = {share:.2} %; kept free in the end 1.5 × {current} = {cost}"
        ));
    let diagnosis = choice.workings.into_iter().fold(diagnosis, Diagnosis::working);
    Ok(diagnosis.fix(Fix::knob(MIN_FREE, choice.kib)))
}

fn scale_factor_without_effect(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const DEFAULT: u64 = 10;
    let factor = readings.knob(SCALE_FACTOR)?;
    let lowmem = readings.lowmem()?;
    // The min watermark of a zone is its share of min_free_kbytes; a quarter of it is the least step.
    let needed = 2500.0 * Bytes::from_kib(readings.knob(MIN_FREE)?).0 as f64 / lowmem.0.max(1) as f64;
    let has_effect = factor == DEFAULT || factor as f64 > needed;
    // The min watermark hides the factor: where it was raised by hand it has to come down, not the factor to go up as well.
    let (current, choice) = (readings.knob(MIN_FREE)?, kernel_reserve::choice(readings)?.kib);
    let fix = match current > choice {
        true => Fix::knob(MIN_FREE, choice),
        false => Fix::knob(SCALE_FACTOR, (needed * 2.0).clamp(DEFAULT as f64, 3000.0) as u64),
    };
    let diagnosis = if has_effect {
        Diagnosis::ok(format!("{SCALE_FACTOR} is {factor}"))
    } else {
        Diagnosis::info(format!(
            "{SCALE_FACTOR} = {factor} has no effect: it would have to exceed {needed:.0}"
        ))
    };
    Ok(diagnosis
        .evidence("/proc/sys/vm/watermark_scale_factor", "value", factor)
        .working(format!(
            "2500 × min / managed pages, smallest of all zones = {needed:.0}; the factor is {factor}"
        ))
        .fix(fix))
}

fn reclaim_behind(readings: &Readings) -> Result<Diagnosis, Lacking> {
    /// Too few pages to say anything about a habit.
    const FEW_PAGES: f64 = 10_000.0;
    let vmstat = readings.vmstat()?;
    let (direct, background, stalls, period) = match readings.rates() {
        Ok(rates) => {
            let stalls = rates.per_second(|vmstat| vmstat.allocation_stalls());
            let period = format!("over {:.0} s", rates.seconds);
            (
                rates.of("pgscan_direct") * rates.seconds,
                rates.of("pgscan_kswapd") * rates.seconds,
                stalls,
                period,
            )
        }
        Err(_) => {
            let uptime = uptime::read(readings.host())?;
            let stalls = vmstat.allocation_stalls() as f64 / uptime.max(1.0);
            (
                vmstat.get("pgscan_direct")? as f64,
                vmstat.get("pgscan_kswapd")? as f64,
                stalls,
                "since boot".to_owned(),
            )
        }
    };
    let share = 100.0 * direct / (direct + background).max(1.0);
    let is_behind = (share > 20.0 && direct > FEW_PAGES) || stalls > 1.0;
    let diagnosis = if is_behind {
        let title = format!(
            "kswapd comes too late: {share:.0} % of the reclaim was done by waiting programs, {stalls:.1} stalls a second {period}"
        );
        Diagnosis::warn(title)
    } else {
        Diagnosis::ok(format!(
            "kswapd keeps up: {share:.0} % direct reclaim, {stalls:.1} stalls a second {period}"
        ))
    };
    let hurried = vmstat.find("kswapd_low_wmark_hit_quickly").unwrap_or_default();
    let diagnosis = match readings.meminfo()?.is_short() {
        // A larger reserve would be taken from the little that is left: room comes first.
        true => {
            diagnosis.working("no larger reserve is proposed while less than 10 % of memory is available")
        }
        false => diagnosis.fix(Fix::knob(SCALE_FACTOR, 100)),
    };
    Ok(diagnosis
        .evidence("/proc/vmstat", "pgscan_direct", direct as u64)
        .evidence("/proc/vmstat", "pgscan_kswapd", background as u64)
        .evidence("/proc/vmstat", "allocstall a second", stalls)
        .evidence("/proc/vmstat", "kswapd_low_wmark_hit_quickly", hurried)
        .working(format!(
            "{direct:.0} / ({direct:.0} + {background:.0}) pages = {share:.1} % direct reclaim {period}"
        )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::on_tree::{examine_tree, zoneinfo};

    /// A machine of 32 GiB.
    fn large(min_free: &str) -> Vec<(&str, &str)> {
        vec![("/proc/sys/vm/min_free_kbytes", min_free), ("/proc/meminfo", "MemTotal: 33554432 kB\n")]
    }

    #[test]
    fn the_number_from_the_hydrus_page_is_judged_by_the_size_of_the_machine() {
        let cases = [(64, Severity::Ok), (32, Severity::Warn), (16, Severity::Error), (4, Severity::Error)];
        for (gib, severity) in cases {
            let zones = zoneinfo(gib << 18, 288_358, 360_447, 432_537);
            let meminfo = format!("MemTotal: {} kB\n", gib << 20);
            let files = [
                ("/proc/sys/vm/min_free_kbytes", "1153434"),
                ("/proc/meminfo", meminfo.as_str()),
                ("/proc/zoneinfo", zones.as_str()),
            ];
            assert_eq!(examine_tree("S08", &files).severity, severity, "{gib} GiB");
        }
    }

    #[test]
    fn what_the_kernel_chose_for_huge_pages_is_never_too_much() {
        // One GiB: 11 blocks of 2 MiB are 22 MiB, less than 5 %.
        let zones = zoneinfo(1 << 18, 5632, 7040, 8448);
        let files = [
            ("/proc/sys/vm/min_free_kbytes", "22528"),
            ("/proc/meminfo", "MemTotal: 1048576 kB\n"),
            ("/proc/zoneinfo", zones.as_str()),
            ("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n"),
        ];
        assert_eq!(examine_tree("S08", &files).severity, Severity::Ok);
        assert_eq!(examine_tree("S07", &files).severity, Severity::Ok);
    }

    #[test]
    fn too_little_is_an_error_below_the_documented_minimum() {
        let zones = zoneinfo(1 << 23, 100, 125, 150);
        for (value, severity) in
            [("1023", Severity::Error), ("1024", Severity::Info), ("23170", Severity::Ok)]
        {
            let mut files = large(value);
            files.push(("/proc/zoneinfo", &zones));
            assert_eq!(examine_tree("S07", &files).severity, severity, "{value}");
        }
    }

    #[test]
    fn a_scale_factor_that_the_min_watermark_hides_is_told() {
        let zones = zoneinfo(1 << 23, 288_358, 360_447, 432_537);
        for (value, severity) in [("10", Severity::Ok), ("70", Severity::Info), ("86", Severity::Ok)] {
            let mut files = large("1153434");
            files
                .extend([("/proc/sys/vm/watermark_scale_factor", value), ("/proc/zoneinfo", zones.as_str())]);
            assert_eq!(examine_tree("S09", &files).severity, severity, "{value}");
        }
    }

    #[test]
    fn direct_reclaim_is_weighed_since_boot() {
        let of = |direct: u64| format!("pgscan_direct {direct}\npgscan_kswapd 100000\nallocstall_normal 5\n");
        for (direct, severity) in [(20_000, Severity::Ok), (30_000, Severity::Warn)] {
            let vmstat = of(direct);
            let files = [
                ("/proc/vmstat", vmstat.as_str()),
                ("/proc/uptime", "5000.0 1.0\n"),
                ("/proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 500 kB\n"),
            ];
            assert_eq!(examine_tree("S10", &files).severity, severity, "{direct}");
        }
    }
}
