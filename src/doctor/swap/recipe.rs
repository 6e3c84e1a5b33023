//! How to add swap to this machine: the commands that do it.

use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::facts::readings::Readings;
use crate::swap::commands;
use crate::swap::sizing::{self, Addition};
use crate::sys::bytes::Bytes;

/// Commands, and how they were found.
pub(in crate::doctor) struct Recipe {
    /// The reasoning with this machine's numbers.
    pub workings: Vec<String>,
    /// What to type; `None` where no command would be right.
    pub fix: Option<Fix>,
}

impl Recipe {
    /// Puts the reasoning and the commands into an answer.
    pub(in crate::doctor) fn prescribe(self, diagnosis: Diagnosis) -> Diagnosis {
        let diagnosis = self.workings.into_iter().fold(diagnosis, Diagnosis::working);
        match self.fix {
            Some(fix) => diagnosis.fix(fix),
            None => diagnosis,
        }
    }
}

/// A swap file on `/` where that can be, compressed swap in memory where not, both on a turning disk.
pub(in crate::doctor) fn more_swap(readings: &Readings) -> Recipe {
    of(readings, sizing::more(readings))
}

/// Compressed swap in memory, half as large as the memory.
pub(super) fn in_memory(readings: &Readings) -> Recipe {
    of(readings, sizing::in_memory(readings))
}

fn of(readings: &Readings, addition: Addition) -> Recipe {
    let mut typed = Vec::new();
    typed.extend(addition.memory.iter().flat_map(|half| make_zram(readings, *half)));
    typed.extend(addition.file.map(commands::add));
    let workings = addition.workings.into_iter().chain(addition.room).collect();
    Recipe { workings, fix: (!typed.is_empty()).then(|| Fix::commands(typed)) }
}

/// memtune makes it a unit of systemd; elsewhere it is made by hand, until the next boot.
fn make_zram(readings: &Readings, half: Bytes) -> Vec<String> {
    match commands::keeps_zram(readings.host()) {
        true => vec![commands::zram(50)],
        false => commands::zram_by_hand(half).to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn commands(files: &[(&str, &str)]) -> Vec<String> {
        let files = [files, &[("/proc/meminfo", "MemTotal: 8000000 kB\n")]].concat();
        let (_folder, host) = made_tree(&files);
        let recipe = more_swap(&Readings::new(&host, None));
        assert!(!recipe.workings.is_empty());
        recipe.fix.map(|fix| fix.commands).unwrap_or_default()
    }

    fn on(kind: &str, kernel: &str) -> Vec<String> {
        let mounts = format!("/dev/sda1 / {kind} rw 0 0\n");
        commands(&[("/proc/mounts", &mounts), ("/proc/sys/kernel/osrelease", kernel)])
    }

    #[test]
    fn a_file_where_it_can_be_and_memory_where_not() {
        for (kind, kernel, command) in [
            ("ext4", "6.12.48-amd64\n", "sudo memtune swap add 8G"),
            ("xfs", "3.10.0-1160.el7", "sudo memtune swap add 8G"),
            ("btrfs", "6.1.0", "sudo memtune swap add 8G"),
            ("btrfs", "4.19.0", "sudo memtune swap zram 50%"),
            ("overlay", "6.1.0", "sudo memtune swap zram 50%"),
            ("zfs", "6.1.0", "sudo memtune swap zram 50%"),
        ] {
            assert_eq!(on(kind, kernel), [command], "{kind} {kernel}");
        }
    }

    #[test]
    fn a_card_gets_swap_in_memory() {
        let partition = [
            ("/proc/mounts", "/dev/mmcblk0p2 / ext4 rw 0 0\n"),
            ("/sys/block/mmcblk0/size", "1\n"),
            ("/sys/class/block/mmcblk0p2/partition", "2\n"),
        ];
        // Without the links of a real /sys a partition is not known to be its disk's.
        assert_eq!(commands(&partition), ["sudo memtune swap add 8G"]);
        let whole = [("/proc/mounts", "/dev/mmcblk0 / ext4 rw 0 0\n"), partition[1]];
        assert_eq!(commands(&whole), ["sudo memtune swap zram 50%"]);
    }

    #[test]
    fn without_systemd_memory_is_compressed_by_hand() {
        let by_hand = commands(&[("/proc/mounts", "/dev/sda1 / zfs rw 0 0\n"), ("/proc/1/comm", "init\n")]);
        assert!(by_hand[1].contains("zramctl --find --size 3906M"), "{by_hand:?}");
    }

    #[test]
    fn containers_and_nixos_get_no_commands() {
        let mounts = ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
        assert!(commands(&[mounts, ("/.dockerenv", "")]).is_empty());
        assert!(commands(&[mounts, ("/etc/NIXOS", "")]).is_empty());
    }
}
