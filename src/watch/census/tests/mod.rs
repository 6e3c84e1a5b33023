//! Made machines: folders that look like /proc and /sys/fs/cgroup, and this machine's own.

mod desktop;
mod hostile;
mod live;
mod made;
mod memory;
mod trees;
mod units;

pub(crate) use made::{Made, line, sample};
