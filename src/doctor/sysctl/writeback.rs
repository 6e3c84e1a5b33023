//! S13-S15: what the kernel keeps of files, and when it writes them out.

use std::collections::BTreeSet;

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::facts::disks::{self, Disk, DiskKind};
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

const CACHE_PRESSURE: &str = "vm.vfs_cache_pressure";
const DIRTYTIME: &str = "vm.dirtytime_expire_seconds";
const VM_DOC: &str = "https://docs.kernel.org/admin-guide/sysctl/vm.html";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "S13",
        name: "vfs-cache-pressure",
        group: Group::Sysctl,
        question: "Can the kernel take back what it remembers of file names?",
        thresholds: "error for 0, warn above 200",
        why: "The knob governs the caches of names and inodes, not the pages of files. With 0 they are never taken back and grow until the machine is out of memory; far above 100 the kernel searches for much more than there is, under locks that everybody needs.",
        sources: &[VM_DOC],
        examine: cache_pressure,
    },
    Check {
        id: "S14",
        name: "dirty-limit",
        group: Group::Sysctl,
        question: "How much written data may wait in memory before programs have to wait for the disk?",
        thresholds: "warn above 4 GiB, or above what the slowest disk usually writes in 10 s",
        why: "The default is a share of memory, made for machines of some GiB. On a large one tens of GiB pile up, and the first fsync() or a full limit then stops everybody until the disk has caught up.",
        sources: &[VM_DOC, "https://lwn.net/Articles/572911/"],
        examine: dirty_limit,
    },
    Check {
        id: "S15",
        name: "dirtytime-noop",
        group: Group::Sysctl,
        question: "Does vm.dirtytime_expire_seconds, where it was changed, have any effect?",
        thresholds: "info where the value is not 43200 and nothing is mounted with lazytime",
        why: "The knob concerns only the time stamps of file systems mounted with lazytime. It neither writes nor drops the pages of open files, as a widely copied page says.",
        sources: &["Linux fs/fs-writeback.c, dirtytime_interval", VM_DOC],
        examine: dirtytime_without_effect,
    },
];

fn cache_pressure(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let written = readings.knob(CACHE_PRESSURE)?;
    // Newer kernels let the owner choose the whole that 100 % are.
    let whole = readings.knob("vm.vfs_cache_pressure_denom").unwrap_or(100).max(1);
    let value = written.saturating_mul(100) / whole;
    let diagnosis = match value {
        0 => Diagnosis::error(format!("{CACHE_PRESSURE} is 0: caches of file names are never given back")),
        201.. => Diagnosis::warn(format!(
            "{CACHE_PRESSURE} = {value} makes reclaim search for {} times what there is",
            value / 100
        )),
        _ => Diagnosis::ok(format!("{CACHE_PRESSURE} is {value}")),
    };
    Ok(diagnosis
        .evidence("/proc/sys/vm/vfs_cache_pressure", "value", written)
        .working(format!("{written} of {whole} = {value} %"))
        .fix(Fix::knob(CACHE_PRESSURE, whole)))
}

fn dirty_limit(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const MUCH: Bytes = Bytes(4 << 30);
    const SECONDS: u64 = 10;
    // The kernel computes the limit anew all the time from what it could reclaim; it tells the present value.
    let limit = readings.pages(readings.vmstat()?.get("nr_dirty_threshold")?);
    let slowest = slowest_written(readings)?;
    let writable = slowest.map(|disk| disk.kind.usual_speed() * SECONDS);
    let is_much = limit > MUCH || writable.is_some_and(|writable| limit > writable);
    let severity = if is_much { Severity::Warn } else { Severity::Ok };
    let mut diagnosis = Diagnosis::of(severity, format!("Up to {limit} of written data may wait in memory"))
        .evidence("/proc/vmstat", "nr_dirty_threshold", limit);
    for name in ["vm.dirty_bytes", "vm.dirty_ratio"] {
        if let Ok(value) = readings.knob(name) {
            diagnosis = diagnosis.evidence(format!("/proc/sys/{}", name.replace('.', "/")), "value", value);
        }
    }
    if let (Some(disk), Some(writable)) = (slowest, writable) {
        let kind = disk.kind.name();
        diagnosis = diagnosis
            .evidence(format!("/sys/block/{}", disk.name), "kind", kind)
            .working(format!("a {kind} disk usually writes {writable} in {SECONDS} s; the limit is {limit}"));
    }
    let total = readings.meminfo()?.total();
    let second = slowest.map_or(Bytes::from_mib(256), |disk| disk.kind.usual_speed());
    let background = total.percent(1.0).min(second).min(Bytes::from_mib(256)).max(Bytes::from_mib(16));
    let ample = background * 4;
    Ok(diagnosis
        .working(format!("1 % of {total}, 1 s of the disk, at most 256 MiB = {background} in the background, 4 × that as the limit"))
        .fix(Fix::knobs(&[("vm.dirty_background_bytes", background.0), ("vm.dirty_bytes", ample.0)])))
}

/// The slowest disk that something writable is mounted from; of a machine that does not tell, the slowest of all.
fn slowest_written<'r>(readings: &'r Readings) -> Result<Option<&'r Disk>, Lacking> {
    let mounts = readings
        .mounts()?
        .iter()
        .filter(|mount| mount.source.starts_with("/dev/") && !mount.has_option("ro"));
    let devices: BTreeSet<&str> = mounts.map(|mount| mount.source.as_str()).collect();
    let written: Vec<String> =
        devices.iter().take(64).flat_map(|device| disks::below(readings.host(), device)).collect();
    let known: Vec<&Disk> = readings.disks()?.iter().filter(|disk| disk.kind != DiskKind::Memory).collect();
    let mounted = known.iter().filter(|disk| written.contains(&disk.name)).max_by_key(|disk| disk.kind);
    Ok(mounted.or_else(|| known.iter().max_by_key(|disk| disk.kind)).copied())
}

fn dirtytime_without_effect(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const DEFAULT: u64 = 43_200;
    let value = readings.knob(DIRTYTIME)?;
    let lazy = readings.mounts()?.iter().filter(|mount| mount.has_option("lazytime")).count() as u64;
    let diagnosis = if value != DEFAULT && lazy == 0 {
        Diagnosis::info(format!("{DIRTYTIME} = {value} has no effect: nothing is mounted with lazytime"))
    } else {
        Diagnosis::ok(format!("{DIRTYTIME} is {value}"))
    };
    Ok(diagnosis
        .evidence("/proc/sys/vm/dirtytime_expire_seconds", "value", value)
        .evidence("/proc/self/mountinfo", "mounts with lazytime", lazy)
        .fix(Fix::commands([
            "grep -rn dirtytime_expire_seconds /etc/sysctl.conf /etc/sysctl.d   # the line to delete"
                .to_owned(),
            format!("sudo sysctl -w {DIRTYTIME}={DEFAULT}"),
        ])))
}
