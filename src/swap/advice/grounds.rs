//! The facts that advice about swap rests on.

use serde::Serialize;

use crate::facts::cgroup_peaks;
use crate::facts::disks::DiskKind;
use crate::facts::mounts;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::swap::areas::{Area, Kind};
use crate::swap::disk::medium;
use crate::swap::{resume, sizing};
use crate::sys::bytes::Bytes;

/// What is known of the machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grounds {
    /// Its memory.
    pub memory: Bytes,
    /// What of it can be had now without swapping.
    pub available: Bytes,
    /// What was promised to programs.
    pub committed: Option<Bytes>,
    /// The sum of what the top groups held at most, each at its own time, files' cache included.
    pub memory_peak: Option<Bytes>,
    /// The sum of what they had in swap at most.
    pub swap_peak: Option<Bytes>,
    /// Swap on disks, in use.
    pub swap_on_disks: Bytes,
    /// Swap on zram, in use; before compression.
    pub swap_in_memory: Bytes,
    /// What all of it holds.
    pub swap_used: Bytes,
    /// The slowest disk under `/`.
    pub disk: Option<DiskKind>,
    /// What any user may still take on `/`; a tree does not tell.
    pub free: Option<Bytes>,
    /// Whether the machine is set up to wake up from hibernation.
    pub hibernates: bool,
    /// How large the kernel lets the image become.
    pub image: Option<Bytes>,
    /// The kind of the container that this is.
    pub container: Option<String>,
}

impl Grounds {
    /// Of this machine.
    ///
    /// # Errors
    /// Says why it is not known how much memory there is.
    pub(super) fn of(readings: &Readings, areas: &[Area]) -> Result<Self, Lacking> {
        let meminfo = readings.meminfo()?;
        let used = || areas.iter().filter(|area| area.in_use);
        let (in_memory, on_disks): (Vec<&Area>, Vec<&Area>) =
            used().partition(|area| area.kind == Kind::Zram);
        let size = |areas: Vec<&Area>| areas.into_iter().filter_map(|area| area.size).sum();
        let peaks = cgroup_peaks::read(readings.host()).unwrap_or_default();
        let root = readings.mounts().ok().and_then(|mounts| mounts::holding(mounts, "/"));
        let space = readings.host().space("/").ok();
        Ok(Self {
            memory: meminfo.total(),
            available: meminfo.available(),
            committed: meminfo.find("Committed_AS"),
            memory_peak: sum(peaks.iter().map(|peak| peak.memory)),
            swap_peak: sum(peaks.iter().map(|peak| peak.swap)),
            swap_on_disks: size(on_disks),
            swap_in_memory: size(in_memory),
            swap_used: used().map(|area| area.used).sum(),
            disk: root.and_then(|root| sizing::disk_under(readings, root)),
            free: space.map(|space| space.available),
            hibernates: resume::configured(readings.host()).is_ok_and(|resume| resume.is_some()),
            image: image(readings),
            container: readings.container().map(|container| container.kind.clone()),
        })
    }

    /// Whether less than a tenth of all swap is left.
    pub(super) fn is_nearly_full(&self) -> bool {
        let size = self.swap_on_disks + self.swap_in_memory;
        size.0 > 0 && size.less(self.swap_used).percent_of(size) < 10.0
    }

    /// The same in sentences.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut sentences =
            vec![format!("{} of memory, of which {} are available now", self.memory, self.available)];
        sentences.extend(self.committed.map(|committed| {
            format!(
                "{committed} are promised to programs, {:.0} % of memory",
                committed.percent_of(self.memory)
            )
        }));
        sentences.extend(self.memory_peak.map(|peak| {
            format!("the groups of services and logins have held up to {peak} since they began, files' cache included")
        }));
        sentences.push(self.sentence_on_swap());
        sentences.extend(self.disk.map(|disk| {
            format!("/ lies on {}, which usually writes about {} a second", medium(disk), disk.usual_speed())
        }));
        sentences.extend(self.free.map(|free| format!("{free} are available on /")));
        sentences.push(match self.hibernates {
            true => match self.image {
                Some(image) => format!("the machine is set up to wake up from hibernation, whose image of up to {image} needs one area on a disk"),
                None => "the machine is set up to wake up from hibernation, whose image needs one area on a disk".to_owned(),
            },
            false => "the machine is not set up to hibernate".to_owned(),
        });
        sentences
    }

    fn sentence_on_swap(&self) -> String {
        let peak = self.swap_peak.map(|peak| format!(", at most {peak} so far")).unwrap_or_default();
        let (disks, memory, used) = (self.swap_on_disks, self.swap_in_memory, self.swap_used);
        match (disks.0, memory.0) {
            (0, 0) => "no swap is in use".to_owned(),
            (_, 0) => format!("{disks} of swap on disks hold {used}{peak}"),
            (0, _) => format!("{memory} of swap in memory hold {used}{peak}"),
            _ => format!("{memory} of swap in memory and {disks} on disks hold {used}{peak}"),
        }
    }
}

/// By itself the kernel chooses two fifths of memory.
fn image(readings: &Readings) -> Option<Bytes> {
    let text = readings.host().read("/sys/power/image_size").ok()?;
    text.trim().parse().ok().map(Bytes).filter(|size| size.0 > 0)
}

/// `None` where nothing is known of any.
fn sum(amounts: impl Iterator<Item = Option<Bytes>>) -> Option<Bytes> {
    amounts.flatten().fold(None, |sum, amount| Some(sum.unwrap_or_default() + amount))
}
