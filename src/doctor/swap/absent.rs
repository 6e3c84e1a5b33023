//! W01: a machine without any swap.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Severity;
use crate::doctor::group::Group;
use crate::doctor::units::OwnFiles;
use crate::facts::cgroups::Arrangement;
use crate::facts::processes::{self, Process};
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::recipe;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W01",
    name: "no-swap",
    group: Group::Swap,
    question: "Is there any swap?",
    thresholds: "without swap: warn where systemd-oomd runs, a unit of the owner's has MemoryHigh, memory is below 16 GiB, or hydrus or a language-model server runs; info otherwise",
    why: "Without swap the kernel can push out only what it can read again from files: the programs' own code and data files. As memory fills up it throws these out and reads them back again and again, and the machine seems dead for minutes before anything is killed. systemd-oomd judges by swap that fills up, and a unit that is held at its MemoryHigh can only shrink by swapping.",
    sources: &[
        "https://chrisdown.name/2018/01/02/in-defence-of-swap.html",
        "https://www.freedesktop.org/software/systemd/man/latest/systemd-oomd.service.html",
        "https://www.man7.org/linux/man-pages/man8/swapon.8.html",
    ],
    examine: no_swap,
}];

/// Memory below which swap is missed soon.
const ENOUGH: Bytes = Bytes(16 << 30);

fn no_swap(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let meminfo = readings.meminfo()?;
    let (swap, total) = (meminfo.swap_total(), meminfo.total());
    if swap.0 > 0 {
        return Ok(Diagnosis::ok(format!("There are {swap} of swap")).evidence(
            "/proc/meminfo",
            "SwapTotal",
            swap,
        ));
    }
    let needs = needs(readings, total);
    let (severity, title) = match &needs[..] {
        [] => (Severity::Info, format!("There is no swap beside {total} of memory")),
        [first, ..] => (Severity::Warn, format!("There is no swap, and {}", first.claim)),
    };
    let diagnosis = Diagnosis::of(severity, title).evidence("/proc/meminfo", "SwapTotal", swap).evidence(
        "/proc/meminfo",
        "MemTotal",
        total,
    );
    let diagnosis = needs
        .into_iter()
        .fold(diagnosis, |diagnosis, need| diagnosis.evidence(need.source, need.key, need.value));
    Ok(recipe::more_swap(readings).prescribe(diagnosis))
}

/// Something that makes this machine miss swap.
struct Need {
    claim: String,
    source: String,
    key: String,
    value: String,
}

fn needs(readings: &Readings, total: Bytes) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    let running = |process: &Process, claim: String| Need {
        claim,
        source: format!("/proc/{}", process.pid),
        key: "running".to_owned(),
        value: process.name.clone(),
    };
    let oomd = readings.processes_named(&["systemd-oomd"]).unwrap_or_default();
    needs.extend(
        oomd.first()
            .map(|process| running(process, "systemd-oomd, which runs, hardly works without".to_owned())),
    );
    needs.extend(throttled_unit(readings));
    needs.extend(
        hungry_process(readings)
            .map(|process| running(process, format!("{} needs much memory at times", process.name))),
    );
    if total < ENOUGH {
        needs.push(Need {
            claim: format!("{total} of memory are soon full"),
            source: "/proc/meminfo".to_owned(),
            key: "MemTotal below".to_owned(),
            value: ENOUGH.to_string(),
        });
    }
    needs
}

/// A unit that the owner, not a package, holds at a MemoryHigh.
fn throttled_unit(readings: &Readings) -> Option<Need> {
    if matches!(readings.cgroups(), Ok(Arrangement::V1 | Arrangement::Hybrid)) {
        return None;
    }
    let settings = OwnFiles::of(readings).ok()?.winning(|setting| setting.key == "MemoryHigh");
    let setting = settings.into_iter().find(|setting| !matches!(setting.value.as_str(), "" | "infinity"))?;
    Some(Need {
        claim: format!("{} can go below its MemoryHigh only by swapping", setting.unit),
        source: format!("{} line {}", setting.file, setting.line),
        key: "MemoryHigh".to_owned(),
        value: setting.value,
    })
}

/// hydrus or a server of language models: programs whose need of memory leaps.
fn hungry_process<'r>(readings: &'r Readings) -> Option<&'r Process> {
    const NAMES: [&str; 6] =
        ["llama-server", "ollama", "vllm", "hydrus_client", "hydrus_server", "koboldcpp"];
    /// More interpreters than these are a farm of workers that all do the same.
    const MOST_INTERPRETERS: usize = 256;
    let processes = readings.processes().ok()?;
    let by_name =
        |process: &&Process| NAMES.contains(&process.name.as_str()) || process.name.starts_with("VLLM::");
    let interpreters =
        processes.iter().filter(|process| process.name.starts_with("python")).take(MOST_INTERPRETERS);
    let runs_it =
        |process: &&Process| names_hungry_program(&processes::command_line(readings.host(), process.pid));
    processes.iter().find(by_name).or_else(|| interpreters.into_iter().find(runs_it))
}

/// Whether an interpreter's command line names such a program, as a script, a module or a start script.
fn names_hungry_program(words: &[String]) -> bool {
    const PROGRAMS: [&str; 6] = ["hydrus_client", "hydrus_server", "hydrus", "vllm", "sglang", "llama_cpp"];
    /// What stands further behind are arguments.
    const FIRST_WORDS: usize = 5;
    words.iter().take(FIRST_WORDS).any(|word| {
        let file = word.rsplit('/').next().unwrap_or_default();
        let module = file.split('.').next().unwrap_or_default();
        PROGRAMS.contains(&module)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::on_tree::examine_tree;

    const TAIL: &str = "S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3 18446744073709551615 1";
    const MOUNTS: (&str, &str) = ("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n");
    const LARGE: (&str, &str) = ("/proc/meminfo", "MemTotal: 16777216 kB\nSwapTotal: 0 kB\n");

    #[test]
    fn swap_is_missed_by_small_machines_more() {
        let cases = [
            ("MemTotal: 16777216 kB\nSwapTotal: 4 kB\n", Severity::Ok),
            ("MemTotal: 16777216 kB\nSwapTotal: 0 kB\n", Severity::Info),
            ("MemTotal: 16777215 kB\nSwapTotal: 0 kB\n", Severity::Warn),
            ("MemTotal: 16777215 kB\n", Severity::Warn),
        ];
        for (meminfo, severity) in cases {
            let finding = examine_tree("W01", &[("/proc/meminfo", meminfo), MOUNTS]);
            assert_eq!(finding.severity, severity, "{meminfo}");
            assert_eq!(finding.fix.is_some(), severity > Severity::Ok);
        }
    }

    #[test]
    fn oomd_and_hungry_programs_make_it_worse() {
        let python = "/usr/bin/python3\0/home/a/hydrus/hydrus_client.py\0-d\0";
        let module = "python\0-m\0vllm.entrypoints.openai.api_server\0";
        let harmless = "python\0/srv/app.py\0--note\0x\0y\0z\0vllm\0";
        for (name, line, severity) in [
            ("systemd-oomd", "", Severity::Warn),
            ("ollama", "", Severity::Warn),
            ("python3", python, Severity::Warn),
            ("python3.12", module, Severity::Warn),
            ("python3", harmless, Severity::Info),
            ("bash", python, Severity::Info),
        ] {
            let stat = format!("42 ({name}) {TAIL}");
            let files = [LARGE, MOUNTS, ("/proc/42/stat", stat.as_str()), ("/proc/42/cmdline", line)];
            assert_eq!(examine_tree("W01", &files).severity, severity, "{name} {line}");
        }
    }

    #[test]
    fn a_unit_with_memory_high_makes_it_worse() {
        let path = "/etc/systemd/system/llm.service.d/90-memory.conf";
        for (value, severity) in [("22G", Severity::Warn), ("infinity", Severity::Info), ("", Severity::Info)]
        {
            let text = format!("[Service]\nMemoryHigh={value}\n");
            assert_eq!(examine_tree("W01", &[LARGE, MOUNTS, (path, &text)]).severity, severity, "{value}");
        }
    }

    #[test]
    fn a_container_gets_no_commands() {
        let finding = examine_tree("W01", &[LARGE, MOUNTS, ("/.dockerenv", "")]);
        assert_eq!((finding.severity, finding.fix), (Severity::Info, None));
        assert!(finding.workings[0].contains("container"));
    }
}
