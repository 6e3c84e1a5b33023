//! Made machines: folders that look like /proc and /sys/fs/cgroup, and this machine's own.

mod cost;
mod desktop;
mod hostile;
mod live;
mod made;
mod memory;
mod protected;
mod recorded;
mod refreshed;
mod trees;
mod units;

use super::Capacities;

pub(crate) use made::{Made, line, sample};

/// Tables of a machine with few processes.
const SMALL: Capacities = Capacities { processes: 100, jobs: 100, groups: 40 };
