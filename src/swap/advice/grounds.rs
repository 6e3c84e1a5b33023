//! The facts that advice about swap rests on.

use serde::Serialize;

use crate::facts::cgroup_peaks;
use crate::facts::disks::DiskKind;
use crate::facts::mounts;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::swap::areas::{Area, Kind};
use crate::swap::disk::medium;
use crate::swap::{overview, resume, sizing};
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
    /// How large the kernel lets the image become; `None` where it does not hibernate.
    pub image: Option<Bytes>,
    /// The area that takes it.
    #[serde(skip)]
    pub image_area: Option<(String, Bytes)>,
    /// Whether the image fits into that area; `None` where it does not hibernate.
    pub image_fits: Option<bool>,
    /// Why it is not known what swap is in use; `None` where it is.
    pub swap_unknown: Option<String>,
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
        let hibernates = resume::configured(readings.host()).is_ok_and(|resume| resume.is_some());
        let image = hibernates.then(|| image(readings, meminfo.total()));
        let image_area = image_area(areas);
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
            hibernates,
            image,
            image_fits: image.map(|image| image_area.as_ref().is_some_and(|(_, size)| *size >= image)),
            image_area,
            swap_unknown: overview::unknown(readings),
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
        sentences.push(self.sentence_on_hibernation());
        sentences
    }

    fn sentence_on_hibernation(&self) -> String {
        let Some(image) = self.image else { return "the machine is not set up to hibernate".to_owned() };
        let set_up = format!("the machine is set up to wake up from hibernation: its image of up to {image}");
        match &self.image_area {
            Some((path, size)) if *size >= image => format!("{set_up} fits into {path}"),
            Some((path, size)) => format!(
                "{set_up} needs one area, and {path} of {size} is too small for that: hibernating works only while less is in use"
            ),
            None => format!("{set_up} needs one area on a disk, and none is in use"),
        }
    }

    fn sentence_on_swap(&self) -> String {
        if let Some(why) = &self.swap_unknown {
            return format!("which swap is in use is not known: {why}");
        }
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
fn image(readings: &Readings, memory: Bytes) -> Bytes {
    let text = readings.host().read("/sys/power/image_size").unwrap_or_default();
    text.trim().parse().ok().map(Bytes).filter(|size| size.0 > 0).unwrap_or(memory.percent(40.0))
}

/// The area that is named for it, or the largest where that cannot be told.
fn image_area(areas: &[Area]) -> Option<(String, Bytes)> {
    let on_disks = || areas.iter().filter(|area| area.in_use && area.kind != Kind::Zram);
    let named = on_disks().find(|area| area.resume);
    let area = named.or_else(|| on_disks().max_by_key(|area| area.size))?;
    Some((area.path.clone(), area.size?))
}

/// `None` where nothing is known of any.
fn sum(amounts: impl Iterator<Item = Option<Bytes>>) -> Option<Bytes> {
    amounts.flatten().fold(None, |sum, amount| Some(sum.unwrap_or_default() + amount))
}
