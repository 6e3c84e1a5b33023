//! U13: containers without a limit of memory.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::doctor::wording::plural;
use crate::facts::cgroup_memory::Limit;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::limits::shown::entry::Entry;
use crate::limits::shown::kind::{self, Kind};
use crate::sys::bytes::Bytes;

use super::judged::{CGROUP_DOC, Judged, MOST_SHOWN};
use super::limit::prescribe;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U13",
    name: "unlimited-containers",
    group: Group::Units,
    question: "Has each container a limit of memory?",
    thresholds: "info where a container has no memory.max and nothing above it has one",
    why: "Docker and podman give a container no limit unless they are asked to. One that leaks takes all of the memory, and then the kernel chooses among everything that runs on the machine, not among the processes of that container.",
    sources: &[
        "https://docs.docker.com/engine/containers/resource_constraints/",
        "https://docs.podman.io/en/latest/markdown/podman-update.1.html",
        CGROUP_DOC,
    ],
    examine: unlimited,
}];

fn unlimited(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let judged = Judged::of(readings)?;
    let containers: Vec<&Entry> =
        judged.survey.entries.iter().filter(|entry| entry.kind == Kind::Container).collect();
    let is_free = |entry: &&Entry| {
        entry.max == Some(Limit::Unlimited) && entry.effective_by.as_deref().is_none_or(|by| by == "memory")
    };
    let free: Vec<&Entry> = containers.iter().copied().filter(is_free).collect();
    let Some(first) = free.first() else {
        return Ok(match containers.len() {
            0 => Diagnosis::ok("No containers run here"),
            count => {
                Diagnosis::ok(format!("Of {} each has a limit of memory", plural(count as u64, "container")))
            }
        });
    };
    let title = format!(
        "{} without a limit of memory, such as {}",
        plural(free.len() as u64, "container"),
        kind::short(&first.unit)
    );
    let diagnosis = free.iter().take(MOST_SHOWN).fold(Diagnosis::info(title), |diagnosis, entry| {
        let diagnosis =
            diagnosis.evidence(judged.source(entry, "memory.max"), kind::short(&entry.unit), "none");
        match entry.current {
            Some(current) => diagnosis.evidence(judged.source(entry, "memory.current"), "holds", current),
            None => diagnosis,
        }
    });
    let commands: Vec<String> = free.iter().take(MOST_SHOWN).filter_map(|entry| limit(entry)).collect();
    Ok(prescribe(diagnosis, commands))
}

/// Twice what it has held, for the manager whose name its group bears; Kubernetes writes its own limits.
fn limit(entry: &Entry) -> Option<String> {
    const ID: usize = 12;
    const LEAST: Bytes = Bytes(256 << 20);
    let id = kind::id(&entry.unit)?.get(..ID)?;
    let path = entry.group.as_deref().unwrap_or_default();
    let held = entry.peak.or(entry.current)?;
    let size = Bytes::from_mib((held * 2).max(LEAST).0 >> 20).0 >> 20;
    match entry.unit.as_str() {
        unit if unit.starts_with("libpod-") => Some(format!("sudo podman update --memory {size}m {id}")),
        unit if unit.starts_with("docker-") || path.starts_with("/docker/") => Some(format!(
            "sudo docker update --memory {size}m --memory-swap {}m {id}",
            size.saturating_mul(2)
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    fn examined(prefix: &str, max: &str, slice: &str) -> Finding {
        let id = "0123456789abcdef".repeat(4);
        let group = format!("/sys/fs/cgroup/system.slice/{prefix}{id}.scope");
        let files = [
            ("/proc/meminfo".to_owned(), "MemTotal: 8388608 kB\n"),
            ("/sys/fs/cgroup/cgroup.controllers".to_owned(), "memory\n"),
            ("/sys/fs/cgroup/system.slice/memory.max".to_owned(), slice),
            (format!("{group}/memory.max"), max),
            (format!("{group}/memory.peak"), "209715200\n"),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        examine_tree("U13", &files)
    }

    #[test]
    fn only_what_nothing_limits_is_told() {
        for (max, slice, severity) in [
            ("max\n", "max\n", Severity::Info),
            ("1073741824\n", "max\n", Severity::Ok),
            ("max\n", "1073741824\n", Severity::Ok),
        ] {
            assert_eq!(examined("docker-", max, slice).severity, severity, "{max} {slice}");
        }
        let commands = |prefix: &str| examined(prefix, "max\n", "max\n").fix.map(|fix| fix.commands.concat());
        assert_eq!(
            commands("docker-").unwrap(),
            "sudo docker update --memory 400m --memory-swap 800m 0123456789ab"
        );
        assert_eq!(commands("libpod-").unwrap(), "sudo podman update --memory 400m 0123456789ab");
        assert_eq!(commands("cri-containerd-"), None);
    }

    #[test]
    fn without_groups_nothing_is_known() {
        assert_eq!(examine_tree("U13", &[]).severity, Severity::Skip);
    }
}
