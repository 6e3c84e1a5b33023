//! K02 and K03: systemd-oomd that was told to watch nothing, or that lacks what it needs.

use crate::doctor::boot_parameter;
use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::doctor::swap::recipe::more_swap;
use crate::doctor::units::drop_in;
use crate::facts::cgroups::Arrangement;
use crate::facts::pressure;
use crate::facts::readings::Readings;
use crate::facts::unit_files;
use crate::facts::unit_folders;
use crate::facts::unit_settings;
use crate::host::{IfThere, Lacking};

use super::watchdogs;

const MAN: &str = "https://www.freedesktop.org/software/systemd/man/latest/systemd-oomd.service.html";

/// Units of the users' own managers may be watched, too.
const USERS_FOLDERS: [&str; 3] = ["/etc/systemd/user", "/run/systemd/user", "/usr/lib/systemd/user"];

/// Without their dots, so that the folders `slice.d`, which hold for all units of a kind, are among them.
const KINDS: [&str; 3] = ["slice", "service", "scope"];

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "K02",
        name: "oomd-idle",
        group: Group::Keepers,
        question: "Was systemd-oomd, where it runs, told what to watch?",
        thresholds: "info where no unit has ManagedOOMSwap=kill or ManagedOOMMemoryPressure=kill",
        why: "systemd-oomd acts only below units that ask for it, and by itself none does. Without such a unit it runs, looks healthy in every list of services, and never does anything.",
        sources: &[
            MAN,
            "https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html",
        ],
        examine: idle,
    },
    Check {
        id: "K03",
        name: "oomd-prereq",
        group: Group::Keepers,
        question: "Does systemd-oomd, where it runs, find what it needs?",
        thresholds: "warn where there is no swap, no pressure information (PSI) or no control groups of version 2",
        why: "Its first rule counts full swap, and its second needs the time between the first stalls and the end, which only swap gives. Without pressure information or version 2 of the control groups it cannot see anything at all.",
        sources: &[MAN, "https://chrisdown.name/2018/01/02/in-defence-of-swap.html"],
        examine: prerequisites,
    },
];

/// Its process, or what is answered where there is none.
fn oomd(readings: &Readings) -> Result<Result<u32, Diagnosis>, Lacking> {
    let named = readings.processes_named(&["systemd-oomd"])?;
    Ok(named
        .first()
        .map(|process| process.pid)
        .ok_or_else(|| Diagnosis::ok("systemd-oomd does not run here")))
}

fn idle(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const MOST_SHOWN: usize = 8;
    let pid = match oomd(readings)? {
        Ok(pid) => pid,
        Err(diagnosis) => return Ok(diagnosis),
    };
    let folders = [&unit_folders::search_path()[..], &USERS_FOLDERS].concat();
    let keys = ["ManagedOOMSwap", "ManagedOOMMemoryPressure"];
    let settings = unit_files::read(readings.host(), &folders, &KINDS, &keys)?;
    let mut watching = unit_settings::winning(settings);
    watching.retain(|setting| setting.value == "kill");
    let diagnosis = match watching.len() {
        0 => Diagnosis::info("systemd-oomd runs, but no unit asks it to watch anything"),
        1 => Diagnosis::ok("systemd-oomd watches what 1 setting asks it to"),
        count => Diagnosis::ok(format!("systemd-oomd watches what {count} settings ask it to")),
    };
    let diagnosis = diagnosis.evidence(format!("/proc/{pid}/stat"), "program", "systemd-oomd").evidence(
        "unit files",
        "settings with `kill`",
        watching.len() as u64,
    );
    let diagnosis = watching.iter().take(MOST_SHOWN).fold(diagnosis, |diagnosis, setting| {
        let place = format!("{}:{}", setting.file, setting.line);
        diagnosis.evidence(place, format!("{} of {}", setting.key, setting.unit), setting.value.as_str())
    });
    if watching.is_empty() && has_company(readings) {
        return Ok(diagnosis
            .working("another watchdog runs beside it: K01 comes first, which says how to keep only one"));
    }
    let mut commands = drop_in("-.slice", "Slice", &["ManagedOOMSwap=kill"]);
    commands.pop();
    commands.extend(drop_in(
        "user@.service",
        "Service",
        &["ManagedOOMMemoryPressure=kill", "ManagedOOMMemoryPressureLimit=40%"],
    ));
    Ok(diagnosis.fix(Fix::commands(commands)))
}

/// Whether K01 complains: systemd-oomd is not to be given orders where it may be the one that has to go.
fn has_company(readings: &Readings) -> bool {
    let complains =
        |check: &Check| (check.examine)(readings).is_ok_and(|diagnosis| diagnosis.severity > Severity::Ok);
    watchdogs::CHECKS.iter().any(complains)
}

fn prerequisites(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let pid = match oomd(readings)? {
        Ok(pid) => pid,
        Err(diagnosis) => return Ok(diagnosis),
    };
    let swap = readings.meminfo()?.swap_total();
    let has_pressure = readings.pressure().if_there()?.is_some();
    let arrangement = readings.cgroups()?;
    let is_v2 = arrangement == Arrangement::V2;
    let lacking: Vec<&str> = [
        (swap.0 == 0, "swap"),
        (!has_pressure, "pressure information (PSI)"),
        (!is_v2, "control groups of version 2"),
    ]
    .into_iter()
    .filter_map(|(lacks, what)| lacks.then_some(what))
    .collect();
    let diagnosis = match lacking[..] {
        [] => Diagnosis::ok("systemd-oomd finds swap, pressure information and control groups of version 2"),
        _ => Diagnosis::warn(format!("systemd-oomd runs without {}", lacking.join(" and without "))),
    };
    let told = if has_pressure { "there" } else { "not there" };
    let diagnosis = diagnosis
        .evidence(format!("/proc/{pid}/stat"), "program", "systemd-oomd")
        .evidence("/proc/meminfo", "SwapTotal", swap)
        .evidence(pressure::PATH, "file", told)
        .evidence("/proc/self/mountinfo", "control groups", arrangement.name());
    let arguments: Vec<&str> = [(!has_pressure, "psi=1"), (!is_v2, "systemd.unified_cgroup_hierarchy=1")]
        .into_iter()
        .filter_map(|(lacks, argument)| lacks.then_some(argument))
        .collect();
    let arguments = (!arguments.is_empty()).then(|| arguments.join(" "));
    let boot = arguments.and_then(|arguments| boot_parameter::add(readings.host(), &arguments));
    let needs_reboot = boot.is_some();
    let mut diagnosis = diagnosis;
    let mut commands = Vec::new();
    if swap.0 == 0 {
        let recipe = more_swap(readings);
        diagnosis = recipe.workings.into_iter().fold(diagnosis, Diagnosis::working);
        commands.extend(recipe.fix.map(|fix| fix.commands).unwrap_or_default());
    }
    commands.extend(boot.map(|fix| fix.commands).unwrap_or_default());
    let fix = Fix::commands(commands);
    Ok(match (fix.commands.is_empty(), needs_reboot) {
        (true, _) => diagnosis,
        (false, true) => diagnosis.fix(fix.after_reboot()),
        (false, false) => diagnosis.fix(fix),
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::{Finding, Severity};
    use crate::doctor::on_tree::examine_tree;

    const OOMD: (&str, &str) =
        ("/proc/9/stat", "9 (systemd-oomd) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3");

    fn examined(id: &str, files: &[(&str, &str)]) -> Finding {
        let mut all = vec![OOMD];
        all.extend(files);
        examine_tree(id, &all)
    }

    #[test]
    fn oomd_without_orders_is_told() {
        let idle = examined("K02", &[("/usr/lib/systemd/system/a.slice", "ManagedOOMSwap=auto\n")]);
        assert_eq!(idle.severity, Severity::Info);
        let commands = idle.fix.unwrap().commands;
        assert_eq!(
            commands[0], "sudo mkdir -p /etc/systemd/system/-.slice.d",
            "a path never looks like an option"
        );
        assert!(commands[3].contains(r"ManagedOOMMemoryPressure=kill\nManagedOOMMemoryPressureLimit=40%%\n"));
        let other = examine_tree(
            "K02",
            &[("/proc/9/stat", "9 (sh) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3")],
        );
        assert_eq!(other.severity, Severity::Ok);
    }

    #[test]
    fn beside_another_watchdog_it_gets_no_orders() {
        let other = ("/proc/8/stat", "8 (earlyoom) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3");
        let idle = examined("K02", &[other]);
        assert_eq!((idle.severity, idle.fix), (Severity::Info, None));
        assert!(idle.workings[0].contains("K01 comes first"));
        assert!(examined("K02", &[]).fix.is_some());
    }

    #[test]
    fn orders_may_stand_in_drop_ins_and_hold_for_all_slices() {
        for path in [
            "/usr/lib/systemd/system/-.slice.d/10-oomd-root-slice-defaults.conf",
            "/usr/lib/systemd/user/slice.d/10-oomd-per-slice-defaults.conf",
            "/etc/systemd/system/user@.service.d/a.conf",
            "/etc/systemd/system.control/system.slice.d/50-ManagedOOMSwap.conf",
        ] {
            let finding = examined("K02", &[(path, "[Slice]\nManagedOOMMemoryPressure=kill\n")]);
            assert_eq!(finding.severity, Severity::Ok, "{path}");
        }
        let undone = [
            ("/usr/lib/systemd/system/-.slice.d/10-a.conf", "[Slice]\nManagedOOMSwap=kill\n"),
            ("/etc/systemd/system/-.slice.d/20-a.conf", "[Slice]\nManagedOOMSwap=auto\n"),
        ];
        assert_eq!(examined("K02", &undone).severity, Severity::Info);
    }

    #[test]
    fn what_oomd_needs_is_asked_for() {
        let v2 = ("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        let hybrid = (
            "/proc/self/mountinfo",
            "31 23 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw\n32 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        );
        let swap = ("/proc/meminfo", "MemTotal: 4 kB\nSwapTotal: 4 kB\n");
        let none = ("/proc/meminfo", "MemTotal: 4 kB\nSwapTotal: 0 kB\n");
        let psi = ("/proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
        assert_eq!(examined("K03", &[v2, swap, psi]).severity, Severity::Ok);
        let dry = examined("K03", &[v2, none, psi, ("/run/.containerenv", "")]);
        assert_eq!(
            (dry.severity, dry.title.as_str(), dry.fix),
            (Severity::Warn, "systemd-oomd runs without swap", None)
        );
        let root = (
            "/proc/self/mountinfo",
            "1 0 0:1 / / rw - ext4 /dev/vda rw\n31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        );
        let fix = examined("K03", &[root, none, psi]).fix.unwrap();
        assert!(!fix.needs_reboot && fix.commands.iter().any(|command| command.contains("swap")));
        let old = examined("K03", &[hybrid, swap, ("/usr/sbin/grubby", "")]);
        assert_eq!(
            old.title,
            "systemd-oomd runs without pressure information (PSI) and without control groups of version 2"
        );
        let fix = old.fix.unwrap();
        assert!(fix.needs_reboot);
        assert_eq!(
            fix.commands,
            ["sudo grubby --update-kernel=ALL --args='psi=1 systemd.unified_cgroup_hierarchy=1'"]
        );
        let debian = examined("K03", &[v2, swap, ("/usr/sbin/update-grub", ""), ("/etc/default/grub", "")]);
        assert_eq!(debian.fix.unwrap().commands[2], "sudo update-grub");
    }
}
