//! A swap area, a device or a file, that is turned on or off.

use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Fault};
use crate::facts::swaps::SwapArea;
use crate::host::Patience;
use crate::sys::bytes::Bytes;
use crate::sys::uuid::Uuid;

use super::changes::Why;
use super::fault;
use super::file::TakenBack;
use super::machine::{Kernel, Machine, interrupted};
use super::path::is_sound;
use super::{swap_device, swap_refusal};

/// Above it the kernel takes none.
const HIGHEST_PRIORITY: i32 = 32_767;

/// How an area is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapOn {
    /// 0 to 32767, the highest is filled first; `None` leaves the choice to the kernel, which puts it behind all others.
    pub priority: Option<i32>,
    /// Whether the device is told which pages are no longer needed.
    #[serde(default)]
    pub discard: bool,
}

impl SwapOn {
    /// With this priority, and without telling the device what is no longer needed.
    pub fn with_priority(priority: Option<i32>) -> Self {
        Self { priority, discard: false }
    }

    /// How the area is on right now; the kernel does not tell whether it discards.
    fn of(area: &SwapArea) -> Self {
        Self::with_priority(Some(area.priority).filter(|&priority| priority >= 0))
    }
}

/// Turns an area on or off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Record")]
pub struct SwapAreaChange {
    /// The path of the device or file.
    pub target: String,
    /// What tells a device from another that has its name by now; `None` where the path is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<Uuid>,
    /// How it was on; `None` for off.
    pub before: Option<SwapOn>,
    /// How it shall be on; `None` for off.
    pub after: Option<SwapOn>,
    /// Why.
    #[serde(flatten)]
    pub why: Why,
}

/// Which of two ends of a change is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    Before,
    After,
    Neither,
}

/// Where an area that is as `now` stands between `before` and `after`. Only where it is on at both ends does its priority tell.
pub(super) fn stands(before: Option<SwapOn>, after: Option<SwapOn>, now: Option<SwapOn>) -> Stands {
    let has_priority_of = |end: Option<SwapOn>| end.map(|on| on.priority) == now.map(|on| on.priority);
    match (before, after) {
        (Some(_), Some(_)) if has_priority_of(before) => Stands::Before,
        (Some(_), Some(_)) if has_priority_of(after) => Stands::After,
        (Some(_), Some(_)) => Stands::Neither,
        _ if now.is_some() == before.is_some() => Stands::Before,
        _ => Stands::After,
    }
}

/// How the area at `path` is on right now; `None` for off.
fn look(kernel: &dyn Kernel, path: &str) -> Result<Option<SwapOn>, Fault> {
    let area = kernel.swap_area(path).map_err(fault::on_reading)?;
    Ok(area.as_ref().map(SwapOn::of))
}

/// In words.
pub(super) fn words(state: Option<SwapOn>) -> String {
    match state {
        None => "off".to_owned(),
        Some(SwapOn { priority: None, .. }) => "on".to_owned(),
        Some(SwapOn { priority: Some(priority), .. }) => format!("on with priority {priority}"),
    }
}

impl SwapAreaChange {
    /// What makes the area at `path` be as `after` says; `None` where it is so already.
    pub(super) fn new(
        machine: &Machine<'_>,
        kernel: &dyn Kernel,
        path: &str,
        after: Option<SwapOn>,
        why: Why,
    ) -> Result<Option<Self>, Fault> {
        let before = look(kernel, path)?;
        let is_so = match (before, after) {
            // Any priority will do.
            (Some(_), Some(SwapOn { priority: None, .. })) => true,
            (before, after) => before.map(|on| on.priority) == after.map(|on| on.priority),
        };
        if is_so {
            return Ok(None);
        }
        let uuid = swap_device::uuid_of(machine.host, path);
        let change = Record { target: path.to_owned(), uuid, before, after, why };
        let wrong = |wrong| Fault::new(Exit::Refused, format!("`{path}`: {wrong}"));
        Self::try_from(change).map(Some).map_err(wrong)
    }

    pub(super) fn describe(&self) -> String {
        match self.after {
            Some(_) => format!("turn {} {} as swap", self.target, words(self.after)),
            None => format!("turn {} off as swap", self.target),
        }
    }

    pub(super) fn is_as_before(&self, machine: &Machine<'_>, kernel: &dyn Kernel) -> Result<bool, Fault> {
        Ok(stands(self.before, self.after, self.now(machine, kernel)?) == Stands::Before)
    }

    /// How it is on right now; `None` for off, also where another device has its name by now.
    pub(super) fn now(&self, machine: &Machine<'_>, kernel: &dyn Kernel) -> Result<Option<SwapOn>, Fault> {
        let now = look(kernel, &self.target)?;
        Ok(now.filter(|_| !swap_device::is_another(machine.host, &self.target, self.uuid)))
    }

    /// Makes it what it shall be.
    pub(super) fn apply(&self, machine: &Machine<'_>, kernel: &dyn Kernel) -> Result<(), Fault> {
        self.put(machine, kernel, self.after)
    }

    /// Makes it what it was.
    pub(super) fn take_back(&self, machine: &Machine<'_>, kernel: &dyn Kernel) -> Result<TakenBack, Fault> {
        match stands(self.before, self.after, self.now(machine, kernel)?) {
            Stands::Before => Ok(TakenBack::Unchanged),
            Stands::Neither if self.now(machine, kernel)?.is_none() => {
                // It was to be turned off and on again, and the second half is lacking.
                self.put(machine, kernel, self.before)?;
                Ok(TakenBack::Restored)
            }
            Stands::Neither => Ok(TakenBack::Drifted),
            Stands::After => {
                self.put(machine, kernel, self.before)?;
                Ok(TakenBack::Restored)
            }
        }
    }

    fn is_off(&self, kernel: &dyn Kernel) -> Result<bool, Fault> {
        Ok(look(kernel, &self.target)?.is_none())
    }

    fn put(&self, machine: &Machine<'_>, kernel: &dyn Kernel, wanted: Option<SwapOn>) -> Result<(), Fault> {
        let now = self.now(machine, kernel)?;
        if now.is_some() && wanted.map(|on| on.priority) != now.map(|on| on.priority) {
            self.turn_off(machine, kernel)?;
        }
        match wanted {
            Some(on) if self.now(machine, kernel)?.is_none() => self.turn_on(machine, kernel, on),
            _ => Ok(()),
        }
    }

    fn refuse_another(&self, machine: &Machine<'_>) -> Result<(), Fault> {
        match self.uuid.filter(|_| swap_device::is_another(machine.host, &self.target, self.uuid)) {
            None => Ok(()),
            Some(uuid) => {
                let message = format!("`{}` is not the device with the UUID {uuid} any more", self.target);
                Err(Fault::new(Exit::Failed, message).hint(format!("`blkid -U {uuid}` tells which one is")))
            }
        }
    }

    fn turn_on(&self, machine: &Machine<'_>, kernel: &dyn Kernel, on: SwapOn) -> Result<(), Fault> {
        self.refuse_another(machine)?;
        let end = kernel.log_end();
        let ran =
            kernel.run(&words_on(&self.target, on), Patience::Endless(machine.lock), &|| machine.may_go_on());
        let area = kernel.swap_area(&self.target).map_err(fault::on_reading)?;
        match (area, ran) {
            // Somebody else, such as systemd, may have been quicker.
            (Some(area), _) => self.prove(machine, &area, on),
            (None, Err(_)) if machine.is_interrupted() => Err(interrupted()),
            (None, Err(how)) => Err(swap_refusal::on(&self.target, &how, &kernel.said_since(end))),
            (None, Ok(())) => {
                let message = format!("`{}` was turned on, but /proc/swaps does not list it", self.target);
                Err(Fault::new(Exit::Failed, message).hint("another program may have turned it off again"))
            }
        }
    }

    /// What the kernel lists is compared with what was wanted.
    fn prove(&self, machine: &Machine<'_>, area: &SwapArea, on: SwapOn) -> Result<(), Fault> {
        let priority = area.priority;
        if on.priority.is_some_and(|wanted| wanted != priority) {
            let message = format!(
                "`{}` was turned {}, but /proc/swaps lists it with priority {priority}",
                self.target,
                words(Some(on))
            );
            return Err(Fault::new(Exit::Failed, message));
        }
        let file = machine.host.status(&self.target).ok().filter(|status| !status.is_block_device);
        // The first page holds the header, and what is less than a page at the end is of no use. Where the blocks of a file system are
        // smaller than a page, the kernel also leaves out the pages that do not lie in one piece (mm/page_io.c, generic_swapfile_activate).
        let page_size = rustix::param::page_size() as u64;
        let least = |size: Bytes| size.less(Bytes(2 * page_size)).less(size.percent(10.0));
        match file.filter(|file| area.size < least(file.size)) {
            Some(file) => {
                let (target, size, listed) = (&self.target, file.size, area.size);
                let message = format!("`{target}` of {size} was turned on, but /proc/swaps lists {listed}");
                Err(Fault::new(Exit::Failed, message).hint("its header says less than its length"))
            }
            None => Ok(()),
        }
    }

    fn turn_off(&self, machine: &Machine<'_>, kernel: &dyn Kernel) -> Result<(), Fault> {
        machine.observer.may_drain(&self.target)?;
        let used = |area: Option<SwapArea>| area.map_or(Bytes(0), |area| area.used);
        let total = used(kernel.swap_area(&self.target).map_err(fault::on_reading)?);
        let what = format!("draining {}", self.target);
        let look = || match kernel.swap_area(&self.target) {
            Ok(area) => machine.tell(&what, total.less(used(area)), total),
            // What cannot be told is no reason to stop.
            Err(_) => machine.may_go_on(),
        };
        let ran =
            kernel.run(&["swapoff".to_owned(), self.target.clone()], Patience::Endless(machine.lock), &look);
        machine.observer.ended();
        match (self.is_off(kernel)?, ran) {
            (true, _) => Ok(()),
            (false, Err(_)) if machine.is_interrupted() => Err(interrupted()),
            (false, Err(how)) => Err(swap_refusal::off(&self.target, &how)),
            (false, Ok(())) => {
                let message = format!("`{}` was turned off, but /proc/swaps still lists it", self.target);
                Err(Fault::new(Exit::Failed, message).hint("another program may have turned it on again"))
            }
        }
    }
}

/// What turns an area on.
fn words_on(path: &str, on: SwapOn) -> Vec<String> {
    let mut words = vec!["swapon".to_owned()];
    words.extend(on.discard.then(|| "--discard".to_owned()));
    words.extend(on.priority.into_iter().flat_map(|priority| ["-p".to_owned(), priority.to_string()]));
    words.push(path.to_owned());
    words
}

#[derive(Deserialize)]
struct Record {
    target: String,
    #[serde(default)]
    uuid: Option<Uuid>,
    before: Option<SwapOn>,
    after: Option<SwapOn>,
    #[serde(flatten)]
    why: Why,
}

impl TryFrom<Record> for SwapAreaChange {
    type Error = String;

    fn try_from(record: Record) -> Result<Self, String> {
        let Record { target, uuid, before, after, why } = record;
        if !is_sound(&target) {
            return Err("the path of a swap area is not absolute, or has `.` or `..` in it".to_owned());
        }
        let priorities = before.iter().chain(&after).filter_map(|on| on.priority);
        for priority in priorities {
            if !(0..=HIGHEST_PRIORITY).contains(&priority) {
                return Err(format!("{priority} is no priority: it is 0 to {HIGHEST_PRIORITY}"));
            }
        }
        Ok(Self { target, uuid, before, after, why })
    }
}
