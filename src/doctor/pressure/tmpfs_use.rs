//! What lies in the file systems that are memory.

use crate::facts::mounts::Mount;
use crate::facts::readings::Readings;
use crate::facts::tmpfs;
use crate::host::{Lacking, Space};
use crate::sys::bytes::Bytes;

/// Smaller ones, such as those that systemd makes for locks and credentials, fill no memory.
const TINY: Bytes = Bytes(8 << 20);

/// One file system in memory.
pub(super) struct Tmpfs {
    /// Where it is mounted.
    pub(super) point: String,
    /// The most that it may hold.
    pub(super) limit: Bytes,
    /// How full it is; `None` where nobody can tell, as in a captured tree.
    pub(super) space: Option<Space>,
}

impl Tmpfs {
    /// What it holds, as far as it is known.
    pub(super) fn used(&self) -> Bytes {
        self.space.map_or(Bytes(0), |space| space.used)
    }

    /// How much of it is in use, in per cent.
    pub(super) fn percent_used(&self) -> f64 {
        self.space.map_or(0.0, |space| space.used.percent_of(space.size))
    }
}

/// Those that programs can fill, the one that holds most first.
pub(super) fn writable(readings: &Readings) -> Result<Vec<Tmpfs>, Lacking> {
    /// More than anyone mounts by hand; a cluster's node has one for each secret.
    const MOST_ASKED: usize = 512;
    let total = readings.meminfo()?.total();
    let mounts = tmpfs::read(readings.host())?;
    let mut found: Vec<Tmpfs> = Vec::new();
    for (index, mount) in mounts.iter().enumerate().take(MOST_ASKED) {
        let limit = limit(mount, total);
        // What another one is mounted over can be reached no more.
        let is_hidden = mounts.iter().skip(index + 1).any(|later| later.point == mount.point);
        if is_hidden || mount.has_option("ro") || is_of_the_system(&mount.point) || limit < TINY {
            continue;
        }
        found.push(Tmpfs { point: mount.point.clone(), limit, space: tmpfs::space(readings, &mount.point) });
    }
    found.sort_by_key(|tmpfs| std::cmp::Reverse((tmpfs.used(), tmpfs.limit)));
    Ok(found)
}

/// Without an option it is half of memory; 0 means no limit, and then memory itself is the limit.
fn limit(mount: &Mount, total: Bytes) -> Bytes {
    match mount.size_option() {
        None => total.percent(50.0),
        Some(Bytes(0)) => total,
        Some(size) => size,
    }
}

fn is_of_the_system(point: &str) -> bool {
    ["/sys", "/proc"]
        .iter()
        .any(|folder| point.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}
