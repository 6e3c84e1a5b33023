//! U09: limits that the control groups of this machine know nothing of.

use crate::doctor::boot_parameter;
use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::doctor::wording::plural;
use crate::facts::cgroups::Arrangement;
use crate::facts::kernel_arguments;
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::facts::unit_files::Setting;
use crate::facts::unit_property;
use crate::host::Lacking;

use super::judged::{CGROUP_DOC, MOST_SHOWN, RESOURCE_CONTROL};
use super::own_files::OwnFiles;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "U09",
    name: "v1-noop",
    group: Group::Units,
    question: "Do the control groups of this machine know all limits that its unit files set?",
    thresholds: "warn where the administrator's unit files set MemoryHigh, MemoryLow, MemoryMin or MemorySwapMax on control groups of version 1 or hybrid ones, or any limit of memory where the kernel was booted without them",
    why: "Version 1 knows only MemoryMax. systemd takes the others, shows them in `systemctl show`, and has nowhere to write them to: no brake, no protection, no limit on swap. With cgroup_disable=memory, which the firmware of a Raspberry Pi adds, not even MemoryMax holds.",
    sources: &[RESOURCE_CONTROL, CGROUP_DOC, "https://docs.kernel.org/admin-guide/kernel-parameters.html"],
    examine: lost,
}];

fn lost(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let own = OwnFiles::of(readings)?;
    if kernel_arguments::read(readings.host()).is_ok_and(|arguments| arguments.switches_off_groups()) {
        let limits = own.winning(is_limit);
        return Ok(told(
            readings,
            &limits,
            "no limit of memory holds, for the kernel was booted with cgroup_disable=memory",
            "cgroup_enable=memory",
        ));
    }
    let limits = own.winning(|one| unit_property::is_lost_on_version_1(&one.key, &one.value));
    if limits.is_empty() {
        return Ok(Diagnosis::ok("No unit file sets a limit that the control groups here do not know"));
    }
    match readings.cgroups()? {
        arrangement @ (Arrangement::V1 | Arrangement::Hybrid) => {
            let why = format!("does nothing on control groups of version 1 ({})", arrangement.name());
            Ok(told(readings, &limits, &why, "systemd.unified_cgroup_hierarchy=1"))
        }
        arrangement => Ok(Diagnosis::ok(format!(
            "The control groups here ({}) know all limits that the unit files set",
            arrangement.name()
        ))),
    }
}

fn is_limit(setting: &Setting) -> bool {
    setting.key.starts_with("Memory") && !["", "infinity"].contains(&setting.value.as_str())
}

fn told(readings: &Readings, limits: &[Setting], why: &str, parameter: &str) -> Diagnosis {
    let Some(first) = limits.first() else {
        return Diagnosis::ok("No unit file sets a limit of memory, and none would hold here");
    };
    let more = match limits.len() {
        1 => String::new(),
        count => format!(", and {}", plural(count as u64 - 1, "more line")),
    };
    let title = format!("{}={} of {}{more}: {why}", first.key, shortened(&first.value), first.unit);
    let diagnosis = limits.iter().take(MOST_SHOWN).fold(Diagnosis::warn(title), |diagnosis, one| {
        let place = format!("{}:{}", one.file, one.line);
        diagnosis.evidence(place, format!("{} of {}", one.key, one.unit), shortened(&one.value))
    });
    match boot_parameter::add(readings.host(), parameter) {
        Some(fix) => diagnosis.fix(fix),
        None => diagnosis,
    }
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const V1: &str = "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n";
    const V2: &str = "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n";

    fn examined(mounts: &str, text: &str) -> Finding {
        examine_tree(
            "U09",
            &[
                ("/proc/mounts", mounts),
                ("/etc/systemd/system/a.service.d/mem.conf", text),
                ("/usr/sbin/grubby", ""),
            ],
        )
    }

    #[test]
    fn only_what_version_1_lacks_and_only_there() {
        for (mounts, text, severity) in [
            (V1, "[Service]\nMemoryHigh=1G\n", Severity::Warn),
            (V2, "[Service]\nMemoryHigh=1G\n", Severity::Ok),
            (V1, "[Service]\nMemoryMax=1G\n", Severity::Ok),
            (V1, "[Service]\nMemoryHigh=infinity\n", Severity::Ok),
            (V1, "[Service]\nMemoryMin=0\n", Severity::Ok),
            (V1, "[Service]\nMemorySwapMax=0\n", Severity::Warn),
        ] {
            assert_eq!(examined(mounts, text).severity, severity, "{mounts} {text}");
        }
        let finding = examined(V1, "[Service]\nMemoryHigh=1G\nMemoryLow=5%\n");
        assert!(
            finding.title.starts_with("MemoryHigh=1G of a.service, and 1 more line: does nothing"),
            "{}",
            finding.title
        );
        let fix = finding.fix.unwrap();
        assert!(fix.needs_reboot && fix.commands[0].contains("systemd.unified_cgroup_hierarchy=1"));
        assert_eq!(examine_tree("U09", &[]).severity, Severity::Ok);
    }

    #[test]
    fn a_kernel_without_the_controller_holds_no_limit() {
        let with = |line: &str, text: &str| {
            examine_tree(
                "U09",
                &[
                    ("/proc/cmdline", line),
                    ("/etc/systemd/system/a.service", text),
                    ("/boot/firmware/cmdline.txt", ""),
                ],
            )
        };
        let limit = "[Service]\nMemoryMax=1G\n";
        let finding = with("a cgroup_disable=memory b\n", limit);
        assert_eq!(finding.severity, Severity::Warn);
        assert!(finding.fix.unwrap().commands[0].contains("cgroup_enable=memory"));
        assert_eq!(with("cgroup_disable=memory cgroup_enable=memory\n", limit).severity, Severity::Ok);
        assert_eq!(with("cgroup_disable=memory\n", "[Service]\nNice=1\n").severity, Severity::Ok);
    }
}
