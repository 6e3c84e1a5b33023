//! S11 and S12: how eagerly the kernel swaps, and how much it reads ahead.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::doctor::shell::quoted;
use crate::facts::cgroups;
use crate::facts::disks::{self, DiskKind};
use crate::facts::mounts;
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::host::Lacking;

const SWAPPINESS: &str = "vm.swappiness";
const PAGE_CLUSTER: &str = "vm.page-cluster";
const VM_DOC: &str = "https://docs.kernel.org/admin-guide/sysctl/vm.html";

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "S11",
        name: "swappiness",
        group: Group::Sysctl,
        question: "Does vm.swappiness fit the devices that the swap lies on?",
        thresholds: "warn for 0 with swap, warn above 100 with swap on disks only, info below 100 with swap in memory only, info where control groups of version 1 keep another value",
        why: "The knob tells the kernel what reading a page from swap costs, compared with reading one from a file: 100 means the same. With 0 nothing is swapped until free and cached memory are all but gone, which freezes the machine just before it kills; above 100 on a disk it swaps what it will soon have to read back.",
        sources: &[VM_DOC, "https://github.com/systemd/systemd/issues/9276"],
        examine: swappiness,
    },
    Check {
        id: "S12",
        name: "page-cluster",
        group: Group::Sysctl,
        question: "Does the kernel read ahead from swap that lies in memory?",
        thresholds: "info where vm.page-cluster is not 0 and swap is compressed in memory",
        why: "On a turning disk the neighbours of a page come almost for free. In zram or zswap each of them must be decompressed, and the machine has no memory to put them in.",
        sources: &[VM_DOC, "https://github.com/pop-os/default-settings/pull/163"],
        examine: page_cluster,
    },
];

/// The kinds of disk under the swap areas in use.
fn kinds_of_swap(readings: &Readings, areas: &[SwapArea]) -> Result<Vec<DiskKind>, Lacking> {
    let mut kinds: Vec<DiskKind> = Vec::new();
    for area in areas {
        kinds.push(kind_of_area(readings, area)?);
    }
    kinds.sort();
    kinds.dedup();
    Ok(kinds)
}

/// The slowest disk under one swap area; an unknown one counts as solid-state.
pub(in crate::doctor) fn kind_of_area(readings: &Readings, area: &SwapArea) -> Result<DiskKind, Lacking> {
    if area.is_zram() {
        return Ok(DiskKind::Memory);
    }
    let device = match area.is_file {
        true => mounts::holding(readings.mounts()?, &area.path).map(|mount| mount.source.clone()),
        false => Some(area.path.clone()),
    };
    let names = device.map(|device| disks::below(readings.host(), &device)).unwrap_or_default();
    let known = readings.disks()?.iter().filter(|disk| names.contains(&disk.name));
    Ok(known.map(|disk| disk.kind).max().unwrap_or(DiskKind::Solid))
}

/// 200 · x / (1 + x) for swap that is x times as fast as the file system; the factors are memtune's own estimate.
fn fitting_swappiness(kind: DiskKind) -> u64 {
    match kind {
        DiskKind::Memory => 180,
        DiskKind::Nvme => 120,
        DiskKind::Solid => 100,
        DiskKind::Rotational | DiskKind::Card | DiskKind::Usb => 33,
    }
}

fn swappiness(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let value = readings.knob(SWAPPINESS)?;
    let kinds = kinds_of_swap(readings, readings.swaps()?)?;
    let Some(&slowest) = kinds.last() else {
        let title = format!("{SWAPPINESS} is {value}; without swap it does little");
        return Ok(Diagnosis::ok(title).evidence("/proc/sys/vm/swappiness", "value", value));
    };
    let others = cgroups::other_swappiness(readings.host(), value).unwrap_or_default();
    let judged = judge_value(value, &kinds, slowest);
    let groups = match (others.len(), &judged) {
        (0, _) | (_, Some(_)) => None,
        (1, None) => Some("1 control group keeps another swappiness".to_owned()),
        (count, None) => Some(format!("{count} control groups keep another swappiness")),
    };
    let fitting = fitting_swappiness(slowest);
    let diagnosis = match (judged, groups) {
        (Some((severity, title)), _) => Diagnosis::of(severity, title).fix(Fix::knob(SWAPPINESS, fitting)),
        (None, Some(groups)) => {
            let commands = others.iter().map(|(path, _)| format!("echo {value} | sudo tee {}", quoted(path)));
            Diagnosis::info(format!("{groups} than {value}")).fix(Fix::commands(commands))
        }
        (None, None) => {
            Diagnosis::ok(format!("{SWAPPINESS} = {value} fits swap on {} devices", slowest.name()))
        }
    };
    let diagnosis = diagnosis
        .evidence("/proc/sys/vm/swappiness", "value", value)
        .evidence("/proc/swaps", "slowest device", slowest.name())
        .working(format!(
            "200 · x / (1 + x), with x = speed of swap / speed of files: about {fitting} for {} swap",
            slowest.name()
        ));
    Ok(others.iter().fold(diagnosis, |diagnosis, (path, other)| diagnosis.evidence(path, "value", *other)))
}

/// What is wrong with the value; `None` where it fits the devices.
fn judge_value(value: u64, kinds: &[DiskKind], slowest: DiskKind) -> Option<(Severity, String)> {
    let has_memory = kinds.contains(&DiskKind::Memory);
    match value {
        0 => Some((Severity::Warn, format!("{SWAPPINESS} is 0: swap is used only when it is too late"))),
        101.. if !has_memory => {
            let kind = slowest.name();
            let title =
                format!("{SWAPPINESS} = {value} is meant for swap in memory, but it lies on {kind} disks");
            Some((Severity::Warn, title))
        }
        1..=99 if slowest == DiskKind::Memory => {
            let title = format!(
                "{SWAPPINESS} = {value} spares the compressed swap, which is the fastest that there is"
            );
            Some((Severity::Info, title))
        }
        _ => None,
    }
}

fn page_cluster(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let value = readings.knob(PAGE_CLUSTER)?;
    let in_memory = readings.swaps()?.iter().any(SwapArea::is_zram);
    let through_zswap =
        readings.zswap()?.as_ref().is_some_and(|zswap| zswap.is_enabled) && !readings.swaps()?.is_empty();
    let pages = 1u64.checked_shl(value.min(63) as u32).unwrap_or(u64::MAX);
    let diagnosis = if value > 0 && (in_memory || through_zswap) {
        let what = if in_memory { "zram" } else { "zswap" };
        Diagnosis::info(format!("A read from {what} may decompress {pages} pages where one was asked for"))
    } else {
        Diagnosis::ok(format!("{PAGE_CLUSTER} = {value} fits the swap devices"))
    };
    Ok(diagnosis
        .evidence("/proc/sys/vm/page-cluster", "value", value)
        .working(format!("2^{value} = {pages} pages are read at a time"))
        .fix(Fix::knob(PAGE_CLUSTER, 0)))
}
