//! The processes of a unit.

use crate::facts::malformed::MOST_ENTRIES;
use crate::facts::process_fields;
use crate::facts::processes;
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::sys::bytes::Bytes;

/// Files that hold a model's weights end so.
const WEIGHTS: [&str; 3] = [".gguf", ".safetensors", ".ggml"];

/// More command lines than these tell nothing new.
const MOST_READ: usize = 64;

/// What the processes of a unit tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Members {
    /// How many there are; `None` where none is known.
    pub(super) count: Option<usize>,
    /// Their names, each once.
    pub(super) names: Vec<String>,
    /// Whether one was given a file with the weights of a model.
    pub(super) has_weights: bool,
    /// Their own pages and shared memory.
    pub(super) own: Option<Bytes>,
    /// The files that they have mapped.
    pub(super) mapped: Bytes,
    /// What they have locked.
    pub(super) locked: Bytes,
    /// What they have in swap.
    pub(super) swapped: Bytes,
}

impl Members {
    /// Of the group at `path`, and of those below it.
    pub(super) fn of(readings: &Readings, path: &str) -> Self {
        let host = readings.host();
        let all = readings.processes().map(Vec::as_slice).unwrap_or_default();
        let is_member = |pid: u32| {
            let text = host.read(&format!("/proc/{pid}/cgroup")).unwrap_or_default();
            is_in(&text, path)
        };
        let mut members = Self::default();
        for process in all.iter().filter(|one| !one.is_kernel_thread() && is_member(one.pid)) {
            members.take(host, process.pid, &process.name);
        }
        members
    }

    fn take(&mut self, host: &Host, pid: u32, name: &str) {
        let count = self.count.unwrap_or_default().saturating_add(1);
        self.count = Some(count);
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
        if count <= MOST_READ && !self.has_weights {
            self.has_weights = processes::command_line(host, pid).iter().any(|word| is_weights(word));
        }
        let text = host.read(&format!("/proc/{pid}/status")).unwrap_or_default();
        let amount = |field: &str| process_fields::number(&text, field).map(Bytes::from_kib);
        let of = |field: &str| amount(field).unwrap_or_default();
        if let Some(own) = amount("RssAnon") {
            self.own = Some(self.own.unwrap_or_default() + own + of("RssShmem"));
        }
        // The same files are mapped by all of them, more often than not.
        self.mapped = self.mapped.max(of("RssFile"));
        self.locked = self.locked + of("VmLck");
        self.swapped = self.swapped + of("VmSwap");
    }
}

fn is_weights(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    WEIGHTS.iter().any(|end| word.ends_with(end))
}

/// Whether /proc/PID/cgroup names the group at `path`, or one below it.
fn is_in(text: &str, path: &str) -> bool {
    let paths = text.lines().take(MOST_ENTRIES).filter_map(|line| line.splitn(3, ':').nth(2));
    paths.filter_map(|found| found.strip_prefix(path)).any(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;
    use proptest::prelude::*;

    const STAT: &str = "7 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 4096 1 0";
    const STATUS: &str =
        "VmLck:\t 1 kB\nRssAnon:\t 10 kB\nRssFile:\t 4 kB\nRssShmem:\t 2 kB\nVmSwap:\t 3 kB\n";

    #[test]
    fn those_of_the_group_and_below_are_counted() {
        let stat = |pid: u32, name: &str| {
            STAT.replacen('7', &pid.to_string(), 1).replace("(x)", &format!("({name})"))
        };
        let (one, two, other) = (stat(7, "ollama"), stat(8, "llama-server"), stat(9, "bash"));
        let (_folder, host) = made_tree(&[
            ("/proc/7/stat", &one),
            ("/proc/7/cgroup", "0::/system.slice/a.service\n"),
            ("/proc/7/status", STATUS),
            ("/proc/8/stat", &two),
            ("/proc/8/cgroup", "4:memory:/system.slice/a.service/inner\n1:name=systemd:/x\n"),
            ("/proc/8/status", STATUS),
            ("/proc/8/cmdline", "llama-server\0-m\0/srv/Q4.GGUF\0"),
            ("/proc/9/stat", &other),
            ("/proc/9/cgroup", "0::/system.slice/a.service2\n"),
        ]);
        let members = Members::of(&Readings::new(&host, None), "/system.slice/a.service");
        assert_eq!((members.count, members.has_weights), (Some(2), true));
        assert_eq!(members.names, ["ollama", "llama-server"]);
        assert_eq!((members.own, members.mapped), (Some(Bytes::from_kib(24)), Bytes::from_kib(4)));
        assert_eq!((members.locked, members.swapped), (Bytes::from_kib(2), Bytes::from_kib(6)));
        assert_eq!(Members::of(&Readings::new(&host, None), "/b").count, None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>(), path in "/[a-z/]{0,9}") {
            is_in(&text, &path);
        }
    }
}
