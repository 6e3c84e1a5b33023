//! The control groups that wait for memory most.

use crate::facts::cgroups::{self, Arrangement};
use crate::facts::pressure::{self, Pressure};
use crate::facts::readings::Readings;

const ROOT: &str = "/sys/fs/cgroup";

/// The groups under most pressure among the root's children and their children, worst first; none without version 2.
pub(super) fn most_pressed(readings: &Readings) -> Vec<(String, Pressure)> {
    const MOST_CHILDREN: usize = 64;
    const MOST_NAMED: usize = 5;
    if readings.cgroups() != Ok(Arrangement::V2) {
        return Vec::new();
    }
    let host = readings.host();
    let below = |group: &str| cgroups::below(host, group).unwrap_or_default();
    let mut groups = Vec::new();
    for child in below(ROOT).into_iter().take(MOST_CHILDREN) {
        groups.extend(below(&child).into_iter().take(MOST_CHILDREN));
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
