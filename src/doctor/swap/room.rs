//! W02 and W03: whether the swap is nearly full, and whether the machine does nothing but swap.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::facts::process_fields;
use crate::facts::processes::Process;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::recipe;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "W02",
        name: "swap-full",
        group: Group::Swap,
        question: "Is there room left in the swap?",
        thresholds: "warn below 10 % free, error below 5 % free",
        why: "Once swap is full, memory that no file backs has nowhere to go, and the machine behaves as if it had no swap: it stalls, and then the kernel kills. Full swap also means that more is in use than memory holds, so whoever grows next is the last drop.",
        sources: &[
            "https://docs.kernel.org/admin-guide/mm/concepts.html",
            "https://www.man7.org/linux/man-pages/man5/proc_meminfo.5.html",
        ],
        examine: swap_full,
    },
    Check {
        id: "W03",
        name: "thrashing",
        group: Group::Swap,
        question: "Does the machine spend its time swapping instead of working?",
        thresholds: "error above 1000 pages a second swapped in and out while all work waits for memory more than 5 % of the last 10 s; skipped without two readings",
        why: "When the programs that run together need more than memory holds, each page that one of them gets was just taken from another, which soon wants it back. The disk is then busy with nothing else, and the machine is slower by orders of magnitude without anything being killed.",
        sources: &[
            "https://docs.kernel.org/accounting/psi.html",
            "https://www.man7.org/linux/man-pages/man5/proc_vmstat.5.html",
        ],
        examine: thrashing,
    },
];

fn swap_full(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let meminfo = readings.meminfo()?;
    let total = meminfo.swap_total();
    if total.0 == 0 {
        return Ok(Diagnosis::ok("There is no swap that could be full"));
    }
    let free = meminfo.get("SwapFree")?;
    let share = free.percent_of(total);
    let severity = match share {
        ..5.0 => Severity::Error,
        ..10.0 => Severity::Warn,
        _ => Severity::Ok,
    };
    let mut diagnosis = Diagnosis::of(severity, format!("{free} of {total} of swap are free: {share:.0} %"))
        .evidence("/proc/meminfo", "SwapTotal", total)
        .evidence("/proc/meminfo", "SwapFree", free)
        .evidence("/proc/meminfo", "MemAvailable", meminfo.available())
        .working(format!("{free} / {total} = {share:.1} %"));
    if severity == Severity::Ok {
        return Ok(diagnosis);
    }
    for (process, amount) in largest_in_swap(readings) {
        diagnosis = diagnosis.evidence(
            format!("/proc/{}/status", process.pid),
            format!("VmSwap of {}", process.name),
            amount,
        );
    }
    Ok(recipe::more_swap(readings).prescribe(diagnosis))
}

/// The three processes of which most lies in swap; those that may not be asked are left out.
fn largest_in_swap<'r>(readings: &'r Readings) -> Vec<(&'r Process, Bytes)> {
    const MOST_ASKED: usize = 20_000;
    let processes = readings.processes().map(Vec::as_slice).unwrap_or_default();
    let asked = processes.iter().filter(|process| !process.is_kernel_thread()).take(MOST_ASKED);
    let amount = |process: &Process| {
        process_fields::read_amount(readings.host(), process.pid, "status", "VmSwap").ok().flatten()
    };
    let mut amounts: Vec<(&Process, Bytes)> =
        asked.filter_map(|process| Some((process, amount(process)?))).collect();
    amounts.retain(|(_, amount)| amount.0 > 0);
    amounts.sort_by_key(|&(_, amount)| std::cmp::Reverse(amount));
    amounts.truncate(3);
    amounts
}

fn thrashing(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if readings.meminfo()?.swap_total().0 == 0 {
        return Ok(Diagnosis::ok("There is no swap to thrash on"));
    }
    let rates = readings.rates()?;
    let (read, written) = (rates.of("pswpin"), rates.of("pswpout"));
    let refaults = ["workingset_refault_anon", "workingset_refault_file", "workingset_refault"];
    let refaults: f64 = refaults.iter().map(|name| rates.of(name)).sum();
    let pages = read + written;
    let is_much = pages > 1000.0;
    // A quiet swap settles the question without the pressure, which old kernels do not tell.
    let waiting = match readings.pressure() {
        Ok(pressure) => Some(pressure.full.last_10),
        Err(lacking) if is_much => return Err(lacking),
        Err(_) => None,
    };
    let mut diagnosis = match waiting {
        Some(waiting) if is_much && waiting > 5.0 => Diagnosis::error(format!(
            "The machine swaps {pages:.0} pages a second, and all work waits {waiting:.0} % of the time"
        )),
        _ => Diagnosis::ok(format!("{pages:.0} pages a second are swapped")),
    };
    if let Some(waiting) = waiting {
        diagnosis = diagnosis.evidence("/proc/pressure/memory", "full avg10", waiting);
    }
    Ok(diagnosis
        .evidence("/proc/vmstat", "pswpin a second", read)
        .evidence("/proc/vmstat", "pswpout a second", written)
        .evidence("/proc/vmstat", "workingset_refault a second", refaults)
        .working(format!("{read:.0} pages in + {written:.0} pages out = {pages:.0} a second, over {:.0} s", rates.seconds))
        .fix(Fix::commands([
            "ps -eo pid,rss,comm --sort=-rss | head   # end the largest that can be spared, or give its unit a MemoryMax",
        ])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::examine::run;
    use crate::doctor::on_tree::examine_tree;
    use crate::doctor::registry;
    use crate::facts::rates::Rates;
    use crate::facts::vmstat;
    use crate::host::made_tree::made_tree;

    #[test]
    fn full_swap_is_judged_by_its_free_share() {
        for (free, severity) in [
            (0, Severity::Error),
            (499, Severity::Error),
            (500, Severity::Warn),
            (999, Severity::Warn),
            (1000, Severity::Ok),
        ] {
            let meminfo = format!("MemTotal: 100000 kB\nSwapTotal: 10000 kB\nSwapFree: {free} kB\n");
            assert_eq!(examine_tree("W02", &[("/proc/meminfo", &meminfo)]).severity, severity, "{free}");
        }
        assert_eq!(examine_tree("W02", &[("/proc/meminfo", "MemTotal: 1 kB\n")]).severity, Severity::Ok);
    }

    #[test]
    fn the_largest_in_swap_are_named() {
        let stat = |pid: u32, name: &str| {
            format!(
                "{pid} ({name}) S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3 18446744073709551615 1"
            )
        };
        let (one, two) = (stat(41, "small"), stat(42, "large"));
        let files = [
            ("/proc/meminfo", "MemTotal: 100000 kB\nSwapTotal: 10000 kB\nSwapFree: 0 kB\n"),
            ("/proc/41/stat", one.as_str()),
            ("/proc/41/status", "VmSwap:\t   10 kB\n"),
            ("/proc/42/stat", two.as_str()),
            ("/proc/42/status", "VmSwap:\t 9000 kB\n"),
        ];
        let finding = examine_tree("W02", &files);
        let keys: Vec<&str> = finding.evidence.iter().map(|evidence| evidence.key.as_str()).collect();
        assert_eq!(keys[3..], ["VmSwap of large", "VmSwap of small"]);
    }

    #[test]
    fn thrashing_needs_both_the_rate_and_the_waiting() {
        for (pages, waiting, severity) in
            [(1001, "5.01", Severity::Error), (1000, "50.00", Severity::Ok), (9000, "5.00", Severity::Ok)]
        {
            let shares = format!("avg10={waiting} avg60=0.00 avg300=0.00 total=0");
            let pressure = format!("some {shares}\nfull {shares}\n");
            let (_folder, host) = made_tree(&[
                ("/proc/meminfo", "MemTotal: 100 kB\nSwapTotal: 100 kB\n"),
                ("/proc/pressure/memory", &pressure),
            ]);
            let before = vmstat::parse("pswpin 0\npswpout 0\n").unwrap();
            let after = vmstat::parse(&format!("pswpin {pages}\npswpout 0\n")).unwrap();
            let readings = Readings::new(&host, Some(Rates::new(before, after, 1.0)));
            let finding = run(registry::find("W03").unwrap(), &readings);
            assert_eq!(finding.severity, severity, "{pages} {waiting}");
        }
    }

    #[test]
    fn thrashing_is_skipped_without_rates_unless_there_is_no_swap() {
        let with_swap = [("/proc/meminfo", "MemTotal: 1 kB\nSwapTotal: 1 kB\n")];
        assert_eq!(examine_tree("W03", &with_swap).severity, Severity::Skip);
        assert_eq!(examine_tree("W03", &[("/proc/meminfo", "MemTotal: 1 kB\n")]).severity, Severity::Ok);
    }
}
