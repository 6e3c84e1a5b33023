//! What single processes use of their limits while they run: a program and all that it starts.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::facts::{process_fields, processes};
use crate::host::Host;
use crate::sys::bytes::Bytes;

use super::resource::Resource;

/// No tree of processes that somebody tries a limit on has more.
const MOST_PROCESSES: usize = 4096;

/// The process `pid` and its descendants, as far as they are there still.
pub(super) fn family(host: &Host, pid: u32) -> Vec<u32> {
    let mut family = vec![pid];
    let mut known = BTreeSet::from([pid]);
    let mut place = 0;
    while let Some(&parent) = family.get(place).filter(|_| family.len() < MOST_PROCESSES) {
        place += 1;
        family.extend(children(host, parent).into_iter().filter(|child| known.insert(*child)));
    }
    family
}

/// Each thread lists those that it has started.
fn children(host: &Host, pid: u32) -> Vec<u32> {
    let threads = host.list(&format!("/proc/{pid}/task")).unwrap_or_default();
    let lists =
        threads.iter().filter_map(|thread| host.read(&format!("/proc/{pid}/task/{thread}/children")).ok());
    lists.flat_map(|list| numbers(&list)).collect()
}

fn numbers(list: &str) -> Vec<u32> {
    list.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// Whether it is still prlimit(1), which becomes the program: what that uses says nothing.
pub(super) fn is_not_begun(host: &Host, pid: u32) -> bool {
    host.read(&format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim_end() == "prlimit")
}

/// How much the process has of the resource, or has had; `None` where the kernel does not tell.
pub(super) fn most(host: &Host, pid: u32, resource: &Resource) -> Option<u64> {
    let amount = |name: &str| memory(host, pid, name);
    match resource.name {
        "as" => amount("VmPeak"),
        "data" => amount("VmData"),
        "stack" => amount("VmStk"),
        "memlock" => amount("VmLck"),
        "cpu" => {
            let text = host.read(&format!("/proc/{pid}/stat")).ok()?;
            let time = processes::parse_processor_time(&text, rustix::param::clock_ticks_per_second())?;
            // To the nearest second: it is looked at a moment before it ends.
            Some(time.saturating_add(Duration::from_millis(500)).as_secs())
        }
        "nofile" => Some(host.list(&format!("/proc/{pid}/fd")).ok()?.len() as u64),
        _ => None,
    }
}

/// Nothing as long as its code is not there: it is being loaded then.
fn memory(host: &Host, pid: u32, name: &str) -> Option<u64> {
    let text = host.read(&format!("/proc/{pid}/status")).ok()?;
    let amount = |name: &str| process_fields::number(&text, name).map(|kib| Bytes::from_kib(kib).0);
    amount("VmExe").filter(|&code| code > 0)?;
    amount(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn a_family_has_all_generations_and_no_one_twice() {
        let (_folder, host) = made_tree(&[
            ("/proc/5/task/5/children", "6 7 "),
            ("/proc/5/task/9/children", "8 "),
            ("/proc/6/task/6/children", "5 10 "),
            ("/proc/11/task/11/children", ""),
        ]);
        let mut family = family(&host, 5);
        family.sort_unstable();
        assert_eq!(family, [5, 6, 7, 8, 10]);
    }

    #[test]
    fn who_sets_the_limits_is_not_yet_the_program() {
        let (_folder, host) = made_tree(&[("/proc/5/comm", "prlimit\n"), ("/proc/6/comm", "prlimits\n")]);
        assert_eq!([5, 6, 7].map(|pid| is_not_begun(&host, pid)), [true, false, false]);
    }

    #[test]
    fn what_is_being_loaded_has_nothing_yet() {
        let (_folder, host) = made_tree(&[
            ("/proc/5/status", "VmPeak:\t 4 kB\nVmExe:\t 0 kB\n"),
            ("/proc/6/status", "VmPeak:\t 8 kB\nVmExe:\t 4 kB\n"),
        ]);
        let space = Resource::named("as").unwrap();
        assert_eq!([5, 6, 7].map(|pid| most(&host, pid, space)), [None, Some(8192), None]);
    }

    #[test]
    fn a_real_process_uses_something() {
        let host = Host::live();
        let own = std::process::id();
        let used = |name: &str| most(&host, own, Resource::named(name).unwrap());
        assert!(used("as").unwrap() > used("data").unwrap());
        assert!(used("nofile").unwrap() >= 3);
        assert!(used("cpu").is_some());
        assert_eq!(used("fsize"), None);
    }
}
