//! T01: huge pages that were set aside by hand.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::facts::hugetlb::{self, Pool};
use crate::facts::meminfo::PATH;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "T01",
    name: "hugetlb-idle",
    group: Group::HugePages,
    question: "Does anything use the huge pages that were set aside?",
    thresholds: "warn where more than 10 % of memory are huge pages that are free and promised to nobody",
    why: "A page in the pool belongs to the pool: nothing can use it but a program that asks for huge pages, neither as a cache nor under the greatest need. Pools are often sized for a database that has since moved, or by a setting that was copied. Programs that look at the pool may also take it for all the free memory there is.",
    sources: &["https://docs.kernel.org/admin-guide/mm/hugetlbpage.html", "Linux mm/hugetlb.c"],
    examine: idle_pool,
}];

fn idle_pool(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const MUCH: f64 = 10.0;
    let meminfo = readings.meminfo()?;
    let mut pools = hugetlb::read(readings.host())?;
    // A capture may hold only the numbers of the default size.
    let are_listed = !pools.is_empty();
    if !are_listed {
        pools.extend(hugetlb::of_meminfo(meminfo));
    }
    pools.retain(|pool| pool.total > 0);
    if pools.is_empty() {
        return Ok(Diagnosis::ok("No huge pages are set aside"));
    }
    let total = meminfo.total();
    let idle: Bytes = pools.iter().map(|pool| pool.page * pool.idle()).sum();
    let share = idle.percent_of(total);
    let diagnosis = if share > MUCH {
        Diagnosis::warn(format!(
            "{idle} ({share:.0} % of memory) are set aside as huge pages that nobody uses"
        ))
    } else {
        Diagnosis::ok(format!("{idle} of huge pages are set aside and unused"))
    };
    let diagnosis = pools
        .iter()
        .fold(diagnosis, |diagnosis, pool| {
            let source = if are_listed { pool.folder() } else { PATH.to_owned() };
            name_pool(diagnosis, &source, pool)
        })
        .evidence(PATH, "MemTotal", total)
        .working(format!("{idle} / {total} = {share:.1} %"));
    Ok(diagnosis.fix(shrink(&pools, meminfo.find("Hugepagesize"))))
}

fn name_pool(diagnosis: Diagnosis, source: &str, pool: &Pool) -> Diagnosis {
    let size = pool.page;
    diagnosis
        .evidence(source, format!("huge pages of {size}"), pool.total)
        .evidence(source, format!("free pages of {size}"), pool.free)
        .evidence(source, format!("reserved pages of {size}"), pool.reserved)
        .working(format!(
            "{} free - {} reserved pages of {size} = {}",
            pool.free,
            pool.reserved,
            size * pool.idle()
        ))
}

/// Leaves each pool what is used and promised.
fn shrink(pools: &[Pool], default_size: Option<Bytes>) -> Fix {
    let idle = pools.iter().filter(|pool| pool.idle() > 0);
    let fixes = idle.map(|pool| {
        let needed = pool.total.saturating_sub(pool.idle()).saturating_sub(pool.surplus);
        match Some(pool.page) == default_size {
            true => Fix::knob("vm.nr_hugepages", needed),
            false => Fix::sys(&format!("{}/nr_hugepages", pool.folder()), needed),
        }
    });
    Fix::commands(fixes.flat_map(|fix| fix.commands))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    use super::*;

    #[test]
    fn idle_pools_are_weighed_at_their_boundary() {
        let of = |free: u64, reserved: u64| {
            let meminfo = format!(
                "MemTotal: 20480 kB\nHugePages_Total: 5\nHugePages_Free: {free}\nHugePages_Rsvd: {reserved}\nHugepagesize: 1024 kB\n"
            );
            examine_tree("T01", &[(PATH, &meminfo)])
        };
        assert_eq!(of(2, 0).severity, Severity::Ok);
        assert_eq!(of(3, 1).severity, Severity::Ok);
        let finding = of(3, 0);
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(finding.fix.unwrap().commands[0], "sudo sysctl -w vm.nr_hugepages=2");
        let none = [(PATH, "MemTotal: 20480 kB\n")];
        assert_eq!(examine_tree("T01", &none).severity, Severity::Ok);
    }

    #[test]
    fn pools_of_another_size_have_their_own_knob() {
        let pool = "/sys/kernel/mm/hugepages/hugepages-1048576kB";
        let paths = ["nr_hugepages", "free_hugepages", "resv_hugepages"].map(|file| format!("{pool}/{file}"));
        let files = [
            (PATH, "MemTotal: 33554432 kB\nHugepagesize: 2048 kB\n"),
            (paths[0].as_str(), "8\n"),
            (paths[1].as_str(), "6\n"),
            (paths[2].as_str(), "1\n"),
        ];
        let finding = examine_tree("T01", &files);
        assert_eq!(finding.severity, Severity::Warn);
        assert_eq!(finding.fix.unwrap().commands[0], format!("echo 3 | sudo tee {pool}/nr_hugepages"));
    }
}
