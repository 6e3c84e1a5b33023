//! P05: the memory that no account holds.

use crate::doctor::diagnosis::Diagnosis;
use crate::facts::hugetlb;
use crate::facts::meminfo::{Meminfo, PATH};
use crate::facts::readings::Readings;
use crate::facts::vmstat;
use crate::facts::zfs_cache;
use crate::host::{Lacking, Reason};
use crate::sys::bytes::Bytes;

const MUCH: f64 = 10.0;

/// Fields that overlap with no other field of this list. `Cached` holds shared memory and tmpfs. A page that was read back
/// from swap may stand in `SwapCached` and in `AnonPages`: that errs towards silence.
const DISJOINT: [&str; 14] = [
    "MemFree",
    "Buffers",
    "Cached",
    "SwapCached",
    "AnonPages",
    "PageTables",
    "SecPageTables",
    "Percpu",
    "Bounce",
    "WritebackTmp",
    "Quicklists",
    "HardwareCorrupted",
    // Of the Jetson's graphics driver: its buffers, and pages that it keeps for the next ones.
    "NvMapMemUsed",
    "NvMapMemFree",
];

/// One account and what it holds.
type Account = (&'static str, &'static str, Bytes);

/// Judges what is left of all memory when every account is taken off.
pub(super) fn unaccounted(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if is_of_a_container(readings) {
        let why = "it shows the container's share, which does not add up".to_owned();
        return Err(Lacking::new(PATH, Reason::Failed(why)));
    }
    let total = readings.meminfo()?.total();
    let accounts = accounts(readings)?;
    let known: Bytes = accounts.iter().map(|&(_, _, amount)| amount).sum();
    let rest = total.less(known);
    let share = rest.percent_of(total);
    let diagnosis = if share > MUCH {
        Diagnosis::warn(format!(
            "{rest} ({share:.0} % of memory) are in no account: a driver, a GPU or a balloon holds them"
        ))
    } else {
        Diagnosis::ok(format!("All but {share:.1} % of memory is in some account of the kernel"))
    };
    let diagnosis = diagnosis.evidence(PATH, "MemTotal", total).evidence(PATH, "in no account", rest);
    let mut held: Vec<&Account> = accounts.iter().filter(|account| account.2.0 > 0).collect();
    held.sort_by_key(|account| std::cmp::Reverse(account.2));
    let diagnosis = held
        .iter()
        .fold(diagnosis, |diagnosis, &&(source, name, amount)| diagnosis.evidence(source, name, amount));
    let sum: Vec<String> = held.iter().map(|(_, name, amount)| format!("{name} {amount}")).collect();
    let diagnosis =
        diagnosis.working(format!("{total} - ({}) = {rest}, {share:.1} % of memory", sum.join(" + ")));
    Ok(match share > MUCH {
        true => name_suspects(readings, diagnosis),
        false => diagnosis,
    })
}

/// lxcfs puts a file of its own over the kernel's.
fn is_of_a_container(readings: &Readings) -> bool {
    let mounts = readings.mounts().map_or(&[][..], Vec::as_slice);
    mounts.iter().any(|mount| mount.point == PATH)
}

fn accounts(readings: &Readings) -> Result<Vec<Account>, Lacking> {
    let meminfo = readings.meminfo()?;
    // A text without the great ones was cut: its rest would mean nothing.
    for name in ["MemFree", "Cached", "AnonPages"] {
        meminfo.get(name)?;
    }
    let amount = |name: &str| meminfo.find(name).unwrap_or_default();
    let mut accounts: Vec<Account> = DISJOINT.iter().map(|&name| (PATH, name, amount(name))).collect();
    accounts.push((PATH, "Slab", slab(meminfo)?));
    // What the kernel can take back without its being slab: pools of graphics drivers.
    let pools = amount("KReclaimable").less(amount("SReclaimable"));
    accounts.push((PATH, "KReclaimable beyond slab", pools));
    // The stacks lie in vmalloc's memory on almost every machine of today.
    let vmalloc = vmalloc(meminfo).max(amount("KernelStack"));
    accounts.push((PATH, "VmallocUsed and KernelStack", vmalloc));
    accounts.push((PATH, "Hugetlb", huge_pages(readings, meminfo)?));
    accounts.push(compressed(readings, meminfo)?);
    accounts.push((PATH, "Balloon", balloon(readings, meminfo)));
    let zfs = zfs_cache::read(readings.host()).ok().flatten().unwrap_or_default();
    accounts.push((zfs_cache::PATH, "cache of ZFS", zfs));
    Ok(accounts)
}

fn slab(meminfo: &Meminfo) -> Result<Bytes, Lacking> {
    let parts = || Some(meminfo.find("SReclaimable")? + meminfo.find("SUnreclaim")?);
    meminfo.find("Slab").or_else(parts).map_or_else(|| meminfo.get("Slab"), Ok)
}

/// Kernels before 4.4 counted addresses of devices here; they alone tell a `VmallocChunk` that is not 0.
fn vmalloc(meminfo: &Meminfo) -> Bytes {
    let counts_addresses = meminfo.find("VmallocChunk").is_some_and(|chunk| chunk.0 > 0);
    match counts_addresses {
        true => Bytes(0),
        false => meminfo.find("VmallocUsed").unwrap_or_default(),
    }
}

/// `Hugetlb` sums all sizes; kernels before 4.16 tell only the pools.
fn huge_pages(readings: &Readings, meminfo: &Meminfo) -> Result<Bytes, Lacking> {
    if let Some(all) = meminfo.find("Hugetlb") {
        return Ok(all);
    }
    let mut pools = hugetlb::read(readings.host())?;
    if pools.is_empty() {
        pools.extend(hugetlb::of_meminfo(meminfo));
    }
    Ok(pools.iter().map(|pool| pool.page * pool.total).sum())
}

/// zram and zswap share an allocator that has one counter; zswap had others too, which only its own field tells.
fn compressed(readings: &Readings, meminfo: &Meminfo) -> Result<Account, Lacking> {
    let devices = readings.zram().map_or(&[][..], Vec::as_slice);
    let zram: Bytes = devices.iter().map(|device| device.use_of_memory.cost).sum();
    let told = zram + meminfo.find("Zswap").unwrap_or_default();
    let counted = readings.vmstat().ok().and_then(|vmstat| vmstat.find("nr_zspages"));
    let counted = readings.pages(counted.unwrap_or_default());
    Ok(match counted >= told {
        true => (vmstat::PATH, "nr_zspages", counted),
        false => ("/sys/block/zram*/mm_stat", "zram and zswap", told),
    })
}

/// Most balloons take their pages out of `MemTotal`, so that the zones manage less than is present: those are no account of
/// it any more.
fn balloon(readings: &Readings, meminfo: &Meminfo) -> Bytes {
    let inflated = meminfo.find("Balloon").unwrap_or_default();
    let zones = readings.zones().map_or(&[][..], Vec::as_slice);
    let missing =
        zones.iter().fold(0u64, |sum, zone| sum.saturating_add(zone.present.saturating_sub(zone.managed)));
    let missing = readings.pages(missing);
    match missing >= inflated {
        true => Bytes(0),
        false => inflated,
    }
}

/// Adds the loaded drivers that are known to hold pages in no account.
fn name_suspects(readings: &Readings, diagnosis: Diagnosis) -> Diagnosis {
    const PATH: &str = "/proc/modules";
    const SUSPECTS: [&str; 11] = [
        "virtio_balloon",
        "vmw_balloon",
        "hv_balloon",
        "nvidia",
        "nvgpu",
        "nvmap",
        "amdgpu",
        "radeon",
        "i915",
        "xe",
        "nouveau",
    ];
    let modules = readings.host().read(PATH).unwrap_or_default();
    let names = modules.lines().filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| SUSPECTS.contains(name))
        .fold(diagnosis, |diagnosis, name| diagnosis.evidence(PATH, "loaded", name))
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::{examine_tree, zoneinfo};
    use crate::host::Host;

    use super::*;

    /// A machine of 1 GiB of which `rest` KiB are free, cached or anonymous, with these further lines.
    fn machine(rest: u64, lines: &str) -> String {
        let cached = rest / 2;
        format!(
            "MemTotal: 1048576 kB\nMemFree: 1000 kB\nBuffers: 0 kB\nCached: {cached} kB\nAnonPages: {} kB\nSlab: 0 kB\n{lines}",
            rest - cached - 1000
        )
    }

    fn severity(meminfo: &str) -> Severity {
        examine_tree("P05", &[(PATH, meminfo)]).severity
    }

    #[test]
    fn this_very_machine_adds_up() {
        let host = Host::live();
        let readings = Readings::new(&host, None);
        if is_of_a_container(&readings) {
            return;
        }
        let known: Bytes = accounts(&readings).unwrap().iter().map(|&(_, _, amount)| amount).sum();
        // Drivers may hold much, but more than there is would mean that something was counted twice; the fields are not
        // read in one moment, so a little more can happen.
        let share = known.percent_of(readings.meminfo().unwrap().total());
        assert!((40.0..102.0).contains(&share), "{share:.1} % in some account");
    }

    #[test]
    fn the_rest_is_weighed_at_its_boundary() {
        let tenth = 104_857;
        assert_eq!(severity(&machine(1_048_576 - tenth, "")), Severity::Ok);
        assert_eq!(severity(&machine(1_048_576 - tenth - 1, "")), Severity::Warn);
        // More than there is: nothing is left, and nothing overflows.
        assert_eq!(severity(&machine(9_000_000, "")), Severity::Ok);
    }

    #[test]
    fn every_account_counts_once() {
        let base = 700_000;
        assert_eq!(severity(&machine(base, "")), Severity::Warn);
        let filling = [
            "Hugetlb: 300000 kB\n",
            "HugePages_Total: 150\nHugepagesize: 2048 kB\n",
            "NvMapMemUsed: 300000 kB\n",
            "VmallocUsed: 300000 kB\nVmallocChunk: 0 kB\n",
            "KernelStack: 300000 kB\n",
            "KReclaimable: 300000 kB\nSReclaimable: 0 kB\n",
            "Zswap: 300000 kB\n",
            "Balloon: 300000 kB\n",
            "Percpu: 300000 kB\n",
        ];
        for lines in filling {
            assert_eq!(severity(&machine(base, lines)), Severity::Ok, "{lines}");
        }
        let not_filling = [
            // Parts of what is counted already, or no memory at all.
            "Shmem: 300000 kB\nMapped: 300000 kB\nMlocked: 300000 kB\n",
            "VmallocUsed: 300000 kB\nVmallocChunk: 34359669900 kB\n",
            "KReclaimable: 300000 kB\nSReclaimable: 300000 kB\n",
            "Zswapped: 300000 kB\nCmaTotal: 300000 kB\nDirectMap4k: 300000 kB\n",
        ];
        for lines in not_filling {
            assert_eq!(severity(&machine(base, lines)), Severity::Warn, "{lines}");
        }
    }

    #[test]
    fn stacks_in_vmalloc_do_not_count_twice() {
        let lines = "KernelStack: 160000 kB\nVmallocUsed: 160000 kB\n";
        assert_eq!(severity(&machine(700_000, lines)), Severity::Warn);
    }

    #[test]
    fn zram_and_zfs_are_accounts_too() {
        let meminfo = machine(700_000, "");
        let zram = [
            (PATH, meminfo.as_str()),
            ("/sys/block/zram0/disksize", "1073741824"),
            ("/sys/block/zram0/mm_stat", "900000000 300000000 300000000 0"),
        ];
        assert_eq!(examine_tree("P05", &zram).severity, Severity::Ok);
        let zspages = [(PATH, meminfo.as_str()), ("/proc/vmstat", "nr_zspages 75000\n")];
        assert_eq!(examine_tree("P05", &zspages).severity, Severity::Ok);
        let zfs = [(PATH, meminfo.as_str()), (zfs_cache::PATH, "size 4 300000000\n")];
        assert_eq!(examine_tree("P05", &zfs).severity, Severity::Ok);
    }

    #[test]
    fn a_balloon_outside_of_the_total_is_no_account() {
        let meminfo = machine(700_000, "Balloon: 300000 kB\n");
        let zones = zoneinfo(1 << 18, 1, 2, 3).replace("present  262144", "present  400000");
        let files = [
            (PATH, meminfo.as_str()),
            ("/proc/zoneinfo", zones.as_str()),
            ("/proc/modules", "virtio_balloon 20480 0 - Live 0x0\next4 1 0 - Live 0x0\n"),
        ];
        let finding = examine_tree("P05", &files);
        assert_eq!(finding.severity, Severity::Warn);
        let named = finding.evidence.last().unwrap();
        assert_eq!(named.value.to_string(), "virtio_balloon");
    }

    #[test]
    fn a_container_that_sees_its_own_share_is_not_judged() {
        let meminfo = machine(700_000, "");
        let files = [(PATH, meminfo.as_str()), ("/proc/mounts", "lxcfs /proc/meminfo fuse.lxcfs rw 0 0\n")];
        assert_eq!(examine_tree("P05", &files).severity, Severity::Skip);
    }
}
