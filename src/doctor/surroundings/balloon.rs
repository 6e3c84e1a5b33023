//! E03: memory that the host of a virtual machine has taken back.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::group::Group;
use crate::facts::readings::Readings;
use crate::facts::zoneinfo::Zone;
use crate::host::{IfThere, Lacking};
use crate::sys::bytes::Bytes;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "E03",
    name: "balloon",
    group: Group::Surroundings,
    question: "Has the host of this virtual machine taken memory back from it?",
    thresholds: "info where a balloon holds memory, or where the kernel manages over 10 % less than is present, and 256 MiB less than it usually leaves out",
    why: "A host that runs short inflates a balloon inside its guests: memory that the guest owns on paper and cannot use. From inside it looks like a machine that shrinks for no reason, and what the balloon holds appears in no list of processes.",
    sources: &[
        "https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html",
        "Linux drivers/virtio/virtio_balloon.c",
    ],
    examine: balloon,
}];

/// What the kernel's zones say about memory that it was not given.
struct Gap {
    present: Bytes,
    managed: Bytes,
    /// What a kernel leaves out by itself: its own code and tables, and what it keeps for a crash.
    usual: Bytes,
}

impl Gap {
    /// 64 bytes of table for each 4 KiB are 1.6 %; the rest is the kernel's code, early data, and a reserve for crash dumps.
    fn of(readings: &Readings) -> Result<Self, Lacking> {
        let zones = readings.zones()?;
        let sum = |of: fn(&Zone) -> u64| readings.pages(zones.iter().map(of).fold(0, u64::saturating_add));
        let present = sum(|zone| zone.present);
        Ok(Self {
            present,
            // Memory that was plugged in later may be missing from the zones' own count, and not from the total.
            managed: sum(|zone| zone.managed).max(readings.meminfo()?.total()),
            usual: Bytes(present.0 / 64) + Bytes::from_mib(64) + crash_reserve(readings),
        })
    }

    fn missing(&self) -> Bytes {
        self.present.less(self.managed)
    }

    fn is_unusual(&self) -> bool {
        self.missing().percent_of(self.present) > 10.0
            && self.missing().less(self.usual) > Bytes::from_mib(256)
    }
}

/// What `crashkernel=` set aside.
fn crash_reserve(readings: &Readings) -> Bytes {
    let text = readings.host().read("/sys/kernel/kexec_crash_size");
    text.ok().and_then(|text| text.trim().parse().ok()).map_or(Bytes(0), Bytes)
}

/// What balloons hold now: newer kernels say it, older ones count what went in and out.
fn held(readings: &Readings) -> Result<Bytes, Lacking> {
    if let Some(held) = readings.meminfo()?.find("Balloon") {
        return Ok(held);
    }
    let Some(vmstat) = readings.vmstat().if_there()? else {
        return Ok(Bytes(0));
    };
    let count = |name: &str| vmstat.find(name).unwrap_or_default();
    Ok(readings.pages(count("balloon_inflate").saturating_sub(count("balloon_deflate"))))
}

fn has_driver(readings: &Readings) -> bool {
    const DRIVERS: [&str; 3] = ["virtio_balloon", "vmw_balloon", "hv_balloon"];
    let modules = readings.host().read("/proc/modules").unwrap_or_default();
    modules.lines().filter_map(|line| line.split_whitespace().next()).any(|name| DRIVERS.contains(&name))
}

fn balloon(readings: &Readings) -> Result<Diagnosis, Lacking> {
    let held = held(readings)?;
    let gap = Gap::of(readings).ok();
    let has_driver = has_driver(readings);
    let diagnosis = match gap.as_ref().filter(|gap| gap.is_unusual()) {
        _ if held.0 > 0 => Diagnosis::info(format!(
            "The host has taken {held} of this machine's memory back, through a balloon"
        )),
        Some(gap) => Diagnosis::info(format!(
            "{} of {} are kept from this kernel, by a balloon or by what was reserved at boot",
            gap.missing(),
            gap.present
        )),
        None if has_driver => Diagnosis::ok("There is a balloon, but it holds nothing"),
        None => Diagnosis::ok("No balloon holds memory here"),
    };
    let driver = if has_driver { "loaded" } else { "not among the modules" };
    let diagnosis = diagnosis.evidence("/proc/meminfo and /proc/vmstat", "held by balloons", held).evidence(
        "/proc/modules",
        "balloon driver",
        driver,
    );
    Ok(match gap {
        Some(gap) => diagnosis
            .evidence("/proc/zoneinfo", "present", gap.present)
            .evidence("/proc/zoneinfo and /proc/meminfo", "managed", gap.managed)
            .working(format!(
                "{} present - {} managed = {} ({:.1} %), of which a kernel usually leaves out about {}",
                gap.present,
                gap.managed,
                gap.missing(),
                gap.missing().percent_of(gap.present),
                gap.usual
            )),
        None => diagnosis,
    })
}

#[cfg(test)]
mod tests {
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;

    const MEMINFO: (&str, &str) = ("/proc/meminfo", "MemTotal: 4194304 kB\n");

    /// Pages of 4 KiB: `missing` MiB of 8 GiB are not managed.
    fn with_gap(missing: u64, crash: &str) -> Severity {
        let managed = (8192 - missing) << 8;
        let zones = format!(
            "Node 0, zone   Normal\n  pages free     1\n        min      1\n        low      1\n        high     1\n        \
             present  {}\n        managed  {managed}\n",
            8192 << 8
        );
        let meminfo = format!("MemTotal: {} kB\n", managed << 2);
        let files = [
            ("/proc/meminfo", meminfo.as_str()),
            ("/proc/zoneinfo", zones.as_str()),
            ("/sys/kernel/kexec_crash_size", crash),
        ];
        examine_tree("E03", &files).severity
    }

    #[test]
    fn balloons_are_told_by_old_and_new_kernels() {
        let vmstat = |text| [MEMINFO, ("/proc/vmstat", text)];
        let inflated = examine_tree("E03", &vmstat("balloon_inflate 3000\nballoon_deflate 440\n"));
        assert_eq!(inflated.severity, Severity::Info);
        assert!(inflated.title.contains("10 MiB"), "{}", inflated.title);
        let gone = vmstat("balloon_inflate 3000\nballoon_deflate 3000\n");
        assert_eq!(examine_tree("E03", &gone).severity, Severity::Ok);
        let newer = [("/proc/meminfo", "MemTotal: 4 kB\nBalloon: 1024 kB\n")];
        assert_eq!(examine_tree("E03", &newer).severity, Severity::Info);
        let driver = [MEMINFO, ("/proc/modules", "virtio_balloon 24576 0 - Live 0x0\n")];
        let idle = examine_tree("E03", &driver);
        assert_eq!(
            (idle.severity, idle.title.as_str()),
            (Severity::Ok, "There is a balloon, but it holds nothing")
        );
    }

    #[test]
    fn memory_that_was_plugged_in_is_no_gap() {
        let zones =
            "Node 0, zone   Normal\n  pages free     1\n        present  2097152\n        managed  1048576\n";
        let files = [("/proc/meminfo", "MemTotal: 8300000 kB\n"), ("/proc/zoneinfo", zones)];
        assert_eq!(examine_tree("E03", &files).severity, Severity::Ok);
    }

    #[test]
    fn a_large_gap_is_told() {
        // A kernel usually leaves 128 + 64 MiB of 8 GiB out; 10 % are 819.2 MiB.
        assert_eq!(with_gap(819, "0"), Severity::Ok);
        assert_eq!(with_gap(820, "0"), Severity::Info);
        // 512 MiB for crash dumps leave 820 - 704 MiB unexplained.
        assert_eq!(with_gap(820, "536870912"), Severity::Ok);
    }
}
