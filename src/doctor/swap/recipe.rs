//! How to add swap to this machine: the commands that fit its file system, its disks and its distribution.

use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::facts::readings::Readings;

use super::{recipe_file, recipe_memory};

/// Commands, and how they were found.
pub(in crate::doctor) struct Recipe {
    /// The reasoning with this machine's numbers.
    pub workings: Vec<String>,
    /// What to type; `None` where no command would be right.
    pub fix: Option<Fix>,
}

impl Recipe {
    pub(super) fn none(why: impl Into<String>) -> Self {
        Self { workings: vec![why.into()], fix: None }
    }

    /// Puts the reasoning and the commands into an answer.
    pub(in crate::doctor) fn prescribe(self, diagnosis: Diagnosis) -> Diagnosis {
        let diagnosis = self.workings.into_iter().fold(diagnosis, Diagnosis::working);
        match self.fix {
            Some(fix) => diagnosis.fix(fix),
            None => diagnosis,
        }
    }
}

/// A swap file on `/` where that can be, compressed swap in memory where not.
pub(in crate::doctor) fn more_swap(readings: &Readings) -> Recipe {
    let host = readings.host();
    if readings.container().is_some() {
        return Recipe::none("inside a container swap can only be added on the machine under it");
    }
    if host.has("/etc/NIXOS") {
        return Recipe::none(
            "NixOS makes its own files: add `swapDevices = [ { device = \"/swapfile\"; size = 16384; } ];` to configuration.nix",
        );
    }
    match recipe_file::swap_file(readings) {
        Ok(recipe) => recipe,
        Err(why) => {
            let mut recipe = recipe_memory::in_memory(readings);
            recipe.workings.insert(0, why);
            recipe
        }
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
    fn each_file_system_gets_its_own_commands() {
        let ext4 = on("ext4", "6.12.48-amd64\n");
        assert_eq!(
            ext4[..4],
            [
                "sudo install -m 600 /dev/null /swapfile",
                "sudo fallocate -l 8192M /swapfile",
                "sudo mkswap /swapfile",
                "sudo swapon /swapfile"
            ]
        );
        assert!(ext4[4].contains("/swapfile none swap defaults,nofail"));
        for (kind, kernel, word) in [
            ("xfs", "3.10.0-1160.el7", "dd if"),
            ("xfs", "4.18.0", "fallocate"),
            ("ext4", "5.8.0", "dd if"),
            ("ext3", "6.1.0", "dd if"),
            ("ext4", "odd", "dd if"),
            ("btrfs", "6.1.0", "mkswapfile --size 8192m /swap/swapfile"),
            ("btrfs", "4.19.0", "zramctl"),
            ("overlay", "6.1.0", "zramctl"),
            ("zfs", "6.1.0", "zramctl --find --size 3906M"),
        ] {
            let commands = on(kind, kernel);
            assert!(commands.iter().any(|command| command.contains(word)), "{kind} {kernel}: {commands:?}");
        }
    }

    #[test]
    fn a_name_that_is_taken_is_not_used_again() {
        let files = [("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n"), ("/swapfile", "")];
        assert!(commands(&files)[3].ends_with("/swapfile2"));
    }

    #[test]
    fn a_card_gets_swap_in_memory_and_the_distribution_its_package() {
        let files = [
            ("/proc/mounts", "/dev/mmcblk0p2 / ext4 rw 0 0\n"),
            ("/sys/block/mmcblk0/size", "1\n"),
            ("/sys/class/block/mmcblk0p2/partition", "2\n"),
            ("/etc/os-release", "ID=raspbian\nID_LIKE=\"debian\"\n"),
        ];
        // Without the links of a real /sys a partition is not known to be its disk's.
        assert!(commands(&files).iter().any(|command| command.contains("/swapfile")));
        let files = [("/proc/mounts", "/dev/mmcblk0 / ext4 rw 0 0\n"), files[1], files[3]];
        let commands = commands(&files);
        assert_eq!(commands[0], "sudo apt install systemd-zram-generator");
        assert_eq!(commands.last().unwrap(), "sudo systemctl start dev-zram0.swap");
    }

    #[test]
    fn containers_and_nixos_get_no_commands() {
        let mounts = ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
        assert!(commands(&[mounts, ("/.dockerenv", "")]).is_empty());
        assert!(commands(&[mounts, ("/etc/NIXOS", "")]).is_empty());
    }
}
