//! Z02 and Z03: what zram devices cost, and how large they were made.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::doctor::swap::commands::affair_of_host;
use crate::facts::readings::Readings;
use crate::facts::zram::ZramDevice;
use crate::facts::zram_generator;
use crate::host::Lacking;
use crate::swap::commands;
use crate::sys::bytes::Bytes;

const ZRAM_DOC: &str = "https://docs.kernel.org/admin-guide/blockdev/zram.html";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "Z02",
        name: "zram-cost",
        group: Group::CompressedSwap,
        question: "Does zram save more memory than it takes?",
        thresholds: "error where it takes more than half of the memory, info where it stores less than 1.5 times what its compressed pages take; below 64 MiB stored nothing is said of the ratio",
        why: "zram keeps swapped pages in the very memory that was to be made free. Pictures, encrypted data and model weights hardly shrink: they go in as large as they came out, and once the pool has eaten half of the memory, swapping more makes the shortage worse instead of better.",
        sources: &[ZRAM_DOC],
        examine: zram_cost,
    },
    Check {
        id: "Z03",
        name: "zram-size",
        group: Group::CompressedSwap,
        question: "Is each zram device of a size that the memory can back?",
        thresholds: "warn above twice the memory, info where it is as large as the memory or larger and no mem_limit holds it",
        why: "The size of a zram device is what it may hold before compression, not what it takes. Above twice the memory even well-compressible pages cannot fit; and a device as large as the memory, without a limit, fills all of it once it is given data that does not shrink.",
        sources: &[ZRAM_DOC, "https://fedoraproject.org/wiki/Changes/Scale_ZRAM_to_full_memory_size"],
        examine: zram_size,
    },
];

fn zram_cost(readings: &Readings) -> Result<Diagnosis, Lacking> {
    /// Less than this says nothing about what the machine swaps by habit.
    const LITTLE: Bytes = Bytes(64 << 20);
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let devices = readings.zram()?;
    if devices.is_empty() {
        return Ok(Diagnosis::ok("There is no zram device"));
    }
    let sum = |part: fn(&ZramDevice) -> Bytes| devices.iter().map(part).sum::<Bytes>();
    let original = sum(|device| device.use_of_memory.original);
    let compressed = sum(|device| device.use_of_memory.compressed);
    let cost = sum(|device| device.use_of_memory.cost);
    let total = readings.meminfo()?.total();
    let share = cost.percent_of(total);
    // A byte at least: pages of zeros take nothing at all.
    let ratio = original.0 as f64 / compressed.0.max(1) as f64;
    let (severity, title) = match share {
        50.0.. if cost.0 > total.0 / 2 => {
            (Severity::Error, format!("zram takes {cost}, {share:.0} % of the memory, to hold {original}"))
        }
        _ if original >= LITTLE && ratio < 1.5 => (
            Severity::Info,
            format!("What is swapped to zram hardly shrinks: {original} to {compressed}, {ratio:.1} to 1"),
        ),
        _ if original < LITTLE => (Severity::Ok, format!("zram holds only {original}")),
        _ => (Severity::Ok, format!("zram holds {original} in {cost} of memory")),
    };
    let mut diagnosis =
        Diagnosis::of(severity, title).evidence("/proc/meminfo", "MemTotal", total).working(format!(
            "{original} / {compressed} compressed = {ratio:.2}; {cost} / {total} = {share:.1} % of the memory"
        ));
    for device in devices {
        let path = format!("/sys/block/{}/mm_stat", device.name);
        diagnosis = diagnosis
            .evidence(&path, "orig_data_size", device.use_of_memory.original)
            .evidence(&path, "compr_data_size", device.use_of_memory.compressed)
            .evidence(&path, "mem_used_total", device.use_of_memory.cost);
        diagnosis = match &device.algorithm {
            Some(algorithm) => diagnosis.evidence(
                format!("/sys/block/{}/comp_algorithm", device.name),
                "value",
                algorithm.as_str(),
            ),
            None => diagnosis,
        };
    }
    let largest = devices.iter().max_by_key(|device| device.use_of_memory.cost);
    Ok(match largest {
        Some(device) if severity == Severity::Error => {
            let limit = Bytes(total.0 / 2);
            diagnosis
                .working(format!(
                    "a limit of half of the memory, {limit}, keeps {} from growing on; what it holds stays",
                    device.name
                ))
                .fix(limit_fix(readings, device, limit, device.disk_size)?)
        }
        _ => diagnosis,
    })
}

fn zram_size(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let total = readings.meminfo()?.total();
    let devices = readings.zram()?;
    let Some(largest) = devices.iter().max_by_key(|device| device.disk_size) else {
        return Ok(Diagnosis::ok("There is no zram device"));
    };
    let size: Bytes = devices.iter().map(|device| device.disk_size).sum();
    let is_limited = devices.iter().all(|device| device.use_of_memory.limit.0 > 0);
    let share = size.percent_of(total);
    let severity = severity_of_size(size, is_limited, total);
    let made = match devices.len() {
        1 => format!("{} was made for {size}, {share:.0} % of the memory", largest.name),
        count => format!("{count} zram devices were made for {size}, {share:.0} % of the memory"),
    };
    let title = match severity {
        Severity::Warn => format!("{made}: more than can be compressed into it"),
        Severity::Info => format!("{made}, and nothing limits what they take"),
        _ => made,
    };
    let diagnosis = devices.iter().fold(Diagnosis::of(severity, title), |diagnosis, device| {
        let folder = format!("/sys/block/{}", device.name);
        diagnosis.evidence(format!("{folder}/disksize"), "value", device.disk_size).evidence(
            format!("{folder}/mm_stat"),
            "mem_limit",
            device.use_of_memory.limit,
        )
    });
    let diagnosis = diagnosis
        .evidence("/proc/meminfo", "MemTotal", total)
        .working(format!("{size} / {total} of memory = {share:.0} %; from 50 to 100 % is usual"));
    // How several devices were made, and so how they are made smaller, is not known.
    if severity == Severity::Ok || devices.len() > 1 {
        return Ok(diagnosis);
    }
    let half = Bytes(total.0 / 2);
    let wanted = if severity == Severity::Warn { total } else { largest.disk_size };
    let fix = limit_fix(readings, largest, half, wanted)?;
    Ok(diagnosis.working(format!("a limit of half of the memory: {half}")).fix(fix))
}

fn severity_of_size(size: Bytes, is_limited: bool, total: Bytes) -> Severity {
    match size {
        _ if size > total * 2 => Severity::Warn,
        _ if size >= total && !is_limited => Severity::Info,
        _ => Severity::Ok,
    }
}

/// Limits what a device may take at once, and makes it so at every boot where zram-generator makes it: `memtune swap zram` limits what it
/// makes. That makes the device anew, and so first the limit, which needs no draining.
fn limit_fix(readings: &Readings, device: &ZramDevice, limit: Bytes, size: Bytes) -> Result<Fix, Lacking> {
    let name = &device.name;
    let mut commands = vec![format!("echo {} | sudo tee /sys/block/{name}/mem_limit", limit.0)];
    let is_kept = zram_generator::read(readings.host())?.iter().any(|device| device.name == *name);
    // The command knows this one alone.
    if is_kept && name == "zram0" {
        commands.push(commands::zram_of(size));
    }
    Ok(Fix::commands(commands))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Finding;
    use crate::doctor::on_tree::examine_tree;

    const MIB: u64 = 1 << 20;

    /// A machine of 1000 MiB.
    fn examine(id: &str, size: u64, stat: [u64; 4]) -> Finding {
        let size = (size * MIB).to_string();
        let stat = stat.map(|mib| (mib * MIB).to_string()).join(" ");
        examine_tree(
            id,
            &[
                ("/proc/meminfo", "MemTotal: 1024000 kB\n"),
                ("/sys/block/zram0/disksize", &size),
                ("/sys/block/zram0/mm_stat", &stat),
                ("/sys/block/zram0/comp_algorithm", "lzo [zstd]\n"),
                ("/etc/systemd/zram-generator.conf", "[zram0]\n"),
            ],
        )
    }

    #[test]
    fn cost_is_judged_by_ratio_and_share() {
        for (stat, severity) in [
            ([0, 0, 0, 0], Severity::Ok),
            ([300, 200, 210, 0], Severity::Ok),
            ([299, 200, 210, 0], Severity::Info),
            ([63, 63, 63, 0], Severity::Ok),
            ([64, 63, 63, 0], Severity::Info),
            ([2000, 400, 500, 0], Severity::Ok),
            ([2000, 400, 501, 0], Severity::Error),
        ] {
            let finding = examine("Z02", 4000, stat);
            assert_eq!(finding.severity, severity, "{stat:?} {}", finding.title);
            assert_eq!(finding.fix.is_some(), severity == Severity::Error);
        }
        assert_eq!(examine_tree("Z02", &[]).severity, Severity::Ok);
    }

    #[test]
    fn size_is_judged_by_memory_and_limit() {
        for (size, limit, severity) in [
            (999, 0, Severity::Ok),
            (1000, 0, Severity::Info),
            (1000, 500, Severity::Ok),
            (2000, 0, Severity::Info),
            (2001, 500, Severity::Warn),
        ] {
            let finding = examine("Z03", size, [0, 0, 0, limit]);
            assert_eq!(finding.severity, severity, "{size} {limit}");
            if let Some(fix) = finding.fix {
                assert_eq!(
                    fix.commands[0],
                    format!("echo {} | sudo tee /sys/block/zram0/mem_limit", 500 * MIB)
                );
                let kept = if severity == Severity::Warn { 1000 } else { size };
                assert_eq!(fix.commands[1], commands::zram_of(Bytes(kept * MIB)));
            }
        }
        assert_eq!(examine_tree("Z03", &[("/proc/meminfo", "MemTotal: 1 kB\n")]).severity, Severity::Ok);
    }
}
