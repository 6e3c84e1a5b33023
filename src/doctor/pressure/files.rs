//! P07 and P08: files that lie in memory, and files that wait there to be written.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::{Fix, Severity};
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::meminfo::PATH;
use crate::facts::readings::Readings;
use crate::facts::vmstat;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

use super::tmpfs_use::{self, Tmpfs};

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[
    Check {
        id: "P07",
        name: "tmpfs",
        group: Group::Pressure,
        question: "Do files in memory leave enough of it to programs?",
        thresholds: "warn where shared memory and tmpfs take more than 25 % of memory or a tmpfs is 90 % full, info where all tmpfs together may grow beyond memory and swap; how full they are is not known of a captured tree",
        why: "A tmpfs, often /tmp or /dev/shm, keeps its files in memory until they are deleted; without swap the kernel cannot move them anywhere. Each is limited to half of memory unless told otherwise, so that two of them can fill the machine. One that is full fails with the words of a full disk.",
        sources: &[
            "https://docs.kernel.org/filesystems/tmpfs.html",
            "https://www.debian.org/releases/trixie/release-notes/issues.en.html",
        ],
        examine: files_in_memory,
    },
    Check {
        id: "P08",
        name: "dirty-now",
        group: Group::Pressure,
        question: "Can the disks keep up with what is being written?",
        thresholds: "warn where what waits to be written reaches 80 % of the limit at which every writer must wait",
        why: "Written data waits in memory for the disk. Near the limit the kernel slows down whoever writes, and at the limit it stops them until the disk has caught up: programs hang that only wanted to save a small file.",
        sources: &[
            "https://docs.kernel.org/admin-guide/sysctl/vm.html",
            "Linux mm/page-writeback.c, balance_dirty_pages()",
        ],
        examine: waiting_to_be_written,
    },
];

fn files_in_memory(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const MUCH: f64 = 25.0;
    const FULL: f64 = 90.0;
    let meminfo = readings.meminfo()?;
    let (total, swap, shared) = (meminfo.total(), meminfo.swap_total(), meminfo.get("Shmem")?);
    let all = tmpfs_use::writable(readings)?;
    let share = shared.percent_of(total);
    let full = all.iter().find(|tmpfs| tmpfs.percent_used() >= FULL);
    let limits: Bytes = all.iter().map(|tmpfs| tmpfs.limit).sum();
    let room = total + swap;
    let (severity, title, fix) = match full {
        _ if share > MUCH => (
            Severity::Warn,
            format!("Files in memory and shared memory take {shared} ({share:.0} % of memory)"),
            all.first().filter(|tmpfs| tmpfs.used().percent_of(shared) > 50.0).and_then(what_lies_in),
        ),
        Some(tmpfs) => (
            Severity::Warn,
            format!(
                "{} lies in memory and is {:.0} % full",
                tmpfs.point.escape_debug(),
                tmpfs.percent_used()
            ),
            what_lies_in(tmpfs),
        ),
        None if limits > room => (
            Severity::Info,
            format!("Files in memory may grow to {limits}, more than memory and swap ({room})"),
            smaller(&all, limits.less(room)),
        ),
        None => {
            (Severity::Ok, format!("Files in memory and shared memory take {share:.1} % of memory"), None)
        }
    };
    let diagnosis = Diagnosis::of(severity, title)
        .evidence(PATH, "Shmem", shared)
        .evidence(PATH, "MemTotal", total)
        .evidence(PATH, "SwapTotal", swap)
        .evidence("/proc/self/mountinfo", "sum of the limits of all tmpfs", limits)
        .working(format!("Shmem {shared} / {total} = {share:.1} %"))
        .working(format!(
            "the {} writable tmpfs may hold {limits}; memory and swap are {total} + {swap} = {room}",
            all.len()
        ));
    let diagnosis = name_fullest(diagnosis, &all);
    Ok(match fix {
        Some(fix) => diagnosis.fix(fix),
        None => diagnosis,
    })
}

fn name_fullest(diagnosis: Diagnosis, all: &[Tmpfs]) -> Diagnosis {
    const MOST_NAMED: usize = 5;
    let known = all.iter().filter_map(|tmpfs| Some((&tmpfs.point, tmpfs.space?)));
    known.take(MOST_NAMED).fold(diagnosis, |diagnosis, (point, space)| {
        diagnosis.evidence(point, "used", space.used).evidence(point, "size", space.size)
    })
}

fn what_lies_in(tmpfs: &Tmpfs) -> Option<Fix> {
    let point = can_be_typed(&tmpfs.point).then(|| quoted(&tmpfs.point))?;
    Some(Fix::commands([format!(
        "sudo du -xah {point} | sort -h | tail -n 20   # the largest files; delete those that nobody needs"
    )]))
}

/// Takes the excess off the largest tmpfs, where that leaves it ample room: twice what it holds, and a tenth of all. Shared
/// memory is left alone, since its users fill it without a warning.
fn smaller(all: &[Tmpfs], excess: Bytes) -> Option<Fix> {
    let others = all.iter().filter(|tmpfs| tmpfs.point != "/dev/shm");
    let largest = others.max_by_key(|tmpfs| tmpfs.limit)?;
    let size = largest.limit.less(excess);
    let ample = (largest.space?.used * 2).max(largest.limit.percent(10.0));
    let point = can_be_typed(&largest.point).then(|| quoted(&largest.point))?;
    (size >= ample).then(|| {
        Fix::commands([format!("sudo mount -o remount,size={}k {point}   # until the next boot", size.kib())])
    })
}

fn waiting_to_be_written(readings: &Readings) -> Result<Diagnosis, Lacking> {
    const NEAR: f64 = 80.0;
    let vmstat = readings.vmstat()?;
    let pages = |name: &str| vmstat.get(name).map(|pages| readings.pages(pages));
    let (dirty, writeback) = (pages("nr_dirty")?, pages("nr_writeback")?);
    let limit = pages("nr_dirty_threshold")?;
    let waiting = dirty + writeback;
    let share = waiting.percent_of(limit);
    let diagnosis = if share >= NEAR {
        Diagnosis::warn(format!(
            "{waiting} wait to be written, {share:.0} % of the {limit} at which every writer must wait"
        ))
    } else {
        Diagnosis::ok(format!("{waiting} wait to be written, of {limit} that may"))
    };
    Ok(diagnosis
        .evidence(vmstat::PATH, "nr_dirty", dirty)
        .evidence(vmstat::PATH, "nr_writeback", writeback)
        .evidence(vmstat::PATH, "nr_dirty_threshold", limit)
        .working(format!(
            "({dirty} + {writeback}) / {limit} = {share:.0} %; S14 says which limit fits the disks"
        )))
}

#[cfg(test)]
mod tests {
    use crate::doctor::on_tree::examine_tree;
    use crate::host::Space;

    use super::*;

    fn machine(shared: u64, mounts: &str) -> crate::doctor::finding::Finding {
        let meminfo = format!("MemTotal: 4194304 kB\nSwapTotal: 1048576 kB\nShmem: {shared} kB\n");
        examine_tree("P07", &[(PATH, &meminfo), ("/proc/self/mountinfo", mounts)])
    }

    #[test]
    fn shared_memory_is_weighed_at_its_boundary() {
        assert_eq!(machine(1_048_576, "").severity, Severity::Ok);
        assert_eq!(machine(1_048_577, "").severity, Severity::Warn);
    }

    #[test]
    fn limits_are_summed_once_and_without_those_of_the_system() {
        let run = "20 1 0:20 / /run rw - tmpfs tmpfs rw,size=1048576k\n";
        let tmp = "21 1 0:21 / /tmp rw - tmpfs tmpfs rw\n";
        let shm = "22 1 0:22 / /dev/shm rw - tmpfs tmpfs rw\n";
        let bind = "23 1 0:22 /x /srv rw - tmpfs tmpfs rw\n";
        let hidden = "19 1 0:19 / /tmp rw - tmpfs tmpfs rw\n";
        let system = "24 1 0:24 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n\
            25 1 0:25 / /ro ro - tmpfs tmpfs ro\n\
            26 1 0:26 / /run/lock rw - tmpfs tmpfs rw,size=5120k\n\
            27 1 0:27 / /dev rw - devtmpfs udev rw\n";
        // 1 + 2 + 2 GiB in 4 + 1 GiB is just right.
        let fits = format!("{hidden}{run}{tmp}{shm}{bind}{system}");
        assert_eq!(machine(0, &fits).severity, Severity::Ok);
        let more = format!("{fits}28 1 0:28 / /more rw - tmpfs tmpfs rw,size=16384k\n");
        let finding = machine(0, &more);
        // How full they are is not known here: then nothing is made smaller.
        assert_eq!((finding.severity, finding.fix), (Severity::Info, None));
        let unlimited = "20 1 0:20 / /a rw - tmpfs tmpfs rw,size=0k\n21 1 0:21 / /b rw - tmpfs tmpfs rw\n";
        assert_eq!(machine(0, unlimited).severity, Severity::Info);
    }

    #[test]
    fn the_largest_is_made_smaller_only_where_it_has_room() {
        let tmpfs = |point: &str, limit: u64, used: u64| Tmpfs {
            point: point.to_owned(),
            limit: Bytes::from_mib(limit),
            space: Some(Space {
                size: Bytes::from_mib(limit),
                used: Bytes::from_mib(used),
                available: Bytes::from_mib(limit - used),
            }),
        };
        let all = [tmpfs("/run", 100, 1), tmpfs("/my tmp", 1000, 300), tmpfs("/dev/shm", 9000, 0)];
        let fix = smaller(&all, Bytes::from_mib(400)).unwrap();
        assert_eq!(fix.commands, ["sudo mount -o remount,size=614400k '/my tmp'   # until the next boot"]);
        assert_eq!(smaller(&all, Bytes::from_mib(401)), None);
        assert_eq!(tmpfs("/x", 100, 90).percent_used(), 90.0);
        assert_eq!(what_lies_in(&tmpfs("/a\u{1b}b", 1000, 300)), None);
        assert_eq!(smaller(&[tmpfs("/a\nb", 1000, 1)], Bytes::from_mib(1)), None);
        let lies = what_lies_in(&all[1]).unwrap();
        assert!(lies.commands[0].starts_with("sudo du -xah '/my tmp' |") && lies.needs_root);
    }

    #[test]
    fn waiting_data_is_weighed_at_its_boundary() {
        let of = |dirty: u64| {
            let vmstat = format!("nr_dirty {dirty}\nnr_writeback 300\nnr_dirty_threshold 1000\n");
            examine_tree("P08", &[("/proc/vmstat", &vmstat)])
        };
        assert_eq!(of(499).severity, Severity::Ok);
        assert_eq!(of(500).severity, Severity::Warn);
        let none = [("/proc/vmstat", "nr_dirty 0\nnr_writeback 0\n")];
        assert_eq!(examine_tree("P08", &none).severity, Severity::Skip);
    }
}
