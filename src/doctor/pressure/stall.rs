//! P01 and P02: whether work waits for memory, and whether the kernel measures it.

use crate::doctor::boot_parameter;
use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::pressure::PATH;
use crate::facts::readings::Readings;
use crate::host::{IfThere, Lacking};

use super::{groups, psi};

const PSI_DOC: &str = "https://docs.kernel.org/accounting/psi.html";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "P01",
        name: "no-psi",
        group: Group::Pressure,
        question: "Does the kernel measure how long work waits for memory?",
        thresholds: "info where it does not; in a captured tree without the file, only where the kernel's release, command line or configuration tells why",
        why: "Free memory says little: a machine can be slow with much of it free, and fast with none. The time that work spends waiting tells the difference, and systemd-oomd and other watchdogs can do nothing without it. Some distributions build it into the kernel and leave it switched off.",
        sources: &[PSI_DOC, "https://docs.kernel.org/admin-guide/kernel-parameters.html"],
        examine: no_psi,
    },
    Check {
        id: "P02",
        name: "pressure",
        group: Group::Pressure,
        question: "Does work wait for memory right now?",
        thresholds: "warn where some work waited for more than 10 % of the last minute, error where all work waited for more than 5 % of it",
        why: "What waits here waits for pages to be freed or to be read back, not for a disk that it asked itself. Once everything waits for a noticeable share of the time the machine feels frozen, and it often stays so for many minutes before the kernel kills anything. systemd-oomd steps in at 60 % by default.",
        sources: &[PSI_DOC, "https://www.freedesktop.org/software/systemd/man/latest/oomd.conf.html"],
        examine: pressure,
    },
];

fn no_psi(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(pressure) = readings.pressure().if_there()? {
        let title = "The kernel measures how long work waits for memory";
        return Ok(Diagnosis::ok(title).evidence(PATH, "some avg300", pressure.some.last_300));
    }
    let cause = psi::cause(readings);
    if cause.is_none() && !readings.host().is_live() {
        // Many captures leave the file out: that says nothing about the machine.
        return Err(Lacking::absent(PATH));
    }
    let title = match &cause {
        Some(cause) => {
            format!("The kernel does not measure how long work waits for memory: {}", cause.reason)
        }
        None => "The kernel does not measure how long work waits for memory".to_owned(),
    };
    let diagnosis = Diagnosis::info(title).evidence(PATH, "file", "absent");
    let can_be_switched_on = cause.as_ref().is_none_or(|cause| cause.can_be_switched_on);
    let diagnosis = match cause {
        Some(cause) => diagnosis.evidence(cause.source, "setting", cause.found),
        None => diagnosis,
    };
    Ok(match boot_parameter::add(readings.host(), "psi=1") {
        Some(fix) if can_be_switched_on => diagnosis.fix(fix),
        _ => diagnosis,
    })
}

fn pressure(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let pressure = *readings.pressure()?;
    let (some, full) = (pressure.some.last_60, pressure.full.last_60);
    let diagnosis = if full > 5.0 {
        Diagnosis::error(format!("All work stood still for memory during {full:.1} % of the last minute"))
    } else if some > 10.0 {
        Diagnosis::warn(format!("Some work waited for memory during {some:.1} % of the last minute"))
    } else {
        Diagnosis::ok(format!("Work waited for memory during {some:.1} % of the last minute"))
    };
    let is_fine = some <= 10.0 && full <= 5.0;
    let diagnosis = diagnosis
        .evidence(PATH, "some avg60", some)
        .evidence(PATH, "full avg60", full)
        .evidence(PATH, "some avg300", pressure.some.last_300)
        .evidence(PATH, "full avg300", pressure.full.last_300)
        .working(format!("some {some:.2} % against 10 %, all {full:.2} % against 5 % of the last 60 s"));
    if is_fine {
        return Ok(diagnosis);
    }
    let pressed = groups::most_pressed(readings);
    Ok(pressed.into_iter().fold(diagnosis, |diagnosis, (path, pressure)| {
        diagnosis.evidence(path.clone(), "full avg60", pressure.full.last_60).evidence(
            path,
            "some avg60",
            pressure.some.last_60,
        )
    }))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    use super::*;

    fn shares(some: &str, full: &str) -> String {
        format!(
            "some avg10=0.00 avg60={some} avg300=0.00 total=1\nfull avg10=0.00 avg60={full} avg300=0.00 total=1\n"
        )
    }

    #[test]
    fn a_kernel_that_measures_is_fine_and_an_old_one_is_told() {
        let measured = shares("0.00", "0.00");
        assert_eq!(examine_tree("P01", &[(PATH, &measured)]).severity, Severity::Ok);
        let old = [("/proc/sys/kernel/osrelease", "4.9.337-tegra\n")];
        let finding = examine_tree("P01", &old);
        assert_eq!((finding.severity, finding.fix), (Severity::Info, None));
    }

    #[test]
    fn what_switched_it_off_is_mended_in_the_way_of_the_distribution() {
        let config = "CONFIG_PSI=y\nCONFIG_PSI_DEFAULT_DISABLED=y\n";
        let files = [
            ("/proc/sys/kernel/osrelease", "4.18.0-553.el8.x86_64"),
            ("/boot/config-4.18.0-553.el8.x86_64", config),
            ("/usr/sbin/grubby", ""),
        ];
        let fix = examine_tree("P01", &files).fix.unwrap();
        assert_eq!(fix.commands, ["sudo grubby --update-kernel=ALL --args='psi=1'"]);
        assert!(fix.needs_reboot && fix.needs_root);
        let files = [
            ("/proc/cmdline", "root=/dev/sda psi=1 psi=0\n"),
            ("/boot/firmware/cmdline.txt", "root=/dev/sda psi=0\n"),
        ];
        let fix = examine_tree("P01", &files).fix.unwrap();
        assert_eq!(fix.commands, ["sudo sed -i '1s/$/ psi=1/' /boot/firmware/cmdline.txt"]);
    }

    #[test]
    fn a_kernel_built_without_it_cannot_be_switched_on() {
        let files = [
            ("/proc/sys/kernel/osrelease", "6.1.0"),
            ("/boot/config-6.1.0", "# CONFIG_PSI is not set\n"),
            ("/usr/sbin/grubby", ""),
        ];
        let finding = examine_tree("P01", &files);
        assert_eq!((finding.severity, finding.fix), (Severity::Info, None));
    }

    #[test]
    fn a_capture_without_the_file_says_nothing() {
        let files = [("/proc/sys/kernel/osrelease", "6.1.0")];
        assert_eq!(examine_tree("P01", &files).severity, Severity::Skip);
        assert_eq!(examine_tree("P02", &files).severity, Severity::Skip);
    }

    #[test]
    fn waiting_is_weighed_at_its_boundaries() {
        let cases = [
            ("10.00", "5.00", Severity::Ok),
            ("10.01", "5.00", Severity::Warn),
            ("3.00", "5.01", Severity::Error),
        ];
        for (some, full, severity) in cases {
            let text = shares(some, full);
            let finding = examine_tree("P02", &[(PATH, &text)]);
            assert_eq!(finding.severity, severity, "{some} {full}");
        }
    }

    #[test]
    fn the_groups_that_wait_most_are_named_worst_first() {
        let (much, little, none) = (shares("60", "40"), shares("30", "2"), shares("0", "0"));
        let files = [
            (PATH, much.as_str()),
            ("/proc/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n"),
            ("/sys/fs/cgroup/memory.pressure", &much),
            ("/sys/fs/cgroup/init.scope/memory.pressure", &none),
            ("/sys/fs/cgroup/a.slice/memory.pressure", &little),
            ("/sys/fs/cgroup/b.slice/memory.pressure", &little),
            ("/sys/fs/cgroup/b.slice/c.service/memory.pressure", &much),
            ("/sys/fs/cgroup/b.slice/c.service/d/memory.pressure", &much),
        ];
        let finding = examine_tree("P02", &files);
        let mut named: Vec<&str> =
            finding.evidence[4..].iter().map(|evidence| evidence.source.as_str()).collect();
        named.dedup();
        assert_eq!(
            named,
            [
                "/sys/fs/cgroup/b.slice/c.service/memory.pressure",
                "/sys/fs/cgroup/a.slice/memory.pressure",
                "/sys/fs/cgroup/b.slice/memory.pressure",
            ]
        );
    }
}
