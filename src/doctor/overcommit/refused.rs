//! C01: memory that the kernel refused to promise.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::swap::recipe::more_swap;
use crate::doctor::wording::times;
use crate::facts::malformed::shortened;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::sizing::{MODE, NEVER, Sizing};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "C01",
    name: "refused",
    group: Group::Overcommit,
    question: "Does the kernel's log tell of memory that was refused to a program?",
    thresholds: "error for any refusal in the kernel's log; info where vm.overcommit_memory is 1 by now",
    why: "The kernel checks each request against what it is willing to promise, and answers ENOMEM when it is too much, however much memory is free at that moment. Most programs end on that answer, databases in the middle of their work. The kernel writes such refusals down, though not each one of a burst.",
    sources: &[
        "https://docs.kernel.org/mm/overcommit-accounting.html",
        "Linux mm/util.c, __vm_enough_memory()",
    ],
    examine: refused,
}];

/// One line of the log: who asked, and for how much (nothing where an older kernel does not tell).
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    program: String,
    amount: Bytes,
}

/// Reads `.. comm: NAME, bytes: N not enough memory for the allocation`; a name may hold anything. Kernels of the 5 series write
/// `no enough memory`, and no amount.
fn parse(line: &str) -> Option<Refusal> {
    let (_, rest) = line.split_once("comm: ")?;
    let (rest, _) = rest.rsplit_once(" enough memory")?;
    let rest = rest.strip_suffix("not").or_else(|| rest.strip_suffix("no"))?;
    let (program, amount) = rest.rsplit_once(", bytes: ").unwrap_or((rest.trim_end_matches([' ', ',']), "0"));
    Some(Refusal { program: shortened(program), amount: Bytes(amount.trim().parse().ok()?) })
}

fn refused(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let log = readings.kernel_log()?;
    let refusals = log.lines_with("enough memory for the allocation").filter_map(parse);
    let (mut count, mut largest) = (0u64, None::<Refusal>);
    for refusal in refusals {
        count += 1;
        if largest.as_ref().is_none_or(|known| refusal.amount > known.amount) {
            largest = Some(refusal);
        }
    }
    let Some(Refusal { program, amount }) = largest else {
        return Ok(Diagnosis::ok("The kernel's log tells of no refused memory").evidence(
            &log.source,
            "refusals",
            0u64,
        ));
    };
    let mode = readings.knob(MODE)?;
    let times = times(count);
    let title = match amount {
        Bytes(0) => format!("The kernel refused memory {times}, to {program}"),
        _ => format!("The kernel refused memory {times}, up to {amount} for {program}"),
    };
    let diagnosis = match mode {
        1 => Diagnosis::info(format!("{title}; since then {MODE} was set to 1")),
        _ => Diagnosis::error(title),
    };
    let diagnosis = diagnosis
        .evidence(&log.source, "refusals", count)
        .evidence(&log.source, format!("largest, for {program}"), amount)
        .evidence("/proc/sys/vm/overcommit_memory", "value", mode);
    advise(readings, diagnosis, mode, amount)
}

fn advise(readings: &Readings, diagnosis: Diagnosis, mode: u64, amount: Bytes) -> Result<Diagnosis, Lacking> {
    match mode {
        1 => Ok(diagnosis),
        NEVER => {
            let sizing = Sizing::of(readings)?;
            let (fix, step) = sizing.fix(amount);
            Ok(diagnosis
                .evidence("/proc/meminfo", "CommitLimit", sizing.limit)
                .evidence("/proc/meminfo", "Committed_AS", sizing.promised)
                .working(format!(
                    "{} promised + {amount} asked for, of {} that may be promised",
                    sizing.promised, sizing.limit
                ))
                .working(step)
                .fix(fix))
        }
        _ => {
            let meminfo = readings.meminfo()?;
            let whole = meminfo.total() + meminfo.swap_total();
            let diagnosis = diagnosis.evidence("/proc/meminfo", "MemTotal + SwapTotal", whole).working(format!(
                "with {MODE} = 0 only a single request beyond memory and swap together is refused: {amount} against {whole}"
            ));
            Ok(match (amount > whole, meminfo.is_short()) {
                // More promises help nobody while there is nothing to keep them with.
                (_, true) => more_swap(readings).prescribe(diagnosis),
                (true, false) => diagnosis.fix(Fix::knob(MODE, 1)),
                (false, false) => diagnosis
                    .working("this request was no larger: it was refused under another mode, which is gone"),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    const LOG: &str = "[1.0] __vm_enough_memory: pid: 7, comm: redis-server, bytes: 1073741824 not enough memory for the allocation\n\
        [2.0] __vm_enough_memory: pid: 8, comm: llama, server, bytes: 68719476736 not enough memory for the allocation\n";
    const MEMINFO: &str = "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\nSwapTotal: 0 kB\nCommitLimit: 8388608 kB\nCommitted_AS: 4194304 kB\n";

    fn finding(log: &str, mode: &str) -> crate::doctor::finding::Finding {
        examine_tree(
            "C01",
            &[
                ("/var/log/kern.log", log),
                ("/proc/sys/vm/overcommit_memory", mode),
                ("/proc/sys/vm/overcommit_kbytes", "0"),
                ("/proc/meminfo", MEMINFO),
            ],
        )
    }

    #[test]
    fn the_largest_refusal_is_named() {
        let finding = finding(LOG, "0");
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.title, "The kernel refused memory 2 times, up to 64 GiB for llama, server");
        assert_eq!(finding.fix.unwrap().commands[0], "sudo sysctl -w vm.overcommit_memory=1");
    }

    #[test]
    fn no_more_is_promised_where_nothing_is_left_or_where_it_would_not_help() {
        let at = |available: &str, bytes: &str| {
            let meminfo = format!("MemTotal: 16777216 kB\nMemAvailable: {available} kB\nSwapTotal: 0 kB\n");
            let log = format!(
                "__vm_enough_memory: pid: 7, comm: x, bytes: {bytes} not enough memory for the allocation\n"
            );
            let files = [
                ("/var/log/kern.log", log.as_str()),
                ("/proc/sys/vm/overcommit_memory", "0"),
                ("/proc/meminfo", meminfo.as_str()),
                ("/.dockerenv", ""),
            ];
            examine_tree("C01", &files).fix
        };
        assert!(at("8388608", "68719476736").is_some());
        assert_eq!((at("1000", "68719476736"), at("8388608", "1048576")), (None, None));
    }

    #[test]
    fn a_limit_is_raised_and_a_cured_machine_only_told() {
        // 1.25 × (4 GiB + 64 GiB) are 85 GiB, of 16.
        let limited = finding(LOG, "2");
        assert_eq!(limited.severity, Severity::Error);
        assert_eq!(limited.fix.unwrap().commands[0], "sudo sysctl -w vm.overcommit_ratio=532");
        let cured = finding(LOG, "1");
        assert_eq!((cured.severity, cured.fix), (Severity::Info, None));
        assert_eq!(finding("nothing\n", "0").severity, Severity::Ok);
    }

    #[test]
    fn a_log_that_may_not_be_read_is_skipped() {
        assert_eq!(examine_tree("C01", &[("/proc/meminfo", MEMINFO)]).severity, Severity::Skip);
    }

    #[test]
    fn lines_of_older_kernels_have_no_amount() {
        let old = "__vm_enough_memory: pid: 7, comm: cat, no enough memory for the allocation";
        assert_eq!(parse(old), Some(Refusal { program: "cat".to_owned(), amount: Bytes(0) }));
        assert_eq!(parse("comm: x, bytes: y not enough memory for the allocation"), None);
    }
}
