//! How much swap would be added to a machine that needs more, and of which kind: the numbers of doctor and of `swap advise`.

use crate::facts::disks::{self, DiskKind};
use crate::facts::mounts::{self, Mount};
use crate::facts::readings::Readings;
use crate::facts::swaps::SwapArea;
use crate::sys::bytes::Bytes;

use super::disk::medium;
use super::filling::Filling;
use super::space;

/// The largest file that is proposed for what was promised to programs; promises are seldom all redeemed.
const MOST_PROMISED: u64 = 32;

/// What would be added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addition {
    /// A swap file of this size on `/`.
    pub file: Option<Bytes>,
    /// Compressed swap in memory of this size, half of the memory.
    pub memory: Option<Bytes>,
    /// How that came about, with this machine's numbers.
    pub workings: Vec<String>,
    /// What room the file system has for the file.
    pub room: Option<String>,
}

impl Addition {
    /// Nothing, for this reason.
    pub fn none(why: impl Into<String>) -> Self {
        Self { workings: vec![why.into()], ..Self::default() }
    }
}

/// A swap file on `/`, compressed swap in memory where that cannot be or would wear the disk out, both on a turning disk.
pub fn more(readings: &Readings) -> Addition {
    if let Some(bar) = bar(readings) {
        return Addition::none(bar);
    }
    match root_for_a_file(readings).and_then(|root| Ok((root, file(readings)?))) {
        Err(why) => {
            let mut addition = in_memory(readings);
            addition.workings.insert(0, why);
            addition
        }
        Ok((root, file)) if disk_under(readings, root) == Some(DiskKind::Rotational) => {
            with_memory_in_front(readings, file)
        }
        Ok((_, file)) => file,
    }
}

/// Why nothing can be added from here, whatever is wanted.
pub fn bar(readings: &Readings) -> Option<&'static str> {
    if readings.container().is_some() {
        return Some("inside a container swap can only be added on the machine under it");
    }
    let is_written_anew = readings.host().has("/etc/NIXOS");
    is_written_anew.then_some(
        "NixOS makes its own files: add `swapDevices = [ { device = \"/swapfile\"; size = 16384; } ];` to configuration.nix",
    )
}

/// Compressed swap in memory, half as large as the memory.
pub fn in_memory(readings: &Readings) -> Addition {
    if readings.swaps().is_ok_and(|areas| areas.iter().any(SwapArea::is_zram)) {
        return Addition::none("there is compressed swap already");
    }
    let Ok(meminfo) = readings.meminfo() else {
        return Addition::none("how much memory there is is not known");
    };
    let half = Bytes(meminfo.total().0 / 2);
    let working = format!("compressed swap for half of the memory: {} / 2 = {half}", meminfo.total());
    Addition { memory: Some(half), workings: vec![working], ..Addition::default() }
}

fn with_memory_in_front(readings: &Readings, file: Addition) -> Addition {
    let memory = in_memory(readings);
    let mut workings = file.workings.clone();
    if memory.memory.is_some() {
        workings.push("/ lies on a turning disk, which manages about 100 pages a second: compressed swap in front of it takes most".to_owned());
    }
    workings.extend(memory.workings);
    Addition { memory: memory.memory, workings, ..file }
}

/// The mount at `/`, where a swap file on it is possible and no harm.
///
/// # Errors
/// Says why it is not.
pub fn root_for_a_file<'r>(readings: &'r Readings) -> Result<&'r Mount, String> {
    let root = readings.mounts().ok().and_then(|mounts| mounts::holding(mounts, "/"));
    let root = root.ok_or("what is mounted at / is not known")?;
    Filling::of(root, readings.identity().kernel_version())?;
    match disk_under(readings, root).filter(|kind| matches!(kind, DiskKind::Card | DiskKind::Usb)) {
        Some(kind) => Err(format!("/ lies on {}, which swapping wears out and which is slow", medium(kind))),
        None => Ok(root),
    }
}

/// The slowest disk under a mount, where it is known.
pub fn disk_under(readings: &Readings, mount: &Mount) -> Option<DiskKind> {
    let below = disks::below(readings.host(), &mount.source);
    let disks = readings.disks().ok()?.iter().filter(|disk| below.contains(&disk.name));
    disks.map(|disk| disk.kind).max()
}

/// A file as large as the rule says, and no larger than `/` can spare.
fn file(readings: &Readings) -> Result<Addition, String> {
    let (wanted, workings) = wanted(readings)?;
    let (size, room) = that_fits(readings, wanted)?;
    Ok(Addition { file: Some(size), memory: None, workings, room: Some(room) })
}

/// As much as there is memory, from 2 to 16 GiB; more where more was promised.
///
/// # Errors
/// Says why it is not known how much memory there is.
pub fn wanted(readings: &Readings) -> Result<(Bytes, Vec<String>), String> {
    let meminfo = readings.meminfo().map_err(|lacking| lacking.to_string())?;
    let total = meminfo.total();
    let mut size = Bytes::from_gib(total.0.div_ceil(1 << 30).clamp(2, 16));
    let mut workings =
        vec![format!("as much swap as memory, but from 2 to 16 GiB: {total} of memory give {size}")];
    let committed = meminfo.find("Committed_AS").unwrap_or_default();
    let promised = Bytes::from_gib(committed.less(total).0.div_ceil(1 << 30).min(MOST_PROMISED));
    if promised > size {
        size = promised;
        workings
            .push(format!("programs were promised {committed}, more than memory: {size} of swap back that"));
    }
    Ok((size, workings))
}

/// `wanted`, or what of it `/` can spare, and how that was found.
///
/// # Errors
/// Says how little is free.
pub fn that_fits(readings: &Readings, wanted: Bytes) -> Result<(Bytes, String), String> {
    let Ok(space) = readings.host().space("/") else {
        return Ok((wanted, "how much is free on / is not known: see `df -h /` first".to_owned()));
    };
    let free = space.available;
    let left = space::reserve(space.size);
    let most = Bytes::from_gib(space::spare(space).0 >> 30);
    match most {
        Bytes(0) => Err(format!("/ has only {free} available, of which {left} are to stay so")),
        _ => Ok((
            most.min(wanted),
            format!("{free} of / are available, {left} of them are to stay so: at most {most} for a file"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    fn added(files: &[(&str, &str)]) -> Addition {
        let (_folder, host) = made_tree(&[files, &[("/proc/sys/kernel/osrelease", "6.12.1\n")]].concat());
        let addition = more(&Readings::new(&host, None));
        assert!(!addition.workings.is_empty());
        addition
    }

    const ROOT: (&str, &str) = ("/proc/mounts", "/dev/sda / ext4 rw 0 0\n");

    #[test]
    fn the_size_follows_memory_and_promises() {
        let size = |meminfo: &str| added(&[ROOT, ("/proc/meminfo", meminfo)]).file;
        let gib = |gib| Some(Bytes::from_gib(gib));
        assert_eq!(size("MemTotal: 65536 kB\n"), gib(2));
        assert_eq!(size("MemTotal: 8000000 kB\n"), gib(8));
        assert_eq!(size("MemTotal: 67108864 kB\n"), gib(16));
        assert_eq!(size("MemTotal: 2097152 kB\nCommitted_AS: 6291456 kB\n"), gib(4));
        assert_eq!(size("MemTotal: 2097152 kB\nCommitted_AS: 4194304 kB\n"), gib(2));
        assert_eq!(size("MemTotal: 2097152 kB\nCommitted_AS: 900000000 kB\n"), gib(32));
    }

    #[test]
    fn the_disk_under_root_decides_about_the_kind() {
        let memory = ("/proc/meminfo", "MemTotal: 8388608 kB\n");
        let (gib4, gib8) = (Some(Bytes::from_gib(4)), Some(Bytes::from_gib(8)));
        let rotates = ("/sys/block/sda/queue/rotational", "1\n");
        let solid = ("/sys/block/sda/queue/rotational", "0\n");
        let card = ("/sys/block/mmcblk0/size", "8\n");
        let on_card = ("/proc/mounts", "/dev/mmcblk0 / ext4 rw 0 0\n");
        let on_network = ("/proc/mounts", "server:/ / nfs4 rw 0 0\n");
        let zram = ("/proc/swaps", "/dev/zram0 partition 1000 0 100\n");
        for (files, file, in_memory) in [
            (vec![ROOT, memory, solid], gib8, None),
            (vec![ROOT, memory, rotates], gib8, gib4),
            (vec![ROOT, memory, rotates, zram], gib8, None),
            (vec![on_card, memory, card], None, gib4),
            (vec![on_card, memory, card, zram], None, None),
            (vec![on_network, memory], None, gib4),
            (vec![ROOT, memory, solid, ("/.dockerenv", "")], None, None),
            (vec![ROOT, memory, solid, ("/etc/NIXOS", "")], None, None),
        ] {
            let addition = added(&files);
            assert_eq!((addition.file, addition.memory), (file, in_memory), "{files:?}");
        }
    }
}
