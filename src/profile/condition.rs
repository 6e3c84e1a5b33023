//! What has to be true of a machine, so that a setting applies to it.

use serde::Deserialize;

use crate::facts::disks::DiskKind;
use crate::facts::readings::Readings;
use crate::facts::swaps;
use crate::host::Lacking;
use crate::sys::bytes::Bytes;

/// One thing that has to be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The swap in use is of this kind.
    Swap(SwapState),
    /// Some disk of it turns, or none does.
    Rotational(bool),
    /// It has this much memory or more.
    MemoryAtLeast(Bytes),
    /// It has less memory than this.
    MemoryBelow(Bytes),
    /// It is a container, or is none.
    Container(bool),
    /// Its processors are of one of these families, as `uname -m` names them.
    Architecture(Vec<String>),
}

/// The swap that is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwapState {
    /// Some, of whatever kind.
    Any,
    /// None.
    None,
    /// Some on a disk.
    Disk,
    /// Some on zram.
    Zram,
}

/// Whether a condition holds, and how it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) holds: bool,
    pub(super) what: String,
}

impl Seen {
    fn new(holds: bool, what: impl Into<String>) -> Self {
        Self { holds, what: what.into() }
    }
}

/// The first of `conditions` that does not hold, in words; `None` where all do.
pub(super) fn first_missing(
    conditions: &[Condition],
    readings: &Readings<'_>,
) -> Result<Option<String>, Lacking> {
    for condition in conditions {
        let seen = condition.look(readings)?;
        if !seen.holds {
            return Ok(Some(seen.what));
        }
    }
    Ok(None)
}

impl Condition {
    pub(super) fn look(&self, readings: &Readings<'_>) -> Result<Seen, Lacking> {
        match self {
            Self::Swap(wanted) => swap(*wanted, readings),
            Self::Rotational(wanted) => rotational(*wanted, readings),
            Self::MemoryAtLeast(least) => memory(readings, *least, true),
            Self::MemoryBelow(limit) => memory(readings, *limit, false),
            Self::Container(wanted) => {
                let container = readings.container();
                let what = container.map_or("this is no container".to_owned(), |one| {
                    format!("this is a container ({})", one.kind)
                });
                Ok(Seen::new(container.is_some() == *wanted, what))
            }
            Self::Architecture(names) => Ok(match &readings.identity().architecture {
                Some(own) => Seen::new(names.contains(own), format!("the processors here are {own}")),
                None => Seen::new(false, "nothing tells which processors these are"),
            }),
        }
    }
}

fn memory(readings: &Readings<'_>, limit: Bytes, or_more: bool) -> Result<Seen, Lacking> {
    let total = readings.meminfo()?.total();
    let relation = if total < limit { "less than" } else { "no less than" };
    Ok(Seen::new(
        (total >= limit) == or_more,
        format!("this machine has {total} of memory, {relation} {limit}"),
    ))
}

fn rotational(wanted: bool, readings: &Readings<'_>) -> Result<Seen, Lacking> {
    let disks = readings.disks()?;
    let turning = disks.iter().find(|disk| disk.kind == DiskKind::Rotational);
    let is_known = disks.iter().any(|disk| disk.kind != DiskKind::Memory);
    Ok(match turning {
        Some(disk) => Seen::new(wanted, format!("the disk {} turns", disk.name)),
        None if is_known => Seen::new(!wanted, "no disk here turns"),
        None => Seen::new(false, "nothing tells which disks there are"),
    })
}

fn swap(wanted: SwapState, readings: &Readings<'_>) -> Result<Seen, Lacking> {
    // An image without /proc has no swap that could be seen; that does not mean that it will run without any.
    if !readings.host().has(swaps::PATH) && readings.meminfo()?.find("SwapTotal").is_none() {
        return Err(Lacking::absent(swaps::PATH));
    }
    let areas = readings.swaps()?;
    let on_zram = areas.iter().find(|area| area.is_zram());
    let on_disk = areas.iter().find(|area| !area.is_zram());
    let found = match wanted {
        SwapState::Any => areas.first(),
        SwapState::None => return Ok(no_swap(areas.first().map(|area| area.path.as_str()))),
        SwapState::Disk => on_disk,
        SwapState::Zram => on_zram,
    };
    let missing = match wanted {
        SwapState::Zram => "no swap is on zram here; apply the profile again once there is",
        SwapState::Disk => "no swap is on a disk here; apply the profile again once there is",
        SwapState::Any | SwapState::None => "there is no swap here; apply the profile again once there is",
    };
    Ok(match found {
        Some(area) => Seen::new(true, format!("there is swap on {}", area.path)),
        None => Seen::new(false, missing),
    })
}

fn no_swap(path: Option<&str>) -> Seen {
    match path {
        Some(path) => Seen::new(false, format!("there is swap on {path}")),
        None => Seen::new(true, "there is no swap"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const SWAPS: &str = "Filename Type Size Used Priority\n/dev/zram0 partition 100 0 100\n";

    fn missing(condition: Condition, files: &[(&str, &str)]) -> Option<String> {
        let (_folder, host) = made_tree(files);
        first_missing(&[condition], &Readings::new(&host, None)).unwrap()
    }

    #[test]
    fn swap_is_told_apart_by_kind() {
        let zram = [("/proc/swaps", SWAPS)];
        assert_eq!(missing(Condition::Swap(SwapState::Zram), &zram), None);
        assert_eq!(missing(Condition::Swap(SwapState::Any), &zram), None);
        assert!(missing(Condition::Swap(SwapState::Disk), &zram).unwrap().contains("on a disk"));
        assert!(missing(Condition::Swap(SwapState::None), &zram).unwrap().contains("/dev/zram0"));
        let none = [("/proc/swaps", "Filename Type Size Used Priority\n")];
        assert_eq!(missing(Condition::Swap(SwapState::None), &none), None);
        assert!(missing(Condition::Swap(SwapState::Any), &none).unwrap().contains("no swap"));
    }

    #[test]
    fn an_image_says_that_it_does_not_know() {
        let (_folder, host) = made_tree(&[("/etc/hostname", "x\n")]);
        let readings = Readings::new(&host, None);
        let lacking = first_missing(&[Condition::Swap(SwapState::None)], &readings).unwrap_err();
        assert_eq!(lacking, Lacking::absent("/proc/meminfo"));
    }

    #[test]
    fn memory_and_disks_and_processors_are_compared() {
        let files = [
            ("/proc/meminfo", "MemTotal: 2097152 kB\n"),
            ("/proc/sys/kernel/arch", "aarch64\n"),
            ("/sys/block/sda/queue/rotational", "1\n"),
        ];
        let gib = Bytes::from_gib;
        assert_eq!(missing(Condition::MemoryAtLeast(gib(2)), &files), None);
        assert!(missing(Condition::MemoryBelow(gib(2)), &files).unwrap().contains("no less than 2 GiB"));
        assert!(missing(Condition::MemoryAtLeast(gib(4)), &files).unwrap().contains("less than 4 GiB"));
        assert_eq!(missing(Condition::Rotational(true), &files), None);
        assert!(missing(Condition::Rotational(false), &files).unwrap().contains("sda"));
        assert!(missing(Condition::Rotational(false), &files[..2]).unwrap().contains("which disks"));
        let arm = Condition::Architecture(vec!["aarch64".to_owned()]);
        assert_eq!(missing(arm.clone(), &files), None);
        assert!(missing(arm, &files[..1]).is_some());
        assert_eq!(missing(Condition::Container(false), &files), None);
        assert!(missing(Condition::Container(true), &files).unwrap().contains("no container"));
    }
}
