//! W09 and W10: on what the swap lies: in the clear beside an encrypted root, or on a medium that is slow and wears out.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::disks::DiskKind;
use crate::facts::readings::Readings;
use crate::facts::swaps::{self, SwapArea};
use crate::host::{IfThere, Lacking, Reason};
use crate::sys::bytes::Bytes;

use super::commands::{affair_of_host, comment_out};
use super::encryption::Encryption;
use super::recipe;
use crate::swap::devices::{device_under, value_of_tag};
use crate::swap::disk;
use crate::swap::planned::{self, Origin};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "W09",
        name: "swap-unencrypted",
        group: Group::Swap,
        question: "Is the swap encrypted where the root file system is?",
        thresholds: "warn where / lies on an encrypted device and a swap area on disk, or the device that zram writes to, does not",
        why: "What is swapped out is written as it is: passphrases, private keys and open documents lie readable on the disk until something happens to overwrite them. Whoever takes the disk out reads there what the encryption of the root file system was to hide.",
        sources: &[
            "https://www.man7.org/linux/man-pages/man5/crypttab.5.html",
            "https://wiki.archlinux.org/title/Dm-crypt/Swap_encryption",
        ],
        examine: swap_unencrypted,
    },
    Check {
        id: "W10",
        name: "swap-slow-medium",
        group: Group::Swap,
        question: "Does the swap lie on a medium that is fast and durable enough for it?",
        thresholds: "info for swap on an SD card, eMMC, USB or rotational disk; skipped where nothing slow is found and the medium of an area is unknown",
        why: "Swap is read and written in single pages all over the area. A turning disk manages about a hundred of those a second, and cheap flash is worn out by them: an SD card may die within months, and takes the system on it along.",
        sources: &[
            "https://docs.kernel.org/admin-guide/blockdev/zram.html",
            "https://github.com/raspberrypi/rpi-swap",
        ],
        examine: slow_medium,
    },
];

fn swap_unencrypted(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let areas = readings.swaps()?;
    if areas.is_empty() {
        return Ok(Diagnosis::ok("No swap is in use that could be read from a disk"));
    }
    let encryption = Encryption::read(readings);
    let root = device_under(readings, "/", true);
    let Some(root) = root.filter(|root| encryption.covers(root) || !encryption.knows(root)) else {
        return Ok(Diagnosis::ok(
            "The root file system lies on no encrypted device, and the swap need not either",
        ));
    };
    if !encryption.covers(&root) {
        return Err(Lacking::absent(format!("/sys/class/block of {root}")));
    }
    let clear = areas_in_the_clear(readings, &encryption)?;
    let diagnosis = match clear.first() {
        None => Diagnosis::ok("The swap is encrypted, or lies in memory, as the root file system asks for"),
        Some((path, device)) => {
            Diagnosis::warn(format!("{path} on {device} is not encrypted, though the root file system is"))
        }
    };
    let diagnosis = diagnosis.evidence("/", "encrypted device", root);
    let diagnosis = clear.iter().fold(diagnosis, |diagnosis, (path, device)| {
        diagnosis.evidence(path, "device in the clear", device.as_str())
    });
    let mut partitions =
        areas.iter().filter(|area| !area.is_file && clear.iter().any(|(path, _)| *path == area.path));
    match partitions.next() {
        Some(area) => with_random_key(readings, diagnosis, area),
        None => Ok(diagnosis.working(
            "move the area to the encrypted file system: add a swap file there, then take this one off",
        )),
    }
}

/// The areas whose pages lie readable on a disk, and the disk's device.
fn areas_in_the_clear(
    readings: &Readings,
    encryption: &Encryption,
) -> Result<Vec<(String, String)>, Lacking> {
    let mut clear = Vec::new();
    for area in readings.swaps()?.iter().filter(|area| !area.is_deleted) {
        let device = match area.is_zram() {
            // What zram writes back lands on its backing device.
            true => {
                let devices = readings.zram()?;
                let own = devices
                    .iter()
                    .find(|device| area.path.strip_prefix("/dev/") == Some(device.name.as_str()));
                own.and_then(|device| device.backing_device.clone())
            }
            false => device_under(readings, &area.path, area.is_file),
        };
        match device {
            Some(device) if encryption.covers(&device) => {}
            Some(device) if !encryption.knows(&device) => {
                return Err(Lacking::absent(format!("/sys/class/block of {device}")));
            }
            Some(device) => clear.push((area.path.clone(), device)),
            None => {}
        }
    }
    Ok(clear)
}

/// A swap partition with a key that is made anew at each boot, which rules hibernation out.
fn with_random_key(readings: &Readings, diagnosis: Diagnosis, area: &SwapArea) -> Result<Diagnosis, Lacking> {
    let host = readings.host();
    let hibernates =
        host.read("/sys/power/resume").if_there().ok().flatten().is_some_and(|device| device.trim() != "0:0");
    if hibernates {
        return Ok(diagnosis
            .working("this machine hibernates: a key that is made anew at each boot would lose the image"));
    }
    let partition = value_of_tag(host, "/dev/disk/by-partuuid", &area.path);
    let Some(partition) = partition.filter(|partition| can_be_typed(partition)) else {
        return Ok(diagnosis);
    };
    let line = format!("cryptswap PARTUUID={partition} /dev/urandom swap,cipher=aes-xts-plain64,size=512");
    let mut commands = vec![format!("echo {} | sudo tee -a /etc/crypttab", quoted(&line))];
    for one in planned::areas(readings)?.iter().filter(|one| one.path() == Some(area.path.as_str())) {
        match &one.origin {
            Origin::Fstab(line) => commands.push(comment_out(*line)),
            // What a generator or another unit turns on would be in the way of the encryption; there is no one command for it.
            Origin::Unit(_) => return Ok(diagnosis),
        }
    }
    commands.push(super::commands::append_to_fstab("/dev/mapper/cryptswap"));
    Ok(diagnosis
        .working(format!(
            "{} gets a new key at each boot; nothing that is in it outlives one",
            quoted(&area.path)
        ))
        .fix(Fix::commands(commands).after_reboot()))
}

fn slow_medium(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let areas = readings.swaps()?;
    if areas.is_empty() {
        return Ok(Diagnosis::ok("No swap is in use that could be slow"));
    }
    let mut kinds = Vec::new();
    for area in areas {
        kinds.push((area, disk::under(readings, area)?));
    }
    let slowest = kinds.iter().filter_map(|(_, kind)| *kind).max();
    let unknown = kinds.iter().find(|(_, kind)| kind.is_none());
    let Some(kind) = slowest.filter(|kind| unknown.is_none() || disk::is_slow(*kind)) else {
        let path = unknown.map_or(swaps::PATH, |(area, _)| area.path.as_str());
        return Err(Lacking::new(path, Reason::Failed("on which medium it lies is unknown".to_owned())));
    };
    let size: Bytes = kinds.iter().filter(|(_, other)| *other == Some(kind)).map(|(area, _)| area.size).sum();
    let diagnosis = judge_medium(kind, size);
    let diagnosis = kinds.iter().fold(diagnosis, |diagnosis, (area, kind)| {
        diagnosis.evidence(swaps::PATH, &area.path, kind.map_or("unknown", DiskKind::name))
    });
    if diagnosis.severity == Severity::Ok || areas.iter().any(SwapArea::is_zram) {
        return Ok(diagnosis);
    }
    Ok(recipe::in_memory(readings).prescribe(diagnosis))
}

fn judge_medium(kind: DiskKind, size: Bytes) -> Diagnosis {
    let medium = disk::medium(kind);
    match kind {
        DiskKind::Rotational => {
            Diagnosis::info(format!("{size} of swap lie on {medium}, which manages about 100 pages a second"))
        }
        DiskKind::Card | DiskKind::Usb => {
            Diagnosis::info(format!("{size} of swap lie on {medium}, which swapping wears out"))
        }
        DiskKind::Memory => Diagnosis::ok("All swap lies in memory"),
        DiskKind::Nvme | DiskKind::Solid => Diagnosis::ok(format!("The slowest swap area lies on {medium}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Finding;
    use crate::doctor::on_tree::examine_tree;

    /// / on dm-0, which is encrypted and lies on sda1; dm-1 lies on dm-0.
    const ENCRYPTED: [(&str, &str); 7] = [
        ("/proc/mounts", "/dev/mapper/root / ext4 rw 0 0\n/dev/sda3 /data ext4 rw 0 0\n"),
        ("/dev/mapper/root", "->../dm-0"),
        ("/sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-0123-root\n"),
        ("/sys/class/block/dm-0/slaves/sda1", ""),
        ("/sys/class/block/dm-1/dm/uuid", "LVM-abc\n"),
        ("/sys/class/block/dm-1/slaves/dm-0", ""),
        ("/sys/class/block/sda2/partition", "2\n"),
    ];

    fn examine(swaps: &str, more: &[(&str, &str)]) -> Finding {
        let mut files = ENCRYPTED.to_vec();
        files.push(("/proc/swaps", swaps));
        files.extend(more);
        examine_tree("W09", &files)
    }

    #[test]
    fn swap_beside_an_encrypted_root_is_looked_at() {
        for (swaps, severity) in [
            ("", Severity::Ok),
            ("/dev/sda2 partition 1000 0 -2\n", Severity::Warn),
            ("/dev/dm-0 partition 1000 0 -2\n", Severity::Ok),
            ("/dev/dm-1 partition 1000 0 -2\n", Severity::Ok),
            ("/swapfile file 1000 0 -2\n", Severity::Ok),
            ("/data/swapfile file 1000 0 -2\n", Severity::Warn),
            ("/dev/zram0 partition 1000 0 100\n", Severity::Ok),
        ] {
            assert_eq!(examine(swaps, &[]).severity, severity, "{swaps}");
        }
    }

    #[test]
    fn what_zram_writes_back_counts() {
        let more = [("/sys/block/zram0/disksize", "4096\n"), ("/sys/block/zram0/backing_dev", "/dev/sda2\n")];
        assert_eq!(examine("/dev/zram0 partition 1000 0 100\n", &more).severity, Severity::Warn);
    }

    #[test]
    fn the_fix_needs_a_name_that_lasts_and_no_hibernation() {
        let swaps = "/dev/sda2 partition 1000 0 -2\n";
        let partition = ("/dev/disk/by-partuuid/ab-cd", "->../../sda2");
        let fstab = ("/etc/fstab", "/dev/mapper/root / ext4 rw\n/dev/sda2 none swap sw\n");
        assert!(examine(swaps, &[]).fix.is_none());
        assert!(examine(swaps, &[partition, ("/sys/power/resume", "8:2\n")]).fix.is_none());
        let fix = examine(swaps, &[partition, fstab, ("/sys/power/resume", "0:0\n")]).fix.unwrap();
        assert!(fix.needs_reboot && fix.commands.len() == 3);
        assert!(fix.commands[0].contains("PARTUUID=ab-cd"));
        assert_eq!(fix.commands[1], "sudo sed -i '2s/^/#/' /etc/fstab");
        let hostile = ("/dev/disk/by-partuuid/a';reboot;'", "->../../sda2");
        let fix = examine(swaps, &[hostile]).fix.unwrap();
        assert!(fix.commands[0].contains(r"a'\'';reboot;'\'' /dev/urandom"), "{}", fix.commands[0]);
    }

    #[test]
    fn a_capture_without_sysfs_is_told_by_crypttab_or_not_at_all() {
        let swaps = ("/proc/swaps", "/dev/sda2 partition 1000 0 -2\n");
        let mounts = ("/proc/mounts", "/dev/mapper/root / ext4 rw 0 0\n");
        let crypttab = ("/etc/crypttab", "# c\nroot UUID=1 none luks\n");
        assert_eq!(examine_tree("W09", &[swaps, mounts, crypttab]).severity, Severity::Warn);
        assert_eq!(examine_tree("W09", &[swaps, mounts]).severity, Severity::Skip);
        let mapped = ("/proc/swaps", "/dev/dm-1 partition 1000 0 -2\n");
        assert_eq!(examine_tree("W09", &[mapped, mounts, crypttab]).severity, Severity::Skip);
        let plain = ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
        assert_eq!(examine_tree("W09", &[swaps, plain]).severity, Severity::Ok);
    }

    #[test]
    fn slow_media_are_told() {
        for (device, more, severity) in [
            ("mmcblk0", vec![], Severity::Info),
            ("nvme0n1", vec![], Severity::Ok),
            ("sda", vec![("/sys/block/sda/queue/rotational", "1\n")], Severity::Info),
            ("sda", vec![("/sys/block/sda/queue/rotational", "0\n")], Severity::Ok),
            ("zram0", vec![], Severity::Ok),
        ] {
            let size = format!("/sys/block/{device}/size");
            let swaps = format!("/dev/{device} partition 1000 0 -2\n");
            let mut files = vec![
                ("/proc/swaps", swaps.as_str()),
                (size.as_str(), "1\n"),
                ("/proc/meminfo", "MemTotal: 4000 kB\n"),
            ];
            files.extend(more);
            let finding = examine_tree("W10", &files);
            assert_eq!(finding.severity, severity, "{device}");
            assert_eq!(finding.fix.is_some(), severity == Severity::Info);
        }
        assert_eq!(examine_tree("W10", &[]).severity, Severity::Ok);
    }

    #[test]
    fn the_medium_is_named_in_full_or_called_unknown() {
        let (sda, nfs) = ("/dev/sda partition 1000 0 -2\n", "/data/swap file 1000 0 -3\n");
        let examined = |swaps: &str, rotates: &str| {
            examine_tree(
                "W10",
                &[
                    ("/proc/swaps", swaps),
                    ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\nserver:/data /data nfs4 rw 0 0\n"),
                    ("/sys/block/sda/queue/rotational", rotates),
                    ("/proc/meminfo", "MemTotal: 4000 kB\n"),
                ],
            )
        };
        assert_eq!(examined(sda, "0\n").title, "The slowest swap area lies on a solid-state disk");
        for swaps in [nfs.to_owned(), format!("{sda}{nfs}")] {
            let unknown = examined(&swaps, "0\n");
            assert_eq!(unknown.severity, Severity::Skip);
            assert!(
                unknown.title.contains("/data/swap") && unknown.title.contains("unknown"),
                "{}",
                unknown.title
            );
        }
        // What is known to be slow is told all the same.
        let slow = examined(&format!("{sda}{nfs}"), "1\n");
        assert_eq!(slow.severity, Severity::Info);
        assert!(slow.title.contains("lie on a rotational disk"), "{}", slow.title);
        assert_eq!(slow.evidence[1].value, "unknown".into());
    }
}
