//! F01: free memory in pieces.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::wording::plural;
use crate::facts::buddyinfo::{self, FreeBlocks};
use crate::facts::kernel_log::KernelLog;
use crate::facts::meminfo::Meminfo;
use crate::facts::readings::Readings;
use crate::facts::vmstat;
use crate::facts::zoneinfo::{self, Zone};
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::compaction::Compaction;

const SCALE_FACTOR: &str = "vm.watermark_scale_factor";
const PROACTIVENESS: &str = "vm.compaction_proactiveness";
const VM_DOC: &str = "https://docs.kernel.org/admin-guide/sysctl/vm.html";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "F01",
    name: "fragmentation",
    group: Group::Fragmentation,
    question: "Can the kernel still find large pieces of free memory?",
    thresholds: "warn where a request for 8 or more pages in a row failed, where no large zone has a free block of 2 MiB although 5 % of it is free, or where more than 80 % of the compactions fail, one a minute since boot or one a second while sampled",
    why: "Drivers, network cards and huge pages need many pages side by side. Memory that was taken and freed in small pieces has them no more, however much of it is free: such requests then stall while the kernel moves pages around, and fail in the end with a page allocation failure.",
    sources: &[VM_DOC, "man 5 proc_buddyinfo", "https://docs.kernel.org/filesystems/proc.html"],
    examine: fragmentation,
}];

fn fragmentation(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let zones = large_zones(readings)?;
    let order = order_of_2_mib(readings.page_size(), &zones);
    let free = Shares::of(readings, &zones, order)?;
    let compaction = Compaction::of(readings);
    let log = readings.kernel_log().ok();
    let failures = log.map_or(0, large_failures);
    let diagnosis = if failures > 0 {
        Diagnosis::warn(format!(
            "The kernel's log tells of {} for 8 or more pages in a row",
            plural(failures, "failed request")
        ))
    } else if free.is_in_pieces() {
        Diagnosis::warn(format!("{} are free, but in no piece of {}", free.free, free.block))
    } else if compaction.is_failing() {
        Diagnosis::warn(format!(
            "{:.0} % of the attempts to make large pieces of free memory fail",
            compaction.percent_failed()
        ))
    } else {
        Diagnosis::ok(format!(
            "{} free pieces of {} or more in {} of free memory",
            free.large_blocks, free.block, free.free
        ))
    };
    let diagnosis =
        zones.iter().fold(diagnosis, |diagnosis, (blocks, _)| name_zone(diagnosis, blocks, order));
    let diagnosis = diagnosis
        .evidence(vmstat::PATH, "compact_fail", compaction.failed as u64)
        .evidence(vmstat::PATH, "compact_success", compaction.succeeded as u64)
        .working(format!(
            "{} of {} free = {:.1} %; free blocks of {} (order {order}) or more: {}",
            free.free,
            free.managed,
            free.percent_free(),
            free.block,
            free.large_blocks
        ))
        .working(compaction.working());
    let diagnosis = match log {
        Some(log) => diagnosis.evidence(&log.source, "failed requests of order 3 or more", failures),
        None => diagnosis,
    };
    Ok(diagnosis.fix(remedy(readings)))
}

type LargeZone<'r> = (&'r FreeBlocks, &'r Zone);

/// The zones that the kernel's own data can lie in and that hold a share of it worth naming: the small ones for old devices
/// are kept free and would always look whole.
fn large_zones<'r>(readings: &'r Readings) -> Result<Vec<LargeZone<'r>>, Lacking> {
    const SMALL: u64 = 20;
    let (blocks, zones) = (readings.free_blocks()?, readings.zones()?);
    let lowmem = zoneinfo::lowmem_pages(zones);
    let pairs: Vec<LargeZone<'r>> = zones
        .iter()
        .filter(|zone| zone.is_lowmem() && zone.managed >= lowmem / SMALL)
        .filter_map(|zone| {
            let is_its = |blocks: &&FreeBlocks| blocks.node == zone.node && blocks.zone == zone.name;
            Some((blocks.iter().find(is_its)?, zone))
        })
        .collect();
    match pairs.is_empty() {
        true => Err(Lacking::malformed(buddyinfo::PATH, 1, "expected the zones of /proc/zoneinfo")),
        false => Ok(pairs),
    }
}

/// The order of a block of 2 MiB, or the largest order that this kernel has.
fn order_of_2_mib(page: Bytes, zones: &[LargeZone<'_>]) -> usize {
    let pages = (Bytes::from_mib(2).0 / page.0.max(1)).max(1);
    let columns = zones.iter().map(|(blocks, _)| blocks.by_order.len()).max();
    (pages.ilog2() as usize).min(columns.unwrap_or(1).saturating_sub(1))
}

/// How much of the large zones is free, and in what pieces.
struct Shares {
    free: Bytes,
    managed: Bytes,
    block: Bytes,
    large_blocks: u64,
}

impl Shares {
    fn of(readings: &Readings, zones: &[LargeZone<'_>], order: usize) -> Result<Self, Lacking> {
        let sum = |count: &dyn Fn(&LargeZone<'_>) -> u64| {
            zones.iter().fold(0u64, |sum, zone| sum.saturating_add(count(zone)))
        };
        Ok(Self {
            free: readings.pages(sum(&|(blocks, _)| blocks.pages())),
            managed: readings.pages(sum(&|(_, zone)| zone.managed)),
            block: readings.pages(1 << order.min(40)),
            large_blocks: sum(&|(blocks, _)| blocks.at_least(order)),
        })
    }

    fn percent_free(&self) -> f64 {
        self.free.percent_of(self.managed)
    }

    fn is_in_pieces(&self) -> bool {
        const ENOUGH: f64 = 5.0;
        self.large_blocks == 0 && self.percent_free() >= ENOUGH
    }
}

/// Failed requests for 8 pages in a row or more; the kernel tries hard for smaller ones, which fail for want of memory alone.
fn large_failures(log: &KernelLog) -> u64 {
    const FAILURE: &str = "page allocation failure: order:";
    let order = |line: &str| -> Option<u32> {
        let rest = line.split(FAILURE).nth(1)?;
        let digits = rest.split(|character: char| !character.is_ascii_digit()).next()?;
        digits.parse().ok()
    };
    let large = log.lines_with(FAILURE).filter_map(order).filter(|&order| order >= 3);
    large.count() as u64
}

fn name_zone(diagnosis: Diagnosis, blocks: &FreeBlocks, order: usize) -> Diagnosis {
    let key = format!(
        "node {} zone {}: free blocks of order {order} or more",
        blocks.node,
        blocks.zone.escape_debug()
    );
    diagnosis.evidence(buddyinfo::PATH, key, blocks.at_least(order))
}

/// Moves pages together now, and has the kernel do so earlier from now on.
fn remedy(readings: &Readings) -> Fix {
    const DEFAULT_PROACTIVENESS: u64 = 20;
    const DEFAULT_SCALE: u64 = 10;
    let mut commands = vec!["echo 1 | sudo tee /proc/sys/vm/compact_memory".to_owned()];
    if readings.knob(PROACTIVENESS).is_ok_and(|value| value < DEFAULT_PROACTIVENESS) {
        commands.extend(Fix::knob(PROACTIVENESS, DEFAULT_PROACTIVENESS).commands);
    }
    // kswapd wakes the compaction: where it starts earlier, so does that. The larger reserve needs memory to be taken from.
    let is_short = readings.meminfo().is_ok_and(Meminfo::is_short);
    if !is_short && readings.knob(SCALE_FACTOR).is_ok_and(|value| value <= DEFAULT_SCALE) {
        commands.extend(Fix::knob(SCALE_FACTOR, 100).commands);
    }
    Fix::commands(commands)
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree;
    use crate::doctor::on_tree::examine_tree;

    use super::*;

    /// A machine of 4 GiB whose free memory is `blocks`, with further files.
    fn machine(blocks: &str, more: &[(&str, &str)]) -> Finding {
        let zones = format!(
            "Node 0, zone      DMA\n  pages free 3000\n        managed  3840\n{}",
            on_tree::zoneinfo(1 << 20, 100, 200, 300)
        );
        let buddies = format!("Node 0, zone DMA 0 0 0 0 0 0 0 0 1 1 3\nNode 0, zone Normal {blocks}\n");
        let mut files = vec![
            ("/proc/meminfo", "MemTotal: 4194304 kB\nMemAvailable: 2097152 kB\n"),
            ("/proc/zoneinfo", zones.as_str()),
            ("/proc/buddyinfo", buddies.as_str()),
        ];
        files.extend(more);
        examine_tree("F01", &files)
    }

    #[test]
    fn free_memory_without_a_large_block_is_told() {
        // 5 % of 1048576 pages are 52428.8.
        let cases = [
            ("52428 0 0 0 0 0 0 0 0 0 0", Severity::Ok),
            ("52429 0 0 0 0 0 0 0 0 0 0", Severity::Warn),
            ("52429 0 0 0 0 0 0 0 0 1 0", Severity::Ok),
            ("52429 0 0 0 0 0 0 0 7 0 0", Severity::Warn),
        ];
        for (blocks, severity) in cases {
            assert_eq!(machine(blocks, &[]).severity, severity, "{blocks}");
        }
    }

    #[test]
    fn larger_pages_make_2_mib_of_fewer() {
        let blocks = FreeBlocks { node: 0, zone: "Normal".to_owned(), by_order: vec![0; 11] };
        let zone = Zone::default();
        let zones = [(&blocks, &zone)];
        let order = |kib: u64| order_of_2_mib(Bytes::from_kib(kib), &zones);
        assert_eq!([order(4), order(16), order(64)], [9, 7, 5]);
        let short = FreeBlocks { by_order: vec![0; 6], ..blocks.clone() };
        assert_eq!(order_of_2_mib(Bytes(4096), &[(&short, &zone)]), 5);
        assert_eq!(order_of_2_mib(Bytes(0), &[]), 0);
    }

    #[test]
    fn failed_requests_are_counted_by_their_order() {
        let whole = "0 0 0 0 0 0 0 0 0 0 99";
        let of = |order: u32| {
            let line = format!("kernel: nic: page allocation failure: order:{order}, mode:0x40\n");
            machine(whole, &[("/var/log/kern.log", &line)]).severity
        };
        assert_eq!([of(0), of(2), of(3), of(10)], {
            use Severity::{Ok, Warn};
            [Ok, Ok, Warn, Warn]
        });
    }

    #[test]
    fn failing_compaction_must_be_frequent() {
        let whole = "0 0 0 0 0 0 0 0 0 0 99";
        let of = |failed: u32, succeeded: u32, uptime: &str| {
            let vmstat = format!("compact_fail {failed}\ncompact_success {succeeded}\n");
            machine(whole, &[("/proc/vmstat", &vmstat), ("/proc/uptime", uptime)]).severity
        };
        assert_eq!(of(801, 200, "6000 1"), Severity::Warn);
        assert_eq!(of(800, 200, "6000 1"), Severity::Ok);
        assert_eq!(of(801, 200, "60000 1"), Severity::Ok);
        assert_eq!(of(801, 200, "soon"), Severity::Ok);
    }

    #[test]
    fn the_remedy_raises_only_what_is_low() {
        let pieces = "99999 0 0 0 0 0 0 0 0 0 0";
        let commands = |scale: &str, proactive: &str| {
            let knobs = [
                ("/proc/sys/vm/watermark_scale_factor", scale),
                ("/proc/sys/vm/compaction_proactiveness", proactive),
            ];
            machine(pieces, &knobs).fix.unwrap().commands
        };
        assert_eq!(commands("200", "20"), ["echo 1 | sudo tee /proc/sys/vm/compact_memory"]);
        let low = commands("10", "0");
        assert_eq!(low[1], "sudo sysctl -w vm.compaction_proactiveness=20");
        assert_eq!(low[3], "sudo sysctl -w vm.watermark_scale_factor=100");
    }

    #[test]
    fn a_machine_without_blocks_is_not_judged() {
        assert_eq!(examine_tree("F01", &[]).severity, Severity::Skip);
        let zones = on_tree::zoneinfo(1000, 1, 2, 3);
        let strange = [("/proc/zoneinfo", zones.as_str()), ("/proc/buddyinfo", "Node 7, zone Other 1 2 3\n")];
        assert_eq!(examine_tree("F01", &strange).severity, Severity::Skip);
    }
}
