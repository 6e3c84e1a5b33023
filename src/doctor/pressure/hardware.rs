//! P10: memory that is broken.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::edac::{self, Controller, Errors};
use crate::facts::kernel_log::KernelLog;
use crate::facts::meminfo::PATH;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "P10",
    name: "hardware",
    group: Group::Pressure,
    question: "Is the memory itself sound?",
    thresholds: "error where the kernel gave up pages as broken or a memory controller counted an error that it could not correct, warn where errors were corrected or the log tells of hardware errors in memory, info for other hardware errors in the log",
    why: "A module that fails does not fail all at once: it flips single bits, first some that the hardware corrects and later some that it cannot. Then a program crashes for no reason, a file is written wrong, or the machine stops. No setting helps against it.",
    sources: &[
        "https://docs.kernel.org/admin-guide/ras.html",
        "https://docs.kernel.org/mm/hwpoison.html",
        "https://docs.kernel.org/filesystems/proc.html#meminfo",
    ],
    examine: hardware,
}];

/// All that the machine tells of broken memory.
struct Signs<'r> {
    given_up: Option<Bytes>,
    controllers: Vec<Controller>,
    log: Option<&'r KernelLog>,
}

impl Signs<'_> {
    fn sum(&self, count: impl Fn(&Errors) -> u64) -> u64 {
        self.controllers.iter().fold(0, |sum, controller| {
            // Some drivers count only on the modules.
            let modules =
                controller.modules.iter().fold(0, |sum: u64, module| sum.saturating_add(count(module)));
            sum.saturating_add(count(&controller.errors).max(modules))
        })
    }

    fn lines(&self, text: &str, is_meant: impl Fn(&str) -> bool) -> u64 {
        self.log.map_or(0, |log| log.lines_with(text).filter(|line| is_meant(line)).count() as u64)
    }
}

fn hardware(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let log = readings.kernel_log();
    let signs = Signs {
        given_up: readings.meminfo()?.find("HardwareCorrupted"),
        controllers: edac::read(readings.host()).unwrap_or_default(),
        log: log.as_ref().ok().copied(),
    };
    if let (None, true, Err(lacking)) = (signs.given_up, signs.controllers.is_empty(), log) {
        return Err(lacking);
    }
    Ok(name_signs(judge(&signs), &signs))
}

fn judge(signs: &Signs<'_>) -> Diagnosis {
    let given_up = signs.given_up.unwrap_or_default();
    let uncorrected = signs.sum(|errors| errors.uncorrected);
    let corrected = signs.sum(|errors| errors.corrected);
    let failures = signs.lines("Memory failure", |_| true);
    let of_memory = signs.lines("Hardware Error", is_of_memory);
    let others = signs.lines("Hardware Error", |line| !is_of_memory(line));
    if uncorrected > 0 {
        Diagnosis::error(format!("The memory made {uncorrected} errors that could not be corrected"))
    } else if given_up.0 > 0 {
        Diagnosis::error(format!("The kernel gave up {given_up} of memory as broken"))
    } else if failures > 0 {
        Diagnosis::error(format!("The kernel reported failing memory {failures} times"))
    } else if corrected > 0 {
        Diagnosis::warn(format!("The memory made {corrected} errors, all of which the hardware corrected"))
    } else if of_memory > 0 {
        Diagnosis::warn(format!("The kernel's log holds {of_memory} lines about hardware errors in memory"))
    } else if others > 0 {
        Diagnosis::info(format!(
            "The kernel's log holds {others} lines about hardware errors, none of which names memory"
        ))
    } else if signs.controllers.is_empty() {
        Diagnosis::ok("No sign of broken memory, though no memory controller counts errors here")
    } else {
        Diagnosis::ok("No sign of broken memory")
    }
}

fn is_of_memory(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["memory", "dimm", "dram"].iter().any(|word| line.contains(word))
}

fn name_signs(diagnosis: Diagnosis, signs: &Signs<'_>) -> Diagnosis {
    const MOST_NAMED: usize = 16;
    let diagnosis = match signs.given_up {
        Some(given_up) => diagnosis.evidence(PATH, "HardwareCorrupted", given_up),
        None => diagnosis,
    };
    let modules = signs
        .controllers
        .iter()
        .flat_map(|controller| [&controller.errors].into_iter().chain(&controller.modules));
    let diagnosis = modules.take(MOST_NAMED).fold(diagnosis, |diagnosis, errors| {
        let (name, folder) = (&errors.name, &errors.folder);
        diagnosis.evidence(folder, format!("uncorrected errors of {name}"), errors.uncorrected).evidence(
            folder,
            format!("corrected errors of {name}"),
            errors.corrected,
        )
    });
    let Some(log) = signs.log else {
        return diagnosis;
    };
    ["Memory failure", "Hardware Error"].into_iter().fold(diagnosis, |diagnosis, text| {
        diagnosis.evidence(&log.source, text, log.lines_with(text).count() as u64)
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    use super::*;

    const SOUND: (&str, &str) = (PATH, "MemTotal: 1000 kB\nHardwareCorrupted: 0 kB\n");
    const CONTROLLER: &str = "/sys/devices/system/edac/mc/mc0";

    fn controller(uncorrected: &str, corrected: &str) -> Finding {
        let of = |file: &str| format!("{CONTROLLER}/{file}");
        let paths = ["ue_count", "ce_count", "dimm0/dimm_ce_count", "dimm0/dimm_label"].map(of);
        examine_tree(
            "P10",
            &[
                SOUND,
                (&paths[0], uncorrected),
                (&paths[1], corrected),
                (&paths[2], corrected),
                (&paths[3], "CPU_SrcID#0_DIMM#1\n"),
            ],
        )
    }

    use crate::doctor::finding::Finding;

    #[test]
    fn pages_given_up_are_an_error() {
        assert_eq!(examine_tree("P10", &[SOUND]).severity, Severity::Ok);
        let broken = [(PATH, "MemTotal: 1000 kB\nHardwareCorrupted: 4 kB\n")];
        assert_eq!(examine_tree("P10", &broken).severity, Severity::Error);
    }

    #[test]
    fn controllers_count_and_the_module_is_named() {
        assert_eq!(controller("0\n", "0\n").severity, Severity::Ok);
        assert_eq!(controller("1\n", "0\n").severity, Severity::Error);
        let corrected = controller("0\n", "3\n");
        assert_eq!(corrected.severity, Severity::Warn);
        assert!(
            corrected
                .evidence
                .iter()
                .any(|evidence| evidence.key == "corrected errors of CPU_SrcID#0_DIMM#1")
        );
    }

    #[test]
    fn the_log_tells_too() {
        let cases = [
            ("Memory failure: 0x7f: recovery action for dirty LRU page: Recovered\n", Severity::Error),
            ("{1}[Hardware Error]:   section_type: memory error\n", Severity::Warn),
            ("mce: [Hardware Error]: Machine check events logged\n", Severity::Info),
            ("usb 1-1: new device\n", Severity::Ok),
        ];
        for (line, severity) in cases {
            let finding = examine_tree("P10", &[SOUND, ("/var/log/kern.log", line)]);
            assert_eq!(finding.severity, severity, "{line}");
        }
    }

    #[test]
    fn a_machine_that_tells_nothing_is_not_called_sound() {
        let finding = examine_tree("P10", &[(PATH, "MemTotal: 1000 kB\n")]);
        assert_eq!(finding.severity, Severity::Skip);
    }
}
