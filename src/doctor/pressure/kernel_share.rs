//! P04-P06: the memory that the kernel itself takes, known and unknown.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::meminfo::PATH;
use crate::facts::readings::Readings;
use crate::facts::slabs::{self, Slab};
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::{unaccounted, who};

const MEMINFO_DOC: &str = "https://docs.kernel.org/filesystems/proc.html#meminfo";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "P04",
        name: "slab-leak",
        group: Group::Pressure,
        question: "Do the kernel's own objects take much memory that it cannot give back?",
        thresholds: "warn where more than 10 % of memory is unreclaimable slab; one reading cannot tell whether it still grows, so compare with a later one",
        why: "The kernel keeps its own small objects in slabs. Most of them go back under pressure, the unreclaimable ones only when their owner lets go. A driver or file system that forgets to do so eats the machine up slowly, and no program shows up as the culprit.",
        sources: &[MEMINFO_DOC, "https://docs.kernel.org/mm/slab.html", "man 5 slabinfo"],
        examine: unreclaimable_slab,
    },
    Check {
        id: "P05",
        name: "unaccounted",
        group: Group::Pressure,
        question: "Does anything hold memory that the kernel puts into no account?",
        thresholds: "warn where more than 10 % of memory is in none of the disjoint fields of /proc/meminfo, nor in zram, nor in the cache of ZFS",
        why: "Drivers take whole pages straight from the allocator, and no counter tells whose they are: graphics drivers above all, and the balloon through which a hypervisor takes memory back. No process shows this memory and no limit of systemd bounds it, so the machine runs out with nobody to blame.",
        sources: &[
            MEMINFO_DOC,
            "Linux fs/proc/meminfo.c, meminfo_proc_show()",
            "https://github.com/Blackwellboy/model-serving-minefield/issues/57",
        ],
        examine: unaccounted::unaccounted,
    },
    Check {
        id: "P06",
        name: "page-tables",
        group: Group::Pressure,
        question: "Does the bookkeeping about memory take much memory itself?",
        thresholds: "warn where page tables, per-processor data and kernel stacks take more than 5 % of memory",
        why: "Every process that maps a large shared area pays for its own page tables, 2 MiB for each GiB in small pages: some hundred connections of a database can cost more than its data. Stacks and per-processor data grow with the number of threads and control groups.",
        sources: &[MEMINFO_DOC, "https://docs.kernel.org/mm/page_tables.html"],
        examine: bookkeeping,
    },
];

fn unreclaimable_slab(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const MUCH: f64 = 10.0;
    let meminfo = readings.meminfo()?;
    let (total, slab) = (meminfo.total(), meminfo.get("SUnreclaim")?);
    let share = slab.percent_of(total);
    let diagnosis = if share > MUCH {
        Diagnosis::warn(format!(
            "{slab} ({share:.0} % of memory) are objects of the kernel that it cannot give back"
        ))
    } else {
        Diagnosis::ok(format!("{share:.1} % of memory is objects of the kernel that it cannot give back"))
    };
    let diagnosis = diagnosis
        .evidence(PATH, "SUnreclaim", slab)
        .evidence(PATH, "MemTotal", total)
        .working(format!("{slab} / {total} = {share:.1} %"));
    if share <= MUCH {
        return Ok(diagnosis);
    }
    Ok(match readings.slabs() {
        Ok(slabs) => largest(slabs)
            .into_iter()
            .fold(diagnosis, |diagnosis, slab| diagnosis.evidence(slabs::PATH, &slab.name, slab.size)),
        // Only root sees the caches by name; the amount is known without them.
        Err(_) => {
            diagnosis.fix(Fix::commands(["sudo slabtop --once --sort=c | head -n 20   # the caches by size"]))
        }
    })
}

fn largest(slabs: &[Slab]) -> Vec<&Slab> {
    const MOST_NAMED: usize = 5;
    let mut slabs: Vec<&Slab> = slabs.iter().collect();
    slabs.sort_by_key(|slab| std::cmp::Reverse(slab.size));
    slabs.truncate(MOST_NAMED);
    slabs
}

fn bookkeeping(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const MUCH: f64 = 5.0;
    const PARTS: [&str; 4] = ["PageTables", "SecPageTables", "Percpu", "KernelStack"];
    let meminfo = readings.meminfo()?;
    let total = meminfo.total();
    // The oldest of the four; without it the text is no kernel's.
    meminfo.get("PageTables")?;
    let known = PARTS.map(|name| (name, meminfo.find(name).unwrap_or_default()));
    let sum: Bytes = known.iter().map(|&(_, amount)| amount).sum();
    let share = sum.percent_of(total);
    let diagnosis = if share > MUCH {
        Diagnosis::warn(format!(
            "{sum} ({share:.0} % of memory) are page tables, stacks and per-processor data"
        ))
    } else {
        Diagnosis::ok(format!("{share:.1} % of memory is page tables, stacks and per-processor data"))
    };
    let diagnosis =
        known.iter().fold(diagnosis, |diagnosis, &(name, amount)| diagnosis.evidence(PATH, name, amount));
    let [tables, second, percpu, stacks] = known.map(|(_, amount)| amount);
    let diagnosis = diagnosis
        .evidence(PATH, "MemTotal", total)
        .working(format!("({tables} + {second} + {percpu} + {stacks}) / {total} = {share:.1} %"));
    Ok(match share > MUCH {
        true => who::name_field(readings, diagnosis, "status", "VmPTE"),
        false => diagnosis,
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    use super::*;

    #[test]
    fn slab_is_weighed_and_its_largest_caches_named() {
        let slabinfo =
            "slabinfo - version: 2.1\nsmall 1 1 10 1 1\nfilp 1 9 1000 1 1\nleaky 1 9000 1000 1 1\n";
        let of = |slab: u64, is_root: bool| {
            let meminfo = format!("MemTotal: 1000 kB\nSUnreclaim: {slab} kB\n");
            let mut files = vec![(PATH, meminfo.as_str())];
            if is_root {
                files.push((slabs::PATH, slabinfo));
            }
            examine_tree("P04", &files)
        };
        assert_eq!(of(100, true).severity, Severity::Ok);
        let seen = of(101, true);
        assert_eq!((seen.severity, seen.fix), (Severity::Warn, None));
        assert_eq!(seen.evidence[2].key, "leaky");
        let unseen = of(101, false);
        assert_eq!(unseen.severity, Severity::Warn);
        assert!(unseen.fix.unwrap().commands[0].starts_with("sudo slabtop"));
    }

    #[test]
    fn bookkeeping_is_summed() {
        let of = |tables: u64| {
            let meminfo = format!(
                "MemTotal: 1000 kB\nPageTables: {tables} kB\nSecPageTables: 5 kB\nPercpu: 10 kB\nKernelStack: 15 kB\n"
            );
            let stat = "3 (pg) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 99999999 700 1 1";
            let files =
                [(PATH, meminfo.as_str()), ("/proc/3/stat", stat), ("/proc/3/status", "VmPTE:\t 21 kB\n")];
            examine_tree("P06", &files)
        };
        assert_eq!(of(20).severity, Severity::Ok);
        let finding = of(21);
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(finding.evidence[5].key, "VmPTE of pg (PID 3)");
    }

    #[test]
    fn a_cut_capture_says_nothing() {
        for id in ["P04", "P05", "P06"] {
            let finding = examine_tree(id, &[(PATH, "MemTotal: 1000 kB\n")]);
            assert_eq!(finding.severity, Severity::Skip, "{id}");
        }
    }
}
