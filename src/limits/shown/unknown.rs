//! What cannot be known of a machine's units, in sentences.

use crate::exit::{Exit, Fault};
use crate::facts::cgroup_memory::GroupMemory;
use crate::facts::cgroups::Arrangement;
use crate::facts::kernel_arguments;
use crate::facts::readings::Readings;
use crate::facts::unit_listing::Manager;
use crate::host::{Host, Lacking, Reason};

use super::tree::Tree;
use super::units::Survey;

/// That nothing at all can be known, since systemd was `lacking`, too.
pub(super) fn nothing(host: &Host, manager: Manager, lacking: &Lacking) -> Fault {
    let why = reason(lacking);
    match manager {
        Manager::User | Manager::UserOf(_) => Fault::new(
            Exit::Failed,
            format!("the systemd of your own session does not answer{why}"),
        )
        .hint(
            "log in as that user, or leave `--user` out: the groups of all users' units are shown then, too",
        ),
        Manager::System => {
            let fault = Fault::new(
                Exit::Failed,
                format!("neither systemd nor control groups tell of any unit here{why}"),
            );
            if is_switched_off(host) { fault.hint(without_groups(host)) } else { fault }
        }
    }
}

/// That something is not there says no more than that nothing was learned.
fn reason(lacking: &Lacking) -> String {
    if lacking.reason == Reason::Absent { String::new() } else { format!(" ({lacking})") }
}

fn is_switched_off(host: &Host) -> bool {
    kernel_arguments::read(host).is_ok_and(|arguments| arguments.switches_off_groups())
}

/// What cannot be known here, one sentence each.
pub(in crate::limits) fn remarks(readings: &Readings, survey: &Survey) -> Vec<String> {
    let tree = &survey.tree;
    let mut remarks: Vec<String> = Vec::new();
    remarks.extend(survey.unheard.as_ref().map(|lacking| without_systemd(readings.host(), lacking)));
    remarks.extend(match tree.arrangement {
        _ if !tree.counts_memory() => Some(without_groups(readings.host())),
        Some(Arrangement::V1 | Arrangement::Hybrid) => Some(
            "Control groups of version 1: MemoryHigh, MemoryLow, MemoryMin and MemorySwapMax do nothing here, and nothing tells of the pressure on single units"
                .to_owned(),
        ),
        _ => without_peaks(readings, tree),
    });
    if let Some(container) = readings.container() {
        remarks.push(format!(
            "This is a container ({}): limits that the machine under it sets on groups above are not seen",
            container.kind
        ));
    }
    remarks.extend(unreadable(&tree.lacking));
    remarks
}

fn without_systemd(host: &Host, lacking: &Lacking) -> String {
    let why = reason(lacking);
    match host.is_live() {
        true => format!(
            "systemd does not answer here{why}: names and limits are those of the control groups, and restarts and results are not known"
        ),
        false => format!(
            "What systemd knew of its units is not in this tree{why}: restarts and results are not known"
        ),
    }
}

/// The firmware of a Raspberry Pi switches the counting off.
pub(in crate::limits) fn without_groups(host: &Host) -> String {
    match (is_switched_off(host), host.is_live()) {
        (true, _) => "The kernel counts no memory of groups, for it was booted with cgroup_disable=memory: no limit of a unit holds. On a Raspberry Pi `cgroup_enable=memory` in cmdline.txt turns it on".to_owned(),
        (false, true) => "No control group counts memory here: no limit of a unit holds".to_owned(),
        (false, false) => "The control groups in this tree, if there are any, do not tell what units hold".to_owned(),
    }
}

/// A capture may lack files that the kernel had.
fn without_peaks(readings: &Readings, tree: &Tree) -> Option<String> {
    const FIRST: (u32, u32) = (5, 19);
    let groups: Vec<_> = tree.paths().filter_map(|path| tree.group(path)).collect();
    let counts = |group: &&&GroupMemory| group.current.is_some();
    let is_lacking = groups.iter().any(|group| counts(&group))
        && groups.iter().filter(counts).all(|group| group.peak.is_none());
    let is_old = readings.identity().kernel_version().is_none_or(|version| version < FIRST);
    match (is_lacking, is_old, readings.host().is_live()) {
        (false, ..) => None,
        (true, true, _) => {
            Some("Kernels before 5.19 do not remember the most that a group has held".to_owned())
        }
        (true, false, true) => Some("The kernel does not tell the most that a group has held".to_owned()),
        (true, false, false) => Some("The most that a group has held is not in this tree".to_owned()),
    }
}

fn unreadable(lacking: &[Lacking]) -> Vec<String> {
    const MOST_NAMED: usize = 3;
    let mut named: Vec<String> = lacking.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    if lacking.len() > MOST_NAMED {
        named.push(format!("{} more files of control groups cannot be read", lacking.len() - MOST_NAMED));
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::unit_listing::Wanted;
    use crate::host::made_tree::made_tree;
    use crate::limits::shown::overview::Overview;
    use crate::limits::shown::units::Request;

    const SYSTEM: Request = Request { manager: Manager::System, wanted: Wanted::Active };
    const MEMINFO: (&str, &str) = ("/proc/meminfo", "MemTotal: 1024 kB\nSwapTotal: 0 kB\n");
    const CONTROLLERS: (&str, &str) = ("/sys/fs/cgroup/cgroup.controllers", "memory\n");

    fn remarks(files: &[(&str, &str)]) -> String {
        let (_folder, host) = made_tree(files);
        Overview::of(&Readings::new(&host, None), SYSTEM).unwrap().remarks.join("\n")
    }

    #[test]
    fn what_cannot_be_known_is_said() {
        let old = remarks(&[MEMINFO, ("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "1\n")]);
        assert!(old.contains("version 1") && old.contains("not in this tree"), "{old}");
        let new = remarks(&[MEMINFO, CONTROLLERS, ("/sys/fs/cgroup/a.slice/memory.current", "1\n")]);
        assert!(new.contains("before 5.19") && !new.contains("version 1"), "{new}");
        let off = remarks(&[
            MEMINFO,
            CONTROLLERS,
            ("/sys/fs/cgroup/a.slice/cpu.stat", ""),
            ("/proc/cmdline", "a cgroup_disable=memory b\n"),
        ]);
        assert!(off.contains("cgroup_enable=memory"), "{off}");
        let silent = remarks(&[MEMINFO, CONTROLLERS, ("/sys/fs/cgroup/a.slice/cpu.stat", "")]);
        assert!(silent.contains("do not tell what units hold"), "{silent}");
        let garbage: Vec<String> =
            (0..5).map(|number| format!("/sys/fs/cgroup/{number}.slice/memory.current")).collect();
        let files: Vec<(&str, &str)> =
            garbage.iter().map(|path| (path.as_str(), "x")).chain([MEMINFO, CONTROLLERS]).collect();
        let broken = remarks(&files);
        assert!(
            broken.contains("4.slice/memory.current` line 1") && broken.contains("2 more files"),
            "{broken}"
        );
    }
}
