//! C02-C04: the commit limit of vm.overcommit_memory = 2, and how near it the machine is.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::sizing::{MODE, NEVER, Sizing};

const RESERVE: &str = "vm.admin_reserve_kbytes";
const ACCOUNTING_DOC: &str = "https://docs.kernel.org/mm/overcommit-accounting.html";
const VM_DOC: &str = "https://docs.kernel.org/admin-guide/sysctl/vm.html";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "C02",
        name: "commit-high",
        group: Group::Overcommit,
        question: "How near is the machine to the limit of what the kernel promises?",
        thresholds: "with vm.overcommit_memory = 2: warn above 75 % of the commit limit, error above 90 %",
        why: "In this mode the kernel counts what programs have asked for, used or not. When the sum reaches the limit, every further request fails, and so does each fork(): nobody can log in any more, although memory is free.",
        sources: &[ACCOUNTING_DOC, VM_DOC],
        examine: commit_high,
    },
    Check {
        id: "C03",
        name: "mode2-unsized",
        group: Group::Overcommit,
        question: "Was the commit limit fitted to this machine when the kernel was told never to overcommit?",
        thresholds: "warn with vm.overcommit_memory = 2, a ratio of 50 and less swap than half of the memory",
        why: "The limit is a share of the memory plus all of the swap, and the share is 50 % unless someone changes it. With little swap, programs are refused memory while almost half of it lies idle.",
        sources: &[ACCOUNTING_DOC, "https://www.postgresql.org/docs/current/kernel-resources.html"],
        examine: unsized_limit,
    },
    Check {
        id: "C04",
        name: "mode2-reserve",
        group: Group::Overcommit,
        question: "Could root still log in and end a program when everything is promised?",
        thresholds: "info with vm.overcommit_memory = 2 and vm.admin_reserve_kbytes below 131072",
        why: "The reserve is what only root may be promised. In this mode all mapped memory counts, so a login, a shell and a process list together need about 128 MiB of it; the default of at most 8 MiB is meant for the other modes.",
        sources: &[VM_DOC],
        examine: reserve,
    },
];

/// What is answered where promises are not limited at all.
fn unlimited(mode: u64) -> Diagnosis {
    Diagnosis::ok(format!("{MODE} is {mode}: promises are not added up against a limit")).evidence(
        "/proc/sys/vm/overcommit_memory",
        "value",
        mode,
    )
}

fn commit_high(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let mode = readings.knob(MODE)?;
    if mode != NEVER {
        return Ok(unlimited(mode));
    }
    let sizing = Sizing::of(readings)?;
    let (promised, limit) = (sizing.promised, sizing.limit);
    let share = promised.percent_of(limit);
    let severity = match share {
        ..=75.0 => Severity::Ok,
        ..=90.0 => Severity::Warn,
        _ => Severity::Error,
    };
    let (fix, step) = sizing.fix(Bytes(0));
    Ok(Diagnosis::of(
        severity,
        format!("{promised} of {limit} that may be promised are promised: {share:.0} %"),
    )
    .evidence("/proc/sys/vm/overcommit_memory", "value", mode)
    .evidence("/proc/meminfo", "Committed_AS", promised)
    .evidence("/proc/meminfo", "CommitLimit", limit)
    .working(format!("{promised} / {limit} = {share:.1} %"))
    .working(step)
    .fix(fix))
}

fn unsized_limit(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const DEFAULT_RATIO: u64 = 50;
    let mode = readings.knob(MODE)?;
    if mode != NEVER {
        return Ok(unlimited(mode));
    }
    let ratio = readings.knob("vm.overcommit_ratio")?;
    let sizing = Sizing::of(readings)?;
    let total = readings.meminfo()?.total();
    let is_unsized = !sizing.is_in_kbytes && ratio == DEFAULT_RATIO && sizing.swap < Bytes(total.0 / 2);
    let diagnosis = match is_unsized {
        true => Diagnosis::warn(format!(
            "Only {} may be promised, on a machine with {total} of memory and {} of swap",
            sizing.limit, sizing.swap
        )),
        false => Diagnosis::ok(format!("{} may be promised: the limit was sized", sizing.limit)),
    };
    let (fix, step) = sizing.fix(Bytes(0));
    Ok(diagnosis
        .evidence("/proc/sys/vm/overcommit_memory", "value", mode)
        .evidence("/proc/sys/vm/overcommit_ratio", "value", ratio)
        .evidence("/proc/meminfo", "MemTotal", total)
        .evidence("/proc/meminfo", "SwapTotal", sizing.swap)
        .evidence("/proc/meminfo", "CommitLimit", sizing.limit)
        .working(format!(
            "({} without huge pages) × {ratio} % + {} of swap = {}",
            sizing.memory,
            sizing.swap,
            sizing.memory.percent(ratio as f64) + sizing.swap
        ))
        .working(step)
        .fix(fix))
}

fn reserve(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const ENOUGH: Bytes = Bytes(128 << 20);
    let mode = readings.knob(MODE)?;
    if mode != NEVER {
        return Ok(unlimited(mode));
    }
    let reserve = Bytes::from_kib(readings.knob(RESERVE)?);
    let total = readings.meminfo()?.total();
    let severity = if reserve < ENOUGH { Severity::Info } else { Severity::Ok };
    let diagnosis = Diagnosis::of(
        severity,
        format!("{reserve} of promises are kept for root, of the {ENOUGH} that a rescue takes"),
    )
    .evidence("/proc/sys/vm/overcommit_memory", "value", mode)
    .evidence("/proc/sys/vm/admin_reserve_kbytes", "value", reserve)
    .evidence("/proc/meminfo", "MemTotal", total);
    // On the smallest machines the reserve would cost more than it gives.
    Ok(match total >= ENOUGH * 8 {
        true => diagnosis.fix(Fix::knob(RESERVE, ENOUGH.kib())),
        false => diagnosis,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Finding;
    use crate::doctor::on_tree::examine_tree;

    const MIB: u64 = 1 << 10;

    fn examined(id: &str, mode: &str, knobs: &[(&str, &str)], meminfo: &str) -> Finding {
        let mut files = vec![("/proc/sys/vm/overcommit_memory", mode), ("/proc/meminfo", meminfo)];
        files.extend(knobs);
        examine_tree(id, &files)
    }

    fn meminfo(total: u64, swap: u64, limit: u64, promised: u64) -> String {
        format!(
            "MemTotal: {} kB\nSwapTotal: {} kB\nCommitLimit: {} kB\nCommitted_AS: {} kB\nHugePages_Total: 0\n",
            total * MIB,
            swap * MIB,
            limit * MIB,
            promised * MIB
        )
    }

    #[test]
    fn the_commit_limit_is_watched_only_where_it_counts() {
        for (promised, severity) in
            [(750, Severity::Ok), (751, Severity::Warn), (900, Severity::Warn), (901, Severity::Error)]
        {
            let text = meminfo(2000, 0, 1000, promised);
            assert_eq!(examined("C02", "2", &[], &text).severity, severity, "{promised}");
            assert_eq!(examined("C02", "0", &[], &text).severity, Severity::Ok);
        }
    }

    #[test]
    fn the_fix_leaves_a_quarter_more_than_is_promised() {
        // 1.25 × 3000 MiB less 1000 MiB of swap are 2750 of 2000 MiB.
        let text = meminfo(2000, 1000, 2000, 3000);
        let ratio = examined("C02", "2", &[], &text);
        assert_eq!(ratio.fix.unwrap().commands[0], "sudo sysctl -w vm.overcommit_ratio=138");
        let kbytes = examined("C02", "2", &[("/proc/sys/vm/overcommit_kbytes", "5")], &text);
        assert_eq!(
            kbytes.fix.unwrap().commands[0],
            format!("sudo sysctl -w vm.overcommit_kbytes={}", 2750 * MIB + 1)
        );
    }

    #[test]
    fn huge_pages_are_no_part_of_the_share() {
        let text = meminfo(2000, 0, 500, 480)
            .replace("HugePages_Total: 0", "HugePages_Total: 500\nHugepagesize: 2048 kB");
        let finding = examined("C02", "2", &[], &text);
        assert!(finding.workings[1].contains("1000 MiB without huge pages"));
        let text = format!("{text}Hugetlb: {} kB\n", 1200 * MIB);
        let finding = examined("C02", "2", &[], &text);
        assert!(finding.workings[1].contains("800 MiB without huge pages"));
    }

    #[test]
    fn the_default_ratio_wastes_memory_where_swap_is_small() {
        let knobs = [("/proc/sys/vm/overcommit_ratio", "50")];
        for (swap, severity) in [(0, Severity::Warn), (999, Severity::Warn), (1000, Severity::Ok)] {
            let text = meminfo(2000, swap, 1000 + swap, 100);
            let finding = examined("C03", "2", &knobs, &text);
            assert_eq!(finding.severity, severity, "{swap}");
            assert_eq!(examined("C03", "1", &knobs, &text).severity, Severity::Ok);
        }
        let sized = [("/proc/sys/vm/overcommit_ratio", "51")];
        assert_eq!(examined("C03", "2", &sized, &meminfo(2000, 0, 1020, 1)).severity, Severity::Ok);
    }

    #[test]
    fn root_keeps_its_reserve() {
        for (reserve, severity) in [("131071", Severity::Info), ("131072", Severity::Ok)] {
            let knobs = [("/proc/sys/vm/admin_reserve_kbytes", reserve)];
            let large = examined("C04", "2", &knobs, &meminfo(2000, 0, 1000, 1));
            assert_eq!((large.severity, large.fix.is_some()), (severity, severity == Severity::Info));
            let small = examined("C04", "2", &knobs, &meminfo(500, 0, 1000, 1));
            assert_eq!((small.severity, small.fix), (severity, None));
            assert_eq!(examined("C04", "0", &knobs, "MemTotal: 1 kB\n").severity, Severity::Ok);
        }
    }
}
