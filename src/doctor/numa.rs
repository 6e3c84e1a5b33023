//! N01 and N02: memory that lies at several processors.

use std::collections::{BTreeMap, BTreeSet};

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::facts::vmstat;
use crate::facts::zoneinfo::{self, Zone};
use crate::host::{IfThere, Lacking};
use crate::sys::bytes::Bytes;

const ZONE_RECLAIM: &str = "vm.zone_reclaim_mode";
const VM_DOC: &str = "https://docs.kernel.org/admin-guide/sysctl/vm.html";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "N01",
        name: "zone-reclaim",
        group: Group::Numa,
        question: "Does the kernel use the memory of other nodes before it reclaims on its own?",
        thresholds: "warn where vm.zone_reclaim_mode is not 0 and several nodes have memory",
        why: "With the knob set, a node that is full drops its caches and waits for it although another node has memory free. Farther memory is a little slower, reading a file again is a thousand times slower. It pays only where every program is bound to its own node.",
        sources: &[VM_DOC, "https://docs.kernel.org/mm/numa.html"],
        examine: zone_reclaim,
    },
    Check {
        id: "N02",
        name: "numa-skew",
        group: Group::Numa,
        question: "Is the memory used evenly over the nodes?",
        thresholds: "warn where a node has less free than its low watermarks while another has 10 % of itself free, or where more than 10 % of the pages came from another node than the wanted one",
        why: "A program that fills one node's memory makes the kernel reclaim and swap there while the other nodes lie idle; a program that is bound to the node can even be killed. What is taken from another node instead is reached more slowly.",
        sources: &[
            "https://docs.kernel.org/admin-guide/numastat.html",
            "https://docs.kernel.org/mm/numa.html",
        ],
        examine: skew,
    },
];

fn zone_reclaim(readings: &Readings) -> Result<Diagnosis, Lacking> {
    // The sysctl is there only in kernels that know nodes at all.
    let Some(mode) = readings.knob(ZONE_RECLAIM).if_there()? else {
        // A capture without any knob says nothing; this one is in every kernel.
        readings.knob("vm.swappiness")?;
        return Ok(Diagnosis::ok("This kernel knows no nodes"));
    };
    let source = "/proc/sys/vm/zone_reclaim_mode";
    if mode == 0 {
        let title = "The memory of all nodes is used before any is reclaimed";
        return Ok(Diagnosis::ok(title).evidence(source, "value", mode));
    }
    let nodes = nodes_with_memory(readings)?;
    let diagnosis = if nodes > 1 {
        Diagnosis::warn(format!(
            "{ZONE_RECLAIM} = {mode}: a full node reclaims although {nodes} nodes have memory"
        ))
    } else {
        Diagnosis::ok(format!("{ZONE_RECLAIM} is {mode}; with one node it does nothing"))
    };
    Ok(diagnosis
        .evidence(source, "value", mode)
        .evidence("/sys/devices/system/node", "nodes with memory", nodes)
        .fix(Fix::knob(ZONE_RECLAIM, 0)))
}

/// A capture may hold only one of the two sources.
fn nodes_with_memory(readings: &Readings) -> Result<u64, Lacking> {
    let nodes = readings.nodes()?.iter().filter(|node| node.total.0 > 0).count();
    if nodes > 0 {
        return Ok(nodes as u64);
    }
    let numbers: BTreeSet<u32> = readings.zones()?.iter().map(|zone| zone.node).collect();
    Ok(numbers.len() as u64)
}

/// The pages of one node.
#[derive(Clone, Copy, Default)]
struct NodePages {
    free: u64,
    low: u64,
    managed: u64,
}

impl NodePages {
    fn is_low(&self) -> bool {
        self.free < self.low
    }

    fn has_plenty(&self) -> bool {
        self.free >= self.managed / 10 && !self.is_low()
    }
}

fn by_node(zones: &[Zone]) -> BTreeMap<u32, NodePages> {
    let mut nodes: BTreeMap<u32, NodePages> = BTreeMap::new();
    for zone in zones {
        let node = nodes.entry(zone.node).or_default();
        node.free = node.free.saturating_add(zone.free);
        node.low = node.low.saturating_add(zone.low);
        node.managed = node.managed.saturating_add(zone.managed);
    }
    nodes
}

/// Pages that came from another node than the wanted one, of all.
struct Strays {
    missed: f64,
    all: f64,
    period: String,
}

impl Strays {
    fn percent(&self) -> f64 {
        100.0 * self.missed / self.all.max(1.0)
    }
}

fn strays(readings: &Readings) -> Strays {
    let (missed, hit, period) = match (readings.rates(), readings.vmstat()) {
        (Ok(rates), _) => (
            rates.of("numa_miss") * rates.seconds,
            rates.of("numa_hit") * rates.seconds,
            format!("over {:.0} s", rates.seconds),
        ),
        (Err(_), Ok(vmstat)) => {
            let count = |name| vmstat.find(name).unwrap_or_default() as f64;
            (count("numa_miss"), count("numa_hit"), "since boot".to_owned())
        }
        // The watermarks tell enough without it.
        (Err(_), Err(_)) => (0.0, 0.0, "since boot".to_owned()),
    };
    Strays { missed, all: missed + hit, period }
}

fn skew(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const MUCH: f64 = 10.0;
    /// Too few pages to say anything about a habit.
    const FEW_PAGES: f64 = 100_000.0;
    let nodes = by_node(readings.zones()?);
    if nodes.len() < 2 {
        return Ok(Diagnosis::ok("All memory lies at one node"));
    }
    let needy = nodes.iter().find(|(_, node)| node.is_low());
    let idle = nodes.iter().find(|(_, node)| node.has_plenty());
    let strays = strays(readings);
    let (missed, period) = (strays.missed, &strays.period);
    let diagnosis = match (needy, idle) {
        (Some((needy, pages)), Some((idle, others))) => Diagnosis::warn(format!(
            "Node {needy} has only {} left while node {idle} has {} free",
            readings.pages(pages.free),
            readings.pages(others.free)
        )),
        _ if strays.percent() > MUCH && missed > FEW_PAGES => Diagnosis::warn(format!(
            "{:.0} % of the pages came from another node than the wanted one {period}",
            strays.percent()
        )),
        _ => Diagnosis::ok(format!("The {} nodes are used evenly", nodes.len())),
    };
    let page = readings.page_size();
    Ok(name_nodes(diagnosis, &nodes, page)
        .evidence(vmstat::PATH, "numa_miss", missed as u64)
        .evidence(vmstat::PATH, "numa_hit", (strays.all - missed) as u64)
        .working(format!(
            "{missed:.0} of {:.0} pages = {:.1} % from another node {period}",
            strays.all,
            strays.percent()
        )))
}

fn name_nodes(diagnosis: Diagnosis, nodes: &BTreeMap<u32, NodePages>, page: Bytes) -> Diagnosis {
    const MOST_NAMED: usize = 16;
    nodes.iter().take(MOST_NAMED).fold(diagnosis, |diagnosis, (number, node)| {
        let (free, low, managed) = (page * node.free, page * node.low, page * node.managed);
        diagnosis
            .evidence(zoneinfo::PATH, format!("free on node {number}"), free)
            .working(format!("node {number}: {free} free, low watermarks {low}, {managed} in all"))
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    fn node(number: u32, free: u64) -> String {
        format!(
            "Node {number}, zone   Normal\n  pages free     {free}\n        min      800\n        low      1000\n        \
             high     1200\n        present  100000\n        managed  100000\n"
        )
    }

    #[test]
    fn zone_reclaim_matters_only_with_several_nodes() {
        let (one, two) = (node(0, 5000), node(0, 5000) + &node(1, 5000));
        let of = |mode: &str, zones: &str| {
            let files = [("/proc/sys/vm/zone_reclaim_mode", mode), ("/proc/zoneinfo", zones)];
            examine_tree("N01", &files).severity
        };
        assert_eq!(of("0", &two), Severity::Ok);
        assert_eq!(of("1", &one), Severity::Ok);
        assert_eq!(of("1", &two), Severity::Warn);
        let without_nodes = [("/proc/sys/vm/swappiness", "60")];
        assert_eq!(examine_tree("N01", &without_nodes).severity, Severity::Ok);
        assert_eq!(examine_tree("N01", &[]).severity, Severity::Skip);
    }

    #[test]
    fn nodes_come_from_sysfs_first() {
        let folder = "/sys/devices/system/node";
        let paths = [0, 1].map(|number| format!("{folder}/node{number}/meminfo"));
        let of = |second: &str| {
            let files = [
                ("/proc/sys/vm/zone_reclaim_mode", "1"),
                (paths[0].as_str(), "Node 0 MemTotal: 1000 kB\n"),
                (paths[1].as_str(), second),
            ];
            examine_tree("N01", &files).severity
        };
        assert_eq!(of("Node 1 MemTotal: 1000 kB\n"), Severity::Warn);
        // A node of processors alone has nothing to give.
        assert_eq!(of("Node 1 MemTotal: 0 kB\n"), Severity::Ok);
    }

    #[test]
    fn one_node_low_and_another_idle_is_skewed() {
        let cases = [(999, 10_000, Severity::Warn), (1000, 10_000, Severity::Ok), (999, 9_999, Severity::Ok)];
        for (first, second, severity) in cases {
            let zones = node(0, first) + &node(1, second);
            let files = [("/proc/zoneinfo", zones.as_str()), ("/proc/meminfo", "MemTotal: 800000 kB\n")];
            let finding = examine_tree("N02", &files);
            assert_eq!(finding.severity, severity, "{first} {second}");
        }
    }

    #[test]
    fn pages_from_the_wrong_node_are_weighed() {
        let zones = node(0, 50_000) + &node(1, 50_000);
        let cases = [
            (1_000_000, 9_000_000, Severity::Ok),
            (1_000_001, 9_000_000, Severity::Warn),
            (900, 100, Severity::Ok),
        ];
        for (missed, hit, severity) in cases {
            let vmstat = format!("numa_hit {hit}\nnuma_miss {missed}\n");
            let files = [
                ("/proc/zoneinfo", zones.as_str()),
                ("/proc/meminfo", "MemTotal: 800000 kB\n"),
                ("/proc/vmstat", vmstat.as_str()),
            ];
            assert_eq!(examine_tree("N02", &files).severity, severity, "{missed}");
        }
    }

    #[test]
    fn one_node_cannot_be_skewed() {
        let zones = node(0, 1);
        let files = [("/proc/zoneinfo", zones.as_str())];
        assert_eq!(examine_tree("N02", &files).severity, Severity::Ok);
    }
}
