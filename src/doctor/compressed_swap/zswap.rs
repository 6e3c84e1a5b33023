//! Z05: whether zswap's pool is full.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::doctor::swap::commands::affair_of_host;
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::facts::zswap::parse_switch;
use crate::host::{IfThere, Lacking};

const PARAMETERS: &str = "/sys/module/zswap/parameters";
const HITS: &str = "/sys/kernel/debug/zswap/pool_limit_hit";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "Z05",
    name: "zswap-full",
    group: Group::CompressedSwap,
    question: "Is there room in zswap's pool?",
    thresholds: "warn where the pool takes as much as max_pool_percent allows, or has met that limit since boot",
    why: "Once the pool is full, zswap refuses new pages until it has shrunk by a tenth, and they go straight to the slow disk: the pages that are in use now are the slow ones, and the pool keeps the old ones. With its shrinker the kernel moves the oldest out in time.",
    sources: &["https://docs.kernel.org/admin-guide/mm/zswap.html"],
    examine: zswap_full,
}];

fn zswap_full(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let Some(zswap) = readings.zswap()?.as_ref().filter(|zswap| zswap.is_enabled) else {
        return Ok(Diagnosis::ok("zswap is not enabled"));
    };
    if readings.swaps()?.is_empty() {
        return Ok(Diagnosis::ok("zswap is enabled, but there is no swap that it could stand in front of"));
    }
    let meminfo = readings.meminfo()?;
    let pool = meminfo.find("Zswap");
    let percent =
        zswap.max_pool_percent.ok_or_else(|| Lacking::absent(format!("{PARAMETERS}/max_pool_percent")))?;
    let most = meminfo.total().percent(percent as f64);
    let hits = zswap.pool_limit_hits;
    let diagnosis = match (pool, hits) {
        // Linux before 5.19 tells the size only where root alone may look.
        (None, None) => {
            return Err(readings
                .host()
                .read(HITS)
                .err()
                .unwrap_or_else(|| Lacking::malformed(HITS, 1, "expected a number")));
        }
        (Some(pool), _) if pool >= most => Diagnosis::warn(format!("zswap's pool is full: {pool} of {most}")),
        (_, Some(hits)) if hits > 0 => {
            Diagnosis::warn(format!("zswap's pool of {most} has been full {hits} times since boot"))
        }
        (Some(pool), None) => Diagnosis::ok(format!(
            "zswap's pool takes {pool} of {most}; only root sees whether it was full before"
        )),
        (Some(pool), _) => Diagnosis::ok(format!("zswap's pool takes {pool} of {most}, and was never full")),
        (None, _) => Diagnosis::ok(format!("zswap's pool of {most} was never full")),
    };
    let diagnosis = match pool {
        Some(pool) => diagnosis.evidence("/proc/meminfo", "Zswap", pool),
        None => diagnosis,
    };
    let diagnosis = match hits {
        Some(hits) => diagnosis.evidence(HITS, "value", hits),
        None => diagnosis,
    };
    let diagnosis = diagnosis
        .evidence(format!("{PARAMETERS}/max_pool_percent"), "value", percent)
        .working(format!("{percent} % of {} of memory = {most} for the pool", meminfo.total()));
    match diagnosis.severity {
        Severity::Ok => Ok(diagnosis),
        // Before zram, zswap has to go, not to grow: that is what Z01 says.
        _ if readings.swaps()?.iter().any(SwapArea::is_zram) => {
            Ok(diagnosis
                .working("no larger pool is proposed: zswap compresses here what zram compresses again"))
        }
        _ => with_fix(readings, diagnosis, percent),
    }
}

/// The shrinker where the kernel has one and does not use it; otherwise somewhat more room.
fn with_fix(readings: &Readings, diagnosis: Diagnosis, percent: u64) -> Result<Diagnosis, Lacking> {
    /// A larger pool takes more from the programs than it gives back.
    const MOST: u64 = 40;
    let shrinker = format!("{PARAMETERS}/shrinker_enabled");
    let is_used = readings.host().read(&shrinker).if_there()?.map(|text| parse_switch(&text));
    Ok(match is_used {
        Some(false) => diagnosis.evidence(&shrinker, "value", "N").fix(Fix::sys(&shrinker, "Y")),
        _ if percent < MOST => {
            let more = percent.saturating_add(10).min(MOST);
            diagnosis.fix(Fix::sys(&format!("{PARAMETERS}/max_pool_percent"), more))
        }
        _ => diagnosis.working(format!(
            "{percent} % are much already: this machine needs more memory, or less work at once"
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Finding;
    use crate::doctor::on_tree::examine_tree;

    /// A machine of 1000 MiB whose pool may take 20 %.
    fn examine(pool: &str, hits: &str, more: &[(&str, &str)]) -> Finding {
        let meminfo = format!("MemTotal: 1024000 kB\n{pool}");
        let mut files = vec![
            ("/proc/meminfo", meminfo.as_str()),
            ("/proc/swaps", "/dev/sda2 partition 1000 0 -2\n"),
            ("/sys/module/zswap/parameters/enabled", "Y\n"),
            ("/sys/module/zswap/parameters/max_pool_percent", "20\n"),
        ];
        files.extend((!hits.is_empty()).then_some((HITS, hits)));
        files.extend(more);
        examine_tree("Z05", &files)
    }

    #[test]
    fn a_full_pool_is_told() {
        for (pool, hits, severity) in [
            ("Zswap: 204799 kB\n", "0\n", Severity::Ok),
            ("Zswap: 204799 kB\n", "", Severity::Ok),
            ("Zswap: 204800 kB\n", "0\n", Severity::Warn),
            ("Zswap: 0 kB\n", "1\n", Severity::Warn),
            ("", "1\n", Severity::Warn),
            ("", "0\n", Severity::Ok),
            ("", "", Severity::Skip),
        ] {
            assert_eq!(examine(pool, hits, &[]).severity, severity, "{pool} {hits}");
        }
        assert_eq!(examine_tree("Z05", &[]).severity, Severity::Ok);
    }

    #[test]
    fn the_shrinker_comes_before_more_room() {
        let command = |more: &[(&str, &str)]| examine("", "9\n", more).fix.unwrap().commands[0].clone();
        let shrinker = "/sys/module/zswap/parameters/shrinker_enabled";
        assert_eq!(command(&[(shrinker, "N\n")]), format!("echo Y | sudo tee {shrinker}"));
        assert_eq!(
            command(&[(shrinker, "Y\n")]),
            "echo 30 | sudo tee /sys/module/zswap/parameters/max_pool_percent"
        );
        assert_eq!(command(&[]), "echo 30 | sudo tee /sys/module/zswap/parameters/max_pool_percent");
    }
}
