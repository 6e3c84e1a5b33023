//! A plan: changes that are shown, agreed to, made and taken back as one.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::exit::Fault;
use crate::host::Host;

use super::changes::{Change, Why};
use super::command::CommandChange;
use super::fault;
use super::file::{FileChange, is_same};
use super::knob::KnobChange;
use super::machine::Machine;
use super::settle::Wanted;
use super::swap_area;
use super::value;

/// Whose plan it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// `memtune tune`.
    Tune,
    /// `memtune doctor --fix`.
    Doctor,
    /// `memtune swap`.
    Swap,
    /// `memtune limits`.
    Limits,
    /// `memtune watch`.
    Watch,
    /// `memtune undo`, also where another command takes something back with it.
    Undo,
}

impl Area {
    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tune => "tune",
            Self::Doctor => "doctor",
            Self::Swap => "swap",
            Self::Limits => "limits",
            Self::Watch => "watch",
            Self::Undo => "undo",
        }
    }
}

/// What would not be safe on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// What it would change.
    pub target: String,
    /// Why that is not safe.
    pub reason: String,
}

/// Changes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it is for, in a line.
    pub title: String,
    /// Whose it is.
    pub area: Area,
    pub(super) changes: Vec<Change>,
    /// Knobs that have their value already, and shall not lose it to what else is set.
    pub(super) kept: Vec<Wanted>,
    pub(super) refused: Vec<Refused>,
    pub(super) notes: Vec<String>,
    /// The entries of the journal that it takes back.
    pub(super) undoes: Vec<u64>,
}

impl Plan {
    /// A plan without changes.
    pub fn new(title: impl Into<String>, area: Area) -> Self {
        Self {
            title: title.into(),
            area,
            changes: Vec::new(),
            kept: Vec::new(),
            refused: Vec::new(),
            notes: Vec::new(),
            undoes: Vec::new(),
        }
    }

    /// Plans that the file at `path` holds `after`, or is gone. Nothing is planned where it is so already.
    ///
    /// # Errors
    /// Refuses a link anywhere in the path, and says why the file that is there cannot be read.
    pub fn file(&mut self, host: &Host, path: &str, after: Option<&str>, why: Why) -> Result<(), Fault> {
        let change = FileChange::new(host, path, after, why)?;
        if change.as_ref().is_some_and(|change| change.before.is_some()) {
            self.note_other_names(host, path)?;
        }
        self.replace(path, |planned| matches!(planned, Change::File(_)), change.map(Change::File));
        Ok(())
    }

    /// The same for a file of a user's, by number and group, who owns it where it is new.
    ///
    /// # Errors
    /// As [`Plan::file`].
    pub fn file_of(
        &mut self,
        host: &Host,
        path: &str,
        after: Option<&str>,
        (user, group): (u32, u32),
        why: Why,
    ) -> Result<(), Fault> {
        self.file(host, path, after, why)?;
        let is_meant = |change: &&mut Change| matches!(change, Change::File(file) if file.target == path && file.before.is_none());
        if let Some(Change::File(file)) = self.changes.iter_mut().find(is_meant)
            && let Some(state) = &mut file.after
        {
            (state.user, state.group) = (user, group);
        }
        Ok(())
    }

    /// Plans that the file at `path` is gone, and its folder with it where nothing else is in there.
    ///
    /// # Errors
    /// As [`Plan::file`].
    pub fn file_with_folder_gone(&mut self, host: &Host, path: &str, why: Why) -> Result<(), Fault> {
        self.file(host, path, None, why)?;
        let is_meant = |change: &&mut Change| matches!(change, Change::File(file) if file.target == path);
        if let Some(Change::File(file)) = self.changes.iter_mut().find(is_meant)
            && let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| !folder.is_empty())
        {
            file.folders = vec![folder.to_owned()];
        }
        Ok(())
    }

    /// Plans that the knob at `path` (below /proc/sys or /sys) has the value `after`. Nothing is planned where it has it, nor in a
    /// tree, which has no running kernel.
    ///
    /// # Errors
    /// Says why the value that it has cannot be read.
    pub fn knob(&mut self, host: &Host, path: &str, after: &str, why: Why) -> Result<(), Fault> {
        self.knob_of(&Machine::of(host), path, after, why)
    }

    pub(super) fn knob_of(
        &mut self,
        machine: &Machine<'_>,
        path: &str,
        after: &str,
        why: Why,
    ) -> Result<(), Fault> {
        let Some(kernel) = machine.kernel else { return Ok(()) };
        let change = KnobChange::new(kernel, path, after, why)?;
        self.kept.retain(|kept| kept.target != path);
        if change.is_none() {
            self.kept.push(Wanted { target: path.to_owned(), value: after.trim().to_owned() });
        }
        self.replace(path, |planned| matches!(planned, Change::Knob(_)), change.map(Change::Knob));
        Ok(())
    }

    /// Plans that a program is run, and which one takes back what it does; `None` where nothing has to be taken back.
    pub fn command(&mut self, words: &[&str], undo: Option<&[&str]>, why: Why) {
        if !words.is_empty() {
            self.push(Change::Command(CommandChange::new(words, undo, why)));
        }
    }

    /// Plans that a program is run once everything else is done, and once everything is taken back.
    pub fn afterwards(&mut self, words: &[&str], why: Why) {
        let command = CommandChange { afterwards: true, ..CommandChange::new(words, None, why) };
        self.push(Change::Command(command));
    }

    /// The same for a program that is only told of what was done: where it fails, that is said, and all that was done stays.
    pub fn announce(&mut self, words: &[&str], why: Why) {
        let command =
            CommandChange { afterwards: true, optional: true, ..CommandChange::new(words, None, why) };
        self.push(Change::Command(command));
    }

    /// Says what would not be safe, and why. A plan with such a part is shown, but never carried out.
    pub fn refuse(&mut self, target: impl Into<String>, reason: impl Into<String>) {
        self.refused.push(Refused { target: target.into(), reason: reason.into() });
    }

    /// Adds a sentence for the reader.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Whether it would do nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(Change::is_afterwards) && self.undoes.is_empty()
    }

    /// The changes, in the order in which they are made.
    pub fn steps(&self) -> &[Change] {
        &self.changes
    }

    /// What its files shall hold, by their paths; `None` where the file shall be gone.
    pub fn files(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        self.changes.iter().filter_map(|change| match change {
            Change::File(file) => {
                Some((file.target.as_str(), file.after.as_ref().map(|state| state.content.as_slice())))
            }
            _ => None,
        })
    }

    /// What would not be safe.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// The sentences for the reader.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The entries of the journal that it takes back.
    pub fn undoes(&self) -> &[u64] {
        &self.undoes
    }

    /// The part of it that can be done on `host`: in a tree files alone.
    pub fn for_host(self, host: &Host) -> Self {
        self.for_machine(&Machine::of(host))
    }

    pub(super) fn for_machine(mut self, machine: &Machine<'_>) -> Self {
        self.changes.retain(|change| machine.kernel.is_some() || !change.is_live());
        self
    }

    /// A file is replaced and not written into, so that its other names keep what was there.
    fn note_other_names(&mut self, host: &Host, path: &str) -> Result<(), Fault> {
        let note = format!("`{path}` has other names (hard links), which keep what it holds now");
        let has_others = host.has_other_names(path);
        if has_others.map_err(|error| fault::on_file("read", path, &error))? && !self.notes.contains(&note) {
            self.note(note);
        }
        Ok(())
    }

    /// Puts `change` in the place of what was planned for the same target; what it found there still holds.
    pub(super) fn replace(&mut self, target: &str, is_kind: fn(&Change) -> bool, change: Option<Change>) {
        self.changes.retain(|planned| !is_kind(planned) || planned.target() != target);
        if let Some(change) = change {
            self.push(change);
        }
    }

    pub(super) fn push(&mut self, change: Change) {
        if !change.is_afterwards() {
            let place = self.changes.iter().take_while(|planned| !planned.is_afterwards()).count();
            return self.changes.insert(place, change);
        }
        if self.changes.iter().all(|planned| !planned.is_afterwards() || planned.target() != change.target())
        {
            self.changes.push(change);
        }
    }
}

/// Whether `change` would leave its target as it is.
pub(super) fn is_idle(change: &Change) -> bool {
    match change {
        Change::File(file) => is_same(file.before.as_ref(), file.after.as_ref()),
        Change::Knob(knob) => value::same(&knob.target, &knob.before, &knob.after),
        Change::Command(_) => false,
        Change::SwapFile(file) => file.before == file.after,
        Change::SwapArea(area) => {
            swap_area::stands(area.before, area.after, area.after) == swap_area::Stands::Before
        }
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let changes: &[Change] = if self.is_empty() { &[] } else { &self.changes };
        let mut object = serializer.serialize_struct("Plan", 6)?;
        object.serialize_field("schema", "memtune.plan/1")?;
        object.serialize_field("title", &self.title)?;
        object.serialize_field("area", &self.area)?;
        object.serialize_field("changes", changes)?;
        object.serialize_field("refused", &self.refused)?;
        object.serialize_field("notes", &self.notes)?;
        object.end()
    }
}
