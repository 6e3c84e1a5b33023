//! The control groups that wait for memory most.

use crate::facts::cgroups::Arrangement;
use crate::facts::pressure::{self, Pressure};
use crate::facts::readings::Readings;
use crate::host::Host;

const ROOT: &str = "/sys/fs/cgroup";

/// What the kernel puts into the folder of every group; systemd names no group so.
const KNOBS: [&str; 10] =
    ["cgroup.", "memory.", "cpu.", "cpuset.", "io.", "pids.", "hugetlb.", "rdma.", "misc.", "irq."];

/// The groups under most pressure among the root's children and their children, worst first; none without version 2.
pub(super) fn most_pressed(readings: &Readings) -> Vec<(String, Pressure)> {
    const MOST_CHILDREN: usize = 64;
    const MOST_NAMED: usize = 5;
    if readings.cgroups() != Ok(Arrangement::V2) {
        return Vec::new();
    }
    let host = readings.host();
    let mut groups = Vec::new();
    for child in children(host, ROOT).into_iter().take(MOST_CHILDREN) {
        groups.extend(children(host, &child).into_iter().take(MOST_CHILDREN));
        groups.push(child);
    }
    let mut pressed: Vec<(String, Pressure)> = groups
        .into_iter()
        .filter_map(|group| {
            let path = format!("{group}/memory.pressure");
            let pressure = pressure::parse(&host.read(&path).ok()?).ok()?;
            (pressure.some.last_60 > 0.0).then_some((path, pressure))
        })
        .collect();
    pressed.sort_by(|(_, left), (_, right)| {
        let by_full = right.full.last_60.total_cmp(&left.full.last_60);
        by_full.then(right.some.last_60.total_cmp(&left.some.last_60))
    });
    pressed.truncate(MOST_NAMED);
    pressed
}

fn children(host: &Host, group: &str) -> Vec<String> {
    let names = host.list(group).unwrap_or_default();
    let is_group = |name: &String| !KNOBS.iter().any(|knob| name.starts_with(knob));
    names.into_iter().filter(is_group).map(|name| format!("{group}/{name}")).collect()
}
