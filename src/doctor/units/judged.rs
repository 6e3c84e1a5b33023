//! The units as the checks see them: each with what is odd about it, as `memtune limits show` says it.

use std::rc::Rc;

use crate::doctor::wording::plural;
use crate::facts::cgroup_memory::Version;
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::limits::shown::entry::Entry;
use crate::limits::shown::oddity::Oddity;
use crate::limits::shown::remarks::{self, Around};
use crate::limits::shown::units::Survey;

pub(super) const RESOURCE_CONTROL: &str =
    "https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html";
pub(super) const CGROUP_DOC: &str = "https://docs.kernel.org/admin-guide/cgroup-v2.html#memory";

/// More would help nobody.
pub(super) const MOST_SHOWN: usize = 12;

/// The units of a machine.
pub(super) struct Judged {
    /// What was found.
    pub(super) survey: Rc<Survey>,
    /// What the machine has beside its units.
    pub(super) around: Around,
    oddities: Vec<Vec<Oddity>>,
}

impl Judged {
    /// Looked at once, however many checks ask.
    ///
    /// # Errors
    /// Says that nothing tells of any unit.
    pub(super) fn of(readings: &Readings) -> Result<Rc<Self>, Lacking> {
        let judged = readings.concluded(Self::look);
        match judged.survey.entries.is_empty() {
            true => Err(Lacking::absent("/sys/fs/cgroup")),
            false => Ok(judged),
        }
    }

    fn look(readings: &Readings) -> Self {
        let survey = Survey::active(readings);
        let around = Around::of(readings, &survey.tree);
        let oddities = survey.entries.iter().map(|entry| remarks::about(entry, around)).collect();
        Self { survey, around, oddities }
    }

    /// The units about which `pick` finds something odd, whoever holds most first.
    pub(super) fn odd<'j, T>(&'j self, pick: impl Fn(&'j Oddity) -> Option<T>) -> Vec<(&'j Entry, T)> {
        let units = self.survey.entries.iter().zip(&self.oddities);
        units.flat_map(|(entry, odd)| odd.iter().filter_map(&pick).map(move |found| (entry, found))).collect()
    }

    /// Refuses where nothing tells what `what` reads from a unit.
    ///
    /// # Errors
    /// Says that no unit has it.
    pub(super) fn knows<T>(&self, what: impl Fn(&Entry) -> Option<T>, source: &str) -> Result<(), Lacking> {
        let is_known = self.survey.entries.iter().any(|entry| what(entry).is_some());
        if is_known { Ok(()) } else { Err(Lacking::absent(source)) }
    }

    /// The unit of this name.
    pub(super) fn entry(&self, unit: &str) -> Option<&Entry> {
        self.survey.entries.iter().find(|entry| entry.unit == unit)
    }

    /// Where a unit's numbers were read: `file` of its group as version 2 calls it, or what systemd said.
    pub(super) fn source(&self, entry: &Entry, file: &str) -> String {
        match (&entry.group, self.around.version) {
            (Some(group), Some(Version::One)) => format!("/sys/fs/cgroup/memory{group}/{}", old_name(file)),
            (Some(group), _) => format!("/sys/fs/cgroup{group}/{file}"),
            (None, _) => format!("systemctl show {}", entry.unit),
        }
    }
}

fn old_name(file: &str) -> &str {
    match file {
        "memory.max" => "memory.limit_in_bytes",
        "memory.current" => "memory.usage_in_bytes",
        "memory.peak" => "memory.max_usage_in_bytes",
        "memory.events" => "memory.oom_control",
        other => other,
    }
}

/// What a program wrote, as much of it as a reader takes in.
pub(super) fn quotation(text: &str) -> String {
    const LONGEST: usize = 160;
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() { start + ".." } else { start }
}

/// `; 2 more units` behind the first of `count`.
pub(super) fn and_more(count: usize) -> String {
    match count.saturating_sub(1) as u64 {
        0 => String::new(),
        more => format!("; {}", plural(more, "more unit")),
    }
}
