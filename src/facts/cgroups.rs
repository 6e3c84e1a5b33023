//! Which control groups the machine has: version 1, 2, or both at once.

use serde::Serialize;

use crate::host::{Host, IfThere, Lacking};

use super::mounts::Mount;

/// The arrangement of the control groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Arrangement {
    /// Only version 1.
    V1,
    /// Version 1 for the controllers, version 2 beside it without them.
    Hybrid,
    /// Only version 2.
    V2,
    /// None is mounted.
    None,
}

impl Arrangement {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::Hybrid => "hybrid",
            Self::V2 => "v2",
            Self::None => "none",
        }
    }
}

/// Tells the arrangement from what is mounted.
pub fn arrangement(mounts: &[Mount]) -> Arrangement {
    const ROOT: &str = "/sys/fs/cgroup";
    let has = |kind: &str| mounts.iter().any(|mount| mount.kind == kind && mount.point.starts_with(ROOT));
    let is_unified = mounts.iter().any(|mount| mount.kind == "cgroup2" && mount.point == ROOT);
    match (has("cgroup"), has("cgroup2")) {
        // Beside a unified tree some containers mount single old controllers, never that of memory.
        _ if is_unified => Arrangement::V2,
        (true, true) => Arrangement::Hybrid,
        (true, false) => Arrangement::V1,
        (false, true) => Arrangement::V2,
        (false, false) => Arrangement::None,
    }
}

/// What the kernel puts into the folder of every group, by how the names begin.
const KNOBS: [&str; 10] =
    ["cgroup.", "memory.", "cpu.", "cpuset.", "io.", "pids.", "hugetlb.", "rdma.", "misc.", "irq."];

/// The same of version 1, in full.
const OLD_KNOBS: [&str; 3] = ["notify_on_release", "release_agent", "tasks"];

/// How the names of systemd's own groups end, such as `memory.slice`, which would look like a knob.
const KINDS: [&str; 6] = [".slice", ".service", ".scope", ".socket", ".mount", ".swap"];

/// The paths of the groups in the folder of another one.
///
/// # Errors
/// Says why the folder cannot be listed.
pub fn below(host: &Host, folder: &str) -> Result<Vec<String>, Lacking> {
    let names = host.list(folder)?;
    Ok(names.into_iter().filter(|name| is_group(name)).map(|name| format!("{folder}/{name}")).collect())
}

fn is_group(name: &str) -> bool {
    let is_knob = KNOBS.iter().any(|knob| name.starts_with(knob)) || OLD_KNOBS.contains(&name);
    !is_knob || KINDS.iter().any(|kind| name.ends_with(kind))
}

/// The version 1 groups just below the root whose own `memory.swappiness` differs from `expected`: the kernel copies
/// vm.swappiness into a group only when the group is made.
///
/// # Errors
/// Says why the groups cannot be listed.
pub fn other_swappiness(host: &Host, expected: u64) -> Result<Vec<(String, u64)>, Lacking> {
    const ROOT: &str = "/sys/fs/cgroup/memory";
    const MOST_GROUPS: usize = 256;
    let mut others = Vec::new();
    for name in host.list(ROOT).if_there()?.unwrap_or_default().into_iter().take(MOST_GROUPS) {
        let path = format!("{ROOT}/{name}/memory.swappiness");
        let value = host.read(&path).ok().and_then(|text| text.trim().parse().ok());
        others.extend(value.filter(|&value| value != expected).map(|value| (path, value)));
    }
    Ok(others)
}

#[cfg(test)]
mod tests {
    use super::super::mounts::parse_plain;
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn groups_are_told_from_knobs() {
        let names =
            ["memory.max", "memory.slice", "cpu.stat", "docker", "tasks", "io.service", "cgroup.procs"];
        let files: Vec<String> = names.iter().map(|name| format!("/g/{name}/x")).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|file| (file.as_str(), "")).collect();
        let (_folder, host) = made_tree(&files);
        assert_eq!(below(&host, "/g").unwrap(), ["/g/docker", "/g/io.service", "/g/memory.slice"]);
    }

    #[test]
    fn tells_the_arrangement() {
        let arranged = |text: &str| arrangement(&parse_plain(text).unwrap());
        let v1 = "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n";
        assert_eq!(arranged(v1), Arrangement::V1);
        assert_eq!(
            arranged(&format!("{v1}cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n")),
            Arrangement::Hybrid
        );
        assert_eq!(arranged("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n"), Arrangement::V2);
        let beside =
            "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\ncgroup /sys/fs/cgroup/net_cls cgroup rw,net_cls 0 0\n";
        assert_eq!(arranged(beside), Arrangement::V2);
        assert_eq!(arranged(""), Arrangement::None);
    }
}
