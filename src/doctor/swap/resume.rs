//! W12: whether the machine would find its image again after hibernation.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::{Lacking, Reason};

use super::commands::affair_of_host;
use crate::swap::devices::{self, Target, device_under};
use crate::swap::resume::{self, INITRAMFS, Resume};
use crate::swap::resume_place::place_of;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W12",
    name: "resume-stale",
    group: Group::Swap,
    question: "Does the place to wake up from after hibernation belong to the swap in use?",
    thresholds: "warn where resume= names a device that is gone or holds no swap area in use, or resume_offset another place than the swap file's; the offset is skipped where no program tells where the file lies",
    why: "The image of a hibernated machine lies in its swap, and the next boot looks for it where resume= points. After the swap was moved, made anew or replaced by zram that is the wrong place: the machine boots as if it had crashed, with all open work lost, and where the device is gone it first waits half a minute for it.",
    sources: &[
        "https://docs.kernel.org/power/swsusp-and-swap-files.html",
        "https://manpages.debian.org/initramfs-tools",
        "https://github.com/util-linux/util-linux/issues/2359",
    ],
    examine: resume_stale,
}];

fn resume_stale(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let host = readings.host();
    if host.is_live() && !host.has("/sys/power/resume") {
        return Ok(Diagnosis::ok("This kernel cannot hibernate"));
    }
    let Some(resume) = resume::configured(host)? else {
        return Ok(Diagnosis::ok("Nothing is set up to wake up from hibernation"));
    };
    let diagnosis = match resume::target_of(host, &resume.device) {
        Target::Unknown => {
            let why = "where it leads is not known without udev's links".to_owned();
            return Err(Lacking::new(&resume.device, Reason::Failed(why)));
        }
        Target::Gone => {
            Diagnosis::warn(format!("The machine shall wake up from {}, which is not there", resume.device))
        }
        Target::At(device) => judge(readings, &resume, &device)?,
    };
    let diagnosis = diagnosis.evidence(&resume.origin, "resume", resume.device.as_str()).evidence(
        &resume.origin,
        "resume_offset",
        resume.offset,
    );
    Ok(match fix(readings, &resume) {
        Some(fix) => diagnosis.fix(fix),
        None => diagnosis,
    })
}

fn judge(readings: &Readings, resume: &Resume, device: &str) -> Result<Diagnosis, Lacking> {
    let areas = readings.swaps()?.iter().filter(|area| !area.is_zram() && !area.is_deleted);
    let on_device =
        areas.filter(|area| device_under(readings, &area.path, area.is_file).as_deref() == Some(device));
    let (files, partitions): (Vec<&SwapArea>, Vec<&SwapArea>) = on_device.partition(|area| area.is_file);
    if resume.offset == 0 {
        return Ok(match partitions.first() {
            Some(_) => Diagnosis::ok(format!("The machine wakes up from {device}, which is swap in use")),
            None => Diagnosis::warn(format!(
                "The machine shall wake up from {device}, which is no swap area in use"
            )),
        });
    }
    let mut places = Vec::new();
    for file in files {
        places.push((file, place_of(readings, &file.path)?));
    }
    let is_right = places.iter().any(|(_, place)| *place == resume.offset);
    let mut diagnosis = match places.first() {
        _ if is_right => Diagnosis::ok(format!(
            "The machine wakes up from page {} of {device}, where the swap file begins",
            resume.offset
        )),
        Some((file, place)) => Diagnosis::warn(format!(
            "The machine shall wake up from page {} of {device}, but {} begins at page {place}",
            resume.offset, file.path
        )),
        None => Diagnosis::warn(format!(
            "The machine shall wake up from a swap file on {device}, and none is in use there"
        )),
    };
    for (file, place) in places {
        diagnosis = diagnosis.evidence(&file.path, "first page on its device", place);
    }
    Ok(diagnosis)
}

/// Points the machine to the swap partition in use, or, without one, tells the initramfs to look for nothing.
fn fix(readings: &Readings, resume: &Resume) -> Option<Fix> {
    let host = readings.host();
    if !INITRAMFS.contains(&resume.origin.as_str()) {
        // Every boot loader keeps the kernel's arguments elsewhere.
        return None;
    }
    let areas =
        readings.swaps().ok()?.iter().filter(|area| !area.is_file && !area.is_zram() && !area.is_deleted);
    let largest = areas.max_by_key(|area| area.size);
    let device = largest.map_or("none".to_owned(), |area| devices::lasting_name(host, &area.path));
    let line = format!("RESUME={device}");
    can_be_typed(&line).then(|| {
        Fix::commands([
            format!("echo {} | sudo tee {}", quoted(&line), INITRAMFS[0]),
            "sudo update-initramfs -u".to_owned(),
        ])
        .after_reboot()
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const PARTITION: (&str, &str) = ("/proc/swaps", "/dev/sda2 partition 1000 0 -2\n");
    const FILE: (&str, &str) = ("/proc/swaps", "/swapfile file 1000 0 -2\n");
    const ROOT: (&str, &str) = ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
    const UUID: (&str, &str) = ("/dev/disk/by-uuid/1-2", "->../../sda2");

    fn examine(arguments: &str, more: &[(&str, &str)]) -> Finding {
        let mut files = vec![("/proc/cmdline", arguments), UUID, ROOT];
        files.extend(more);
        examine_tree("W12", &files)
    }

    #[test]
    fn a_partition_must_be_swap_in_use() {
        for (arguments, severity) in [
            ("quiet", Severity::Ok),
            ("resume=UUID=1-2", Severity::Ok),
            ("resume=/dev/sda2", Severity::Ok),
            ("resume=swap:/dev/sda2", Severity::Ok),
            ("resume=UUID=9", Severity::Warn),
            ("resume=/dev/sda3", Severity::Warn),
            ("resume=/dev/sda3 noresume", Severity::Ok),
            ("resume=PARTUUID=9", Severity::Skip),
        ] {
            assert_eq!(examine(arguments, &[PARTITION]).severity, severity, "{arguments}");
        }
        let zram = ("/proc/swaps", "/dev/zram0 partition 1000 0 100\n");
        assert_eq!(examine("resume=UUID=1-2", &[zram]).severity, Severity::Warn);
    }

    #[test]
    fn a_file_must_lie_where_the_offset_says() {
        let printed = "Filesystem type is: ef53\nFile size of /swapfile is 3145728 (768 blocks of 4096 bytes)\n \
            ext:     logical_offset:        physical_offset: length:   expected: flags:\n   \
            0:        0..     767:      34816..     35583:    768:             last,eof\n";
        let filefrag = ("/sos_commands/filesys/filefrag_-v_-b4096_.swapfile", printed);
        for (offset, severity) in [(34816, Severity::Ok), (34815, Severity::Warn)] {
            let arguments = format!("resume=/dev/sda1 resume_offset={offset}");
            let finding = examine(&arguments, &[FILE, filefrag]);
            assert_eq!(finding.severity, severity, "{}", finding.title);
        }
        let arguments = "resume=/dev/sda1 resume_offset=34816";
        assert_eq!(examine(arguments, &[FILE]).severity, Severity::Skip);
        assert_eq!(examine(arguments, &[PARTITION]).severity, Severity::Warn);
    }

    #[test]
    fn debians_initramfs_is_asked_and_mended() {
        let stale = ("/etc/initramfs-tools/conf.d/resume", "RESUME=UUID=9\n");
        let fix = examine("quiet", &[stale, PARTITION]).fix.unwrap();
        assert_eq!(fix.commands[0], "echo 'RESUME=UUID=1-2' | sudo tee /etc/initramfs-tools/conf.d/resume");
        assert!(fix.needs_reboot);
        let fix = examine("quiet", &[stale, FILE]).fix.unwrap();
        assert!(fix.commands[0].contains("RESUME=none"));
        let none = ("/etc/initramfs-tools/conf.d/resume", "RESUME=none\n");
        assert_eq!(examine("quiet", &[none, PARTITION]).severity, Severity::Ok);
    }

    #[test]
    fn the_running_kernel_is_asked_last() {
        let resume = ("/sys/power/resume", "8:2\n");
        let link = ("/sys/dev/block/8:2", "->../../devices/pci0000:00/block/sda/sda2");
        assert_eq!(examine("quiet", &[resume, link, PARTITION]).severity, Severity::Ok);
        assert_eq!(
            examine("quiet", &[("/sys/power/resume", "8:9\n"), link, PARTITION]).severity,
            Severity::Warn
        );
        assert_eq!(examine("quiet", &[("/sys/power/resume", "0:0\n"), PARTITION]).severity, Severity::Ok);
        assert_eq!(examine("quiet", &[("/sys/power/resume", "8\n")]).severity, Severity::Skip);
    }
}
