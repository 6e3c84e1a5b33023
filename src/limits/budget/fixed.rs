//! What takes memory without being a unit: huge pages, compressed swap, file systems in memory, a GPU without memory of its own.

use crate::facts::hugetlb;
use crate::facts::mounts::Mount;
use crate::facts::readings::Readings;
use crate::facts::tmpfs;
use crate::facts::zram::ZramDevice;
use crate::sys::bytes::Bytes;

use super::holder::{Holder, HolderKind};

/// Where distributions mount file systems in memory of their own accord: their sizes are no promise, and what lies in them is counted
/// with the units that wrote it.
const USUAL: [&str; 5] = ["/dev", "/run", "/sys", "/proc", "/tmp"];

/// The holders, where they hold anything; `charged` is what the groups of units hold in file systems in memory and as shared memory.
pub fn holders(readings: &Readings, charged: Bytes) -> Vec<Holder> {
    let found = [huge_pages(readings), zram(readings), gpu(readings)];
    found.into_iter().flatten().chain(in_memory(readings, charged)).collect()
}

/// What cannot be said of them.
pub fn remarks(readings: &Readings) -> Option<String> {
    let board = readings.identity().board.as_deref().unwrap_or_default();
    let is_silent = readings.meminfo().is_ok_and(|meminfo| meminfo.find("NvMapMemUsed").is_none());
    (board.contains("Jetson") && is_silent).then(|| {
        format!("{board}: its GPU has no memory of its own, and this kernel does not tell what it takes; add it with --instance gpu=SIZE")
    })
}

fn huge_pages(readings: &Readings) -> Option<Holder> {
    let meminfo = readings.meminfo().ok()?;
    let pools = hugetlb::read(readings.host()).unwrap_or_default();
    let of_pools = || pools.iter().map(|pool| pool.page * pool.total).sum::<Bytes>();
    let bytes = meminfo.find("Hugetlb").unwrap_or_else(of_pools);
    holder("huge pages", bytes, HolderKind::HugePages, "set aside, used or not".to_owned())
}

fn zram(readings: &Readings) -> Option<Holder> {
    let devices = readings.zram().ok()?;
    let of = |device: &ZramDevice| match device.use_of_memory.limit {
        Bytes(0) => device.use_of_memory.cost,
        limit => limit,
    };
    let is_limited = devices.iter().all(|device| device.use_of_memory.limit.0 > 0);
    let how = match is_limited {
        true => "what it may take at most".to_owned(),
        false => "what it takes now; nothing limits it".to_owned(),
    };
    holder("compressed swap (zram)", devices.iter().map(of).sum(), HolderKind::Zram, how)
}

/// The driver of a Jetson's GPU takes pages of the machine's own memory, which belong to no control group.
fn gpu(readings: &Readings) -> Option<Holder> {
    let bytes = readings.meminfo().ok()?.find("NvMapMemUsed")?;
    holder("GPU", bytes, HolderKind::Gpu, "NvMapMemUsed: what it takes of the same memory now".to_owned())
}

/// What lies in them already counts with the units that wrote it.
fn in_memory(readings: &Readings, charged: Bytes) -> Vec<Holder> {
    /// More than anyone mounts by hand.
    const MOST: usize = 64;
    let mounts = tmpfs::read(readings.host()).unwrap_or_default();
    let is_owners =
        |mount: &&Mount| !mount.has_option("ro") && (!is_usual(&mount.point) || is_in_fstab(readings, mount));
    let mut charged = charged;
    let mut found = Vec::new();
    for mount in mounts.iter().filter(is_owners).take(MOST) {
        let Some(size) = mount.size_option() else { continue };
        // A tree does not tell how full it is: whatever units hold may lie there.
        let used = tmpfs::space(readings, &mount.point).map_or(size, |space| space.used);
        let counted = used.min(charged).min(size);
        charged = charged.less(counted);
        let how = match counted {
            Bytes(0) => "a file system in memory: its size".to_owned(),
            _ => {
                format!("a file system in memory: its size of {size}, less {counted} that counts with units")
            }
        };
        found.extend(holder(&mount.point, size.less(counted), HolderKind::Tmpfs, how));
    }
    found
}

fn is_usual(point: &str) -> bool {
    USUAL
        .iter()
        .any(|usual| point.strip_prefix(usual).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Whoever gives one of the usual places a size means it.
fn is_in_fstab(readings: &Readings, mount: &Mount) -> bool {
    let has_size = |options: &[String]| options.iter().any(|option| option.starts_with("size="));
    readings.fstab().is_ok_and(|entries| {
        entries.iter().any(|entry| entry.point == mount.point && has_size(&entry.options))
    })
}

fn holder(name: &str, bytes: Bytes, kind: HolderKind, how: String) -> Option<Holder> {
    (bytes.0 > 0).then(|| Holder::new(name, bytes, kind, how))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn held(files: &[(&str, &str)]) -> Vec<(String, Bytes)> {
        let (_folder, host) = made_tree(files);
        holders(&Readings::new(&host, None), Bytes(0)).into_iter().map(|one| (one.name, one.bytes)).collect()
    }

    #[test]
    fn each_holder_is_found() {
        let held = held(&[
            ("/proc/meminfo", "MemTotal: 1000 kB\nHugetlb: 4096 kB\nNvMapMemUsed: 8 kB\n"),
            ("/sys/block/zram0/disksize", "9000\n"),
            ("/sys/block/zram0/mm_stat", "5000 2000 3000 0 3000 0 0\n"),
            ("/sys/block/zram1/disksize", "9000\n"),
            ("/sys/block/zram1/mm_stat", "0 0 0 7000 0 0 0\n"),
        ]);
        let named = |name: &str| held.iter().find(|one| one.0 == name).unwrap().1;
        assert_eq!(named("huge pages"), Bytes::from_kib(4096));
        assert_eq!(named("compressed swap (zram)"), Bytes(10_000));
        assert_eq!(named("GPU"), Bytes::from_kib(8));
        assert_eq!(held.len(), 3);
    }

    #[test]
    fn only_sizes_that_the_owner_chose_count() {
        let mounts = "tmpfs /run tmpfs rw,size=100k 0 0\ntmpfs /dev/shm tmpfs rw 0 0\ntmpfs /tmp tmpfs rw,size=4096k 0 0\n\
                      tmpfs /srv/cache tmpfs rw,size=2048k 0 0\ntmpfs /srv/free tmpfs rw 0 0\ntmpfs /srv/ro tmpfs ro,size=5k 0 0\n\
                      tmpfs /runner tmpfs rw,size=1k 0 0\n";
        let meminfo = ("/proc/meminfo", "MemTotal: 1000 kB\n");
        let own: Vec<String> =
            held(&[meminfo, ("/proc/mounts", mounts)]).into_iter().map(|one| one.0).collect();
        assert_eq!(own, ["/srv/cache", "/runner"]);
        let fstab = ("/etc/fstab", "tmpfs /tmp tmpfs size=4M 0 0\ntmpfs /run tmpfs defaults 0 0\n");
        let own = held(&[meminfo, ("/proc/mounts", mounts), fstab]);
        assert!(own.contains(&("/tmp".to_owned(), Bytes::from_mib(4))) && own.len() == 3, "{own:?}");
    }

    #[test]
    fn a_silent_gpu_is_told_of() {
        let said = |meminfo: &str| {
            let (_folder, host) =
                made_tree(&[("/proc/meminfo", meminfo), ("/proc/device-tree/model", "NVIDIA Jetson Orin\0")]);
            remarks(&Readings::new(&host, None))
        };
        assert!(said("MemTotal: 10 kB\n").unwrap().contains("--instance gpu=SIZE"));
        assert_eq!(said("MemTotal: 10 kB\nNvMapMemUsed: 5 kB\n"), None);
    }
}
