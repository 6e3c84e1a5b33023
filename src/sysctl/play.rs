//! Plays the writes to one knob, and to the one that it unsets and is unset by, through in their order.

use super::bounds::{self, KernelVersion};
use super::coupled;
use super::forecast::{Assignment, Forecast};
use super::names;
use super::sys_knob;
use super::write::Write;

/// A knob on the way up.
struct Knob {
    key: String,
    path: String,
    /// What it shows on this machine now, which tells what kind of value it holds.
    shown: Option<String>,
    /// Kernels differ a little in what they take.
    kernel: Option<KernelVersion>,
    /// What it shows so far; `None` while it is the kernel's own choice, or cannot be known.
    value: Option<String>,
}

/// What is known so far.
pub(super) struct Play<'w> {
    own: Knob,
    twin: Option<Knob>,
    winner: Option<&'w Write>,
    own_lines: Vec<&'w Write>,
    refused: Vec<&'w Write>,
}

impl<'w> Play<'w> {
    /// Begins where the kernel has just started; `shown` is what the knob at `path` shows on this machine now.
    pub(super) fn new(path: &str, shown: Option<String>, kernel: Option<KernelVersion>) -> Self {
        let key = names::key_of_path(path).unwrap_or_else(|| path.to_owned());
        let twin = coupled::twin(&key).map(|twin| Knob::new(twin, names::path_of(twin), None, kernel));
        let own = Knob::new(&key, path.to_owned(), shown, kernel);
        Self { own, twin, winner: None, own_lines: Vec::new(), refused: Vec::new() }
    }

    /// Plays a write, if it is one to this knob or to its twin. A pattern may stand for both; what fits it is taken by name.
    pub(super) fn take(&mut self, write: &'w Write) {
        let is_own = write.concerns(&self.own.path);
        let twin =
            self.twin.as_ref().filter(|twin| write.concerns(&twin.path) && write.happens_to(&twin.path));
        let (is_twin, is_twin_first) = (twin.is_some(), twin.is_some_and(|twin| twin.path < self.own.path));
        if is_own {
            self.own_lines.push(write);
        }
        if is_twin && is_twin_first {
            self.write_twin(write);
        }
        if is_own {
            self.write_own(write);
        }
        if is_twin && !is_twin_first {
            self.write_twin(write);
        }
    }

    fn write_own(&mut self, write: &'w Write) {
        if !write.happens_to(&self.own.path) {
            return;
        }
        match self.own.write(write) {
            Outcome::Spared => self.winner = Some(write),
            Outcome::Refused => self.refused.push(write),
            Outcome::Shown { unsets_twin } => {
                self.winner = Some(write);
                if let Some(twin) = self.twin.as_mut().filter(|_| unsets_twin) {
                    twin.value = Some("0".to_owned());
                }
            }
        }
    }

    fn write_twin(&mut self, write: &'w Write) {
        let outcome = self.twin.as_mut().map(|twin| twin.write(write));
        // An amount that nobody has set is 0 as it is; there the twin decides nothing.
        let is_zero = self.own.value.as_deref() == Some("0");
        if matches!(outcome, Some(Outcome::Shown { unsets_twin: true })) && !is_zero {
            self.own.value = Some("0".to_owned());
            self.winner = Some(write);
        }
    }

    /// What came of it.
    pub(super) fn forecast(self, running: Option<String>) -> Forecast {
        let mut remarks = Vec::new();
        for write in &self.refused {
            remarks.push(refusal(&self.own.key, &write.assignment));
        }
        if let Some(winner) = self.winner {
            remarks.extend(winner_remarks(winner));
        }
        // A file that is read by two names, through links, has each of its lines twice.
        let losers = self
            .own_lines
            .iter()
            .filter(|write| self.winner.is_none_or(|winner| winner.assignment != write.assignment));
        remarks.extend(losers.clone().filter_map(|write| late_remark(write, &self)));
        Forecast {
            key: self.own.key.clone(),
            running,
            next_boot: self.own.value.clone(),
            winner: self.winner.map(|write| write.assignment.clone()),
            losers: losers.map(|write| write.assignment.clone()).collect(),
            remarks,
        }
    }
}

enum Outcome {
    /// The writer saw that there is nothing to write.
    Spared,
    /// The kernel refused the value.
    Refused,
    /// It shows the value now.
    Shown { unsets_twin: bool },
}

impl Knob {
    fn new(key: &str, path: String, shown: Option<String>, kernel: Option<KernelVersion>) -> Self {
        let value = coupled::is_amount(key).then(|| "0".to_owned());
        Self { key: key.to_owned(), path, shown, value, kernel }
    }

    fn write(&mut self, write: &Write) -> Outcome {
        if write.is_computed {
            self.value = None;
            return Outcome::Shown { unsets_twin: true };
        }
        let text = write.assignment.value.as_str();
        if write.spares_equal && self.value.as_deref() == Some(text) {
            return Outcome::Spared;
        }
        let current = self.value.as_deref().or(self.shown.as_deref());
        let shown = match self.path.starts_with("/proc/sys/") {
            true => bounds::written(&self.key, text, current, self.kernel),
            false => sys_knob::written(text, self.shown.as_deref()),
        };
        let Some(shown) = shown else { return Outcome::Refused };
        // The kernel unsets the twin of these two only where the value changes; that of the others at every write.
        let is_quiet = matches!(self.key.as_str(), "vm.dirty_bytes" | "vm.dirty_ratio");
        let unsets_twin = !is_quiet || self.value.as_ref() != Some(&shown);
        self.value = Some(shown);
        Outcome::Shown { unsets_twin }
    }
}

fn refusal(key: &str, assignment: &Assignment) -> String {
    let Assignment { place, value, .. } = assignment;
    let allowed = bounds::check(key, value).err().map(|allowed| format!(", which takes {allowed}"));
    let allowed = allowed.unwrap_or_default();
    format!("the kernel refuses `{value}` of {}:{} for {key}{allowed}", place.file, place.line)
}

fn winner_remarks(winner: &Write) -> Vec<String> {
    let Assignment { place, value, origin, .. } = &winner.assignment;
    let mut remarks = Vec::new();
    if winner.is_computed {
        remarks.push(format!("{} computes the value from `{value}` only then", origin.name()));
    }
    if let Some(condition) = &winner.condition {
        remarks
            .push(format!("udev sets it when a device appears, {condition} ({}:{})", place.file, place.line));
    }
    remarks
}

/// A device may appear late, or again.
fn late_remark(loser: &Write, play: &Play) -> Option<String> {
    let Assignment { place, value, .. } = &loser.assignment;
    let condition = loser.condition.as_ref().filter(|_| loser.happens)?;
    let is_same = play.own.value.as_deref().is_some_and(|own| bounds::same(&play.own.key, own, value));
    (!is_same).then(|| {
        format!(
            "udev sets it to `{value}` whenever a device appears, {condition} ({}:{})",
            place.file, place.line
        )
    })
}
