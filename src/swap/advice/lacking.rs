//! What a machine lacks of the swap that it should have, with the reasoning and the commands.

use serde::Serialize;

use crate::facts::readings::Readings;
use crate::host::{Host, Lacking};
use crate::profile::{SizedSwap, SwapKind};
use crate::swap::areas::{Area, Kind};
use crate::swap::{commands, removal, sizing, survey};
use crate::sys::bytes::Bytes;

use super::grounds::Grounds;
use super::wanted::{self, Wanted};

/// The answer of `memtune swap advise`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    schema: &'static str,
    /// What the machine should swap to.
    pub kind: Advised,
    /// How much of it on disks; `None` for none.
    pub disk: Option<Bytes>,
    /// How much of it in memory, before compression; `None` for none.
    pub zram: Option<Bytes>,
    /// Whether what there is will do; `None` where nothing can be said or done about it from here.
    pub is_enough: Option<bool>,
    /// What the advice rests on.
    pub grounds: Grounds,
    /// How it came about, in sentences.
    pub reasons: Vec<String>,
    /// What to type, in this order; nothing where it is enough or cannot be done here.
    pub commands: Vec<String>,
}

/// Kinds of swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Advised {
    /// A file or partition.
    Disk,
    /// Compressed, in memory.
    Zram,
    /// Compressed in memory, and a file behind it.
    Both,
    /// None.
    None,
}

impl Advised {
    fn of(disk: Option<Bytes>, zram: Option<Bytes>) -> Self {
        match (disk, zram) {
            (Some(_), Some(_)) => Self::Both,
            (Some(_), None) => Self::Disk,
            (None, Some(_)) => Self::Zram,
            (None, None) => Self::None,
        }
    }
}

impl Advice {
    /// For this machine; `wishes` are those of the profiles that are active or were named.
    ///
    /// # Errors
    /// Says why it is not known how much memory or swap there is.
    pub fn of(readings: &Readings, wishes: &[SizedSwap]) -> Result<Self, Lacking> {
        let areas = survey::areas(readings)?;
        let mut advice = Self {
            schema: "memtune.swap-advice/1",
            kind: Advised::None,
            disk: None,
            zram: None,
            is_enough: None,
            grounds: Grounds::of(readings, &areas)?,
            reasons: Vec::new(),
            commands: Vec::new(),
        };
        advice.reasons = advice.grounds.sentences();
        if let Some(bar) = sizing::bar(readings) {
            advice.reasons.push(bar.to_owned());
            return Ok(advice);
        }
        match wishes.iter().find(|wish| wish.kind == SwapKind::None) {
            Some(wish) => advice.without(wish, readings, &areas),
            None if advice.grounds.swap_unknown.is_some() => advice.in_general(wanted::by(readings, wishes)),
            None => advice.with(wanted::by(readings, wishes), &areas, readings.host()),
        }
        advice.kind = Advised::of(advice.disk, advice.zram);
        Ok(advice)
    }

    /// A profile wants none: what is there goes, as far as what it holds fits into memory.
    fn without(&mut self, wish: &SizedSwap, readings: &Readings, areas: &[Area]) {
        self.reasons.push(format!("the profile {} wants no swap: {}", wish.profile, wish.reason));
        let used = readings.swaps().map(Vec::as_slice).unwrap_or_default();
        self.is_enough = Some(used.is_empty());
        for area in used.iter().filter(|area| !area.is_deleted && commands::can_be_typed(&area.path)) {
            if areas.iter().any(|one| one.resume && one.path == area.path) {
                let why = "a hibernated machine looks for its image there";
                self.reasons.push(format!("{} stays: {why}", area.path));
                continue;
            }
            match removal::of_area(readings, area) {
                Ok(removal) if removal.is_safe => {
                    self.reasons.push(removal.working);
                    self.commands.push(match area.is_zram() {
                        true if commands::keeps_zram(readings.host()) => commands::no_zram(),
                        true => commands::off(&area.path),
                        false => commands::remove(&area.path),
                    });
                }
                Ok(removal) => self.reasons.push(format!(
                    "{}: {} are missing, so it must stay for now",
                    removal.working, removal.missing
                )),
                Err(lacking) => self.reasons.push(lacking.to_string()),
            }
        }
        // Several devices go with one command.
        self.commands.dedup();
    }

    /// What is wanted, where it is not known what there is: nothing can be proposed.
    fn in_general(&mut self, wanted: Wanted) {
        self.reasons.extend(wanted.addition.workings);
        (self.disk, self.zram) = (wanted.addition.file, wanted.addition.memory);
    }

    /// What is wanted, less what there is.
    fn with(&mut self, wanted: Wanted, areas: &[Area], host: &Host) {
        self.reasons.extend(wanted.addition.workings.iter().cloned());
        let (disk, zram) = (self.grounds.swap_on_disks, self.grounds.swap_in_memory);
        if wanted.is_only_usual && self.will_do(wanted.addition.file.or(wanted.addition.memory)) {
            self.reasons.push(format!(
                "there are {} already, {}and never half full so far: that will do",
                disk + zram,
                if wanted.addition.file.is_some() { "at least half of that, " } else { "" }
            ));
            self.disk = Some(disk).filter(|size| size.0 > 0);
            self.zram = Some(zram).filter(|size| size.0 > 0);
            self.is_enough = Some(true);
            return;
        }
        self.disk = wanted.addition.file.max(Some(disk).filter(|size| size.0 > 0));
        self.zram = wanted.addition.memory.max(Some(zram).filter(|size| size.0 > 0));
        // In front of the disk, so that the disk is filled last.
        if let Some(size) = wanted.addition.memory.filter(|&size| is_short(zram, size)) {
            self.in_memory(size, wanted.is_only_usual, host);
        }
        if let Some(command) = wanted.addition.file.and_then(|size| self.on_disk(size, areas)) {
            self.commands.push(command);
            self.reasons.extend(wanted.addition.room);
        }
        let is_wanted = wanted.addition.file.is_some() || wanted.addition.memory.is_some();
        self.is_enough = is_wanted.then_some(self.commands.is_empty());
    }

    /// Compressed swap, which memtune keeps by a unit of systemd; elsewhere it is made by hand.
    fn in_memory(&mut self, size: Bytes, is_half: bool, host: &Host) {
        if commands::keeps_zram(host) {
            return self.commands.push(if is_half { commands::zram(50) } else { commands::zram_of(size) });
        }
        self.commands.extend(commands::zram_by_hand(size));
        self.reasons.push("systemd does not run this machine, so that nothing makes compressed swap again at boot: a start script has to".to_owned());
    }

    /// Half of the usual, of whatever kind, where it never was half full.
    fn will_do(&self, usual: Option<Bytes>) -> bool {
        let present = self.grounds.swap_on_disks + self.grounds.swap_in_memory;
        let most_used = self.grounds.swap_peak.unwrap_or_default().max(self.grounds.swap_used);
        let is_little = present.0 / 2 >= most_used.0 && present.0 > 0;
        is_little && usual.is_none_or(|usual| !is_short(present * 2, usual))
    }

    /// A larger file in place of the only one, or one more.
    fn on_disk(&mut self, wanted: Bytes, areas: &[Area]) -> Option<String> {
        let present = self.grounds.swap_on_disks;
        if let Some(image) = self.grounds.image.filter(|_| self.grounds.image_fits == Some(false))
            && is_short(present, wanted)
        {
            let size = wanted.max(Bytes::from_gib(image.0.div_ceil(1 << 30)));
            self.disk = self.disk.max(Some(size));
            self.reasons.push(format!(
                "one area of {size} takes the image, too, once `resume=` (and `resume_offset=`, for a file) names it"
            ));
            return Some(commands::add(size));
        }
        if self.grounds.is_nearly_full() {
            return Some(commands::add(wanted));
        }
        if !is_short(present, wanted) {
            return None;
        }
        let on_disks: Vec<&Area> =
            areas.iter().filter(|area| area.kind != Kind::Zram && area.in_use).collect();
        match on_disks[..] {
            [area] if can_grow(area) => Some(commands::resize(&area.path, wanted)),
            _ => {
                // An area is a page smaller than its file or partition: that makes no further GiB.
                let missing = wanted.less(present) + Bytes::from_mib(512);
                Some(commands::add(Bytes::from_gib((missing.0 >> 30).max(1))))
            }
        }
    }
}

/// A tenth less than wanted is as good.
fn is_short(present: Bytes, wanted: Bytes) -> bool {
    present < Bytes(wanted.0 / 10 * 9)
}

/// A file of the owner's own: what a program manages, it would make anew as it was, and an image is looked for where it was.
fn can_grow(area: &Area) -> bool {
    let is_own =
        area.held_by.as_ref().is_some_and(|holders| holders.iter().all(|holder| holder.line.is_some()));
    area.kind == Kind::File && !area.deleted && !area.resume && is_own && commands::can_be_typed(&area.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const NO_SWAP: (&str, &str) = ("/proc/swaps", "");
    const MEMORY: (&str, &str) = ("/proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 6000000 kB\n");
    const DISK: (&str, &str) = ("/proc/mounts", "/dev/nvme0n1 / ext4 rw 0 0\n");
    const NVME: (&str, &str) = ("/sys/block/nvme0n1/size", "8\n");
    const KERNEL: (&str, &str) = ("/proc/sys/kernel/osrelease", "6.12.1\n");

    fn advised(more: &[(&str, &str)], wishes: &[SizedSwap]) -> Advice {
        let files = [&[NO_SWAP, MEMORY, DISK, NVME, KERNEL], more].concat();
        let (_folder, host) = made_tree(&files);
        Advice::of(&Readings::new(&host, None), wishes).unwrap()
    }

    fn wish(kind: SwapKind, gib: Option<u64>) -> SizedSwap {
        SizedSwap {
            kind,
            size: gib.map(Bytes::from_gib),
            workings: Vec::new(),
            reason: "it is so".to_owned(),
            source: "a test".to_owned(),
            effect: None,
            profile: "made".to_owned(),
        }
    }

    /// An area of /swapfile with so many GiB, so many MiB of them in use, held by fstab.
    fn file(gib: u64, used: u64) -> [(String, String); 2] {
        let swaps = format!("/swapfile file {} {} -2\n", gib << 20, used << 10);
        [("/proc/swaps".into(), swaps), ("/etc/fstab".into(), "/swapfile none swap sw 0 0\n".into())]
    }

    fn with_file(gib: u64, used: u64, wishes: &[SizedSwap]) -> Advice {
        let files = file(gib, used);
        let files = files.each_ref().map(|(path, text)| (path.as_str(), text.as_str()));
        advised(&files, wishes)
    }

    #[test]
    fn a_machine_without_swap_gets_what_is_usual() {
        let advice = advised(&[], &[]);
        assert_eq!((advice.kind, advice.disk), (Advised::Disk, Some(Bytes::from_gib(8))));
        assert_eq!(advice.commands, ["sudo memtune swap add 8G"]);
        assert_eq!(advice.is_enough, Some(false));
        let card = [("/proc/mounts", "/dev/mmcblk0 / ext4 rw 0 0\n"), ("/sys/block/mmcblk0/size", "8\n")];
        let advice = advised(&card, &[]);
        assert_eq!((advice.kind, advice.zram), (Advised::Zram, Some(Bytes::from_gib(4))));
        assert_eq!(advice.commands, ["sudo memtune swap zram 50%"]);
        let turning =
            [("/proc/mounts", "/dev/sda / ext4 rw 0 0\n"), ("/sys/block/sda/queue/rotational", "1\n")];
        let advice = advised(&turning, &[]);
        assert_eq!(advice.kind, Advised::Both);
        assert_eq!(advice.commands, ["sudo memtune swap zram 50%", "sudo memtune swap add 8G"]);
    }

    #[test]
    fn half_of_the_usual_will_do_where_it_never_was_half_full() {
        for (gib, used, command) in [
            (8, 0, None),
            (4, 2048, None),
            (4, 2049, Some("sudo memtune swap resize /swapfile 8G")),
            (3, 0, Some("sudo memtune swap resize /swapfile 8G")),
            (8, 5000, None),
            (8, 8000, Some("sudo memtune swap add 8G")),
        ] {
            let advice = with_file(gib, used, &[]);
            let expected: Vec<&str> = command.into_iter().collect();
            assert_eq!(advice.commands, expected, "{gib} GiB with {used} MiB");
            assert_eq!(advice.is_enough, Some(command.is_none()), "{gib} {used}");
        }
        let once_full = [
            ("/proc/swaps", "/dev/sda2 partition 4194304 0 -2\n"),
            ("/sys/fs/cgroup/user.slice/memory.swap.peak", "4000000000\n"),
        ];
        assert_eq!(advised(&once_full, &[]).commands, ["sudo memtune swap add 4G"]);
    }

    #[test]
    fn the_image_of_hibernation_needs_one_area() {
        let resume = ("/proc/cmdline", "resume=/dev/sda2");
        for (mib, fits, command) in [
            (8192, true, None),
            (4096, true, None),
            // Two fifths of 8 GiB.
            (3276, false, Some("sudo memtune swap add 8G")),
            (976, false, Some("sudo memtune swap add 8G")),
        ] {
            let swaps = format!("/dev/sda2 partition {} 0 -2\n", mib << 10);
            let advice = advised(&[("/proc/swaps", &swaps), resume], &[]);
            assert_eq!(advice.grounds.image_fits, Some(fits), "{mib}");
            assert_eq!(advice.commands, Vec::from_iter(command), "{mib}");
        }
        // What will do for swap is said not to do for the image.
        let swaps = ("/proc/swaps", "/dev/sda2 partition 4194304 0 -2\n");
        let advice = advised(&[swaps, resume, ("/sys/power/image_size", "6000000000\n")], &[]);
        assert_eq!((advice.is_enough, advice.grounds.image_fits), (Some(true), Some(false)));
        assert!(
            advice.reasons.iter().any(|reason| reason.contains("too small for that")),
            "{:?}",
            advice.reasons
        );
    }

    #[test]
    fn where_it_is_not_known_what_there_is_nothing_is_proposed() {
        let (_folder, host) = made_tree(&[MEMORY, DISK, NVME, KERNEL]);
        let advice = Advice::of(&Readings::new(&host, None), &[]).unwrap();
        assert_eq!((advice.is_enough, advice.commands.len()), (None, 0));
        assert_eq!(advice.disk, Some(Bytes::from_gib(8)));
    }

    #[test]
    fn only_what_works_here_is_proposed() {
        let without_systemd = [
            ("/proc/1/comm", "init\n"),
            ("/proc/mounts", "/dev/mmcblk0 / ext4 rw 0 0\n"),
            ("/sys/block/mmcblk0/size", "8\n"),
        ];
        let advice = advised(&without_systemd, &[]);
        assert_eq!(advice.commands, commands::zram_by_hand(Bytes::from_gib(4)));
        assert!(advice.reasons.iter().any(|reason| reason.contains("start script")), "{:?}", advice.reasons);
    }

    #[test]
    fn profiles_have_a_say() {
        let disk = wish(SwapKind::Disk, Some(16));
        assert_eq!(advised(&[], std::slice::from_ref(&disk)).commands, ["sudo memtune swap add 16G"]);
        assert_eq!(
            with_file(8, 0, std::slice::from_ref(&disk)).commands,
            ["sudo memtune swap resize /swapfile 16G"]
        );
        assert_eq!(with_file(15, 0, &[disk]).is_enough, Some(true));
        let zram = advised(&[], &[wish(SwapKind::Zram, Some(8))]);
        assert_eq!(
            (zram.kind, &zram.commands[..]),
            (Advised::Zram, &["sudo memtune swap zram 8G".to_owned()][..])
        );
        let any = advised(&[], &[wish(SwapKind::Zram, None), wish(SwapKind::Disk, None)]);
        assert_eq!(any.commands, ["sudo memtune swap zram 4G", "sudo memtune swap add 8G"]);
    }

    #[test]
    fn no_swap_is_reached_only_where_memory_can_take_it_back() {
        let none = [wish(SwapKind::None, None)];
        let roomy = with_file(8, 1000, &none);
        assert_eq!((roomy.kind, roomy.is_enough), (Advised::None, Some(false)));
        assert_eq!(roomy.commands, ["sudo memtune swap remove /swapfile"]);
        let tight = with_file(8, 7000, &none);
        assert!(tight.commands.is_empty() && tight.is_enough == Some(false));
        assert!(tight.reasons.iter().any(|reason| reason.contains("are missing")), "{:?}", tight.reasons);
        assert_eq!(advised(&[], &none).is_enough, Some(true));
        let image =
            [("/proc/swaps", "/dev/sda2 partition 1000 0 -2\n"), ("/proc/cmdline", "resume=/dev/sda2")];
        assert!(advised(&image, &none).commands.is_empty());
    }

    #[test]
    fn containers_and_nixos_are_told_where_swap_is_made() {
        for mark in ["/.dockerenv", "/etc/NIXOS"] {
            let advice = advised(&[(mark, "")], &[wish(SwapKind::Disk, Some(4))]);
            assert_eq!((advice.is_enough, advice.commands.len()), (None, 0), "{mark}");
        }
    }

    #[test]
    fn a_file_of_a_program_or_with_an_odd_name_is_not_resized() {
        let swaps = |name: &str| format!("{name} file 1048576 0 -2\n");
        let managed = [("/proc/swaps", swaps("/var/swap")), ("/etc/dphys-swapfile", String::new())];
        let odd = [("/proc/swaps", swaps("/a\\033b")), ("/etc/hostname", "a\n".to_owned())];
        for files in [managed, odd] {
            let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
            assert_eq!(advised(&files, &[]).commands, ["sudo memtune swap add 7G"]);
        }
    }
}
