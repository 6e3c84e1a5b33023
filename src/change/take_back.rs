//! Brings back what was there before a plan that was not carried through.

use crate::exit::Fault;
use crate::host::Patience;

use super::changes::{Change, knob_name};
use super::command::CommandChange;
use super::file::TakenBack;
use super::journal::Entry;
use super::knob::{KnobChange, has_drifted, is_raised, read, switches_huge_pages};
use super::machine::{Kernel, Machine};
use super::settle::{backwards, settle};
use super::value::same;

/// How much of a plan may have been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// So many of its changes were begun; the last of them failed.
    Begun(usize),
    /// Nobody knows: the run was cut short.
    Unknown,
}

/// What taking back came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Back {
    /// What could not be taken back.
    pub(super) left: Vec<String>,
    /// What is worth telling besides.
    pub(super) notes: Vec<String>,
}

impl Back {
    /// Notes what became of `target`; whether it was changed.
    fn note(&mut self, target: &str, taken: Result<TakenBack, Fault>) -> bool {
        match taken {
            Ok(TakenBack::Unchanged) => return false,
            Ok(TakenBack::Restored) => return true,
            Ok(TakenBack::Drifted) => {
                self.left.push(format!("`{target}` was changed by somebody else meanwhile"));
            }
            Err(fault) => self.left.push(fault.to_string()),
        }
        false
    }
}

/// Takes back what `entry` did, in reverse.
pub(super) fn take_back(machine: &Machine<'_>, entry: &Entry, extent: Extent) -> Back {
    let mut back = Back::default();
    let mut is_changed = false;
    let mut commands = commands(&entry.changes).count();
    for (place, change) in entry.changes.iter().enumerate().rev() {
        match change {
            Change::File(file) => is_changed |= back.note(&file.target, file.take_back(machine.host)),
            Change::SwapFile(file) => is_changed |= back.note(&file.target, file.take_back(machine)),
            Change::SwapArea(area) => {
                if let Some(kernel) = machine.kernel {
                    is_changed |= back.note(&area.target, area.take_back(machine, kernel));
                }
            }
            Change::Command(command) if !command.afterwards => {
                commands -= 1;
                if let Some(kernel) = machine.kernel.filter(|_| commands < entry.started) {
                    is_changed = true;
                    let may_not_have_worked = extent == Extent::Unknown || extent == Extent::Begun(place + 1);
                    undo_command(machine, kernel, command, may_not_have_worked, &mut back);
                }
            }
            Change::Command(_) | Change::Knob(_) => {}
        }
    }
    if let Some(kernel) = machine.kernel {
        // An earlier recovery may have died between what it restored and the reload of it.
        if is_changed || extent == Extent::Unknown {
            afterwards(machine, kernel, &entry.changes, &mut back);
        }
        restore_knobs(kernel, entry, extent, &mut back);
    }
    back
}

fn commands(changes: &[Change]) -> impl Iterator<Item = &CommandChange> {
    changes.iter().filter_map(|change| match change {
        Change::Command(command) if !command.afterwards => Some(command),
        _ => None,
    })
}

fn undo_command(
    machine: &Machine<'_>,
    kernel: &dyn Kernel,
    command: &CommandChange,
    is_doubtful: bool,
    back: &mut Back,
) {
    let Some(undo) = command.inverse() else { return };
    let Err(how) = run(machine, kernel, &undo.words) else { return };
    let text = format!("`{}` failed: {how}", undo.target);
    // What did not work cannot be taken back, and that is as it should be.
    if is_doubtful { back.notes.push(text) } else { back.left.push(text) }
}

fn afterwards(machine: &Machine<'_>, kernel: &dyn Kernel, changes: &[Change], back: &mut Back) {
    for change in changes.iter().filter(|change| change.is_afterwards()) {
        if let Change::Command(command) = change
            && let Err(how) = run(machine, kernel, &command.words)
        {
            back.notes.push(format!("`{}` failed: {how}", command.target));
        }
    }
}

fn run(machine: &Machine<'_>, kernel: &dyn Kernel, words: &[String]) -> Result<(), String> {
    kernel.run(words, Patience::Usual, &|| machine.may_go_on())
}

fn restore_knobs(kernel: &dyn Kernel, entry: &Entry, extent: Extent, back: &mut Back) {
    let mut ours = Vec::new();
    for (place, change) in entry.changes.iter().enumerate() {
        let Change::Knob(knob) = change else { continue };
        let answer = match extent {
            Extent::Begun(begun) => Ok(place < begun),
            Extent::Unknown => may_be_ours(kernel, knob, entry, back),
        };
        match answer {
            Ok(true) => ours.push(knob),
            Ok(false) => {}
            Err(fault) => back.left.push(fault.to_string()),
        }
    }
    let refusals = settle(kernel, &backwards(&ours));
    back.left.extend(refusals.iter().map(Fault::to_string));
}

/// Whether the knob has the value that the plan gave it. After a boot, one that has neither that nor the one before has what
/// the boot gave it.
fn may_be_ours(
    kernel: &dyn Kernel,
    knob: &KnobChange,
    entry: &Entry,
    back: &mut Back,
) -> Result<bool, Fault> {
    let current = read(kernel, &knob.target)?;
    if same(&knob.target, &knob.before, &current) {
        return Ok(false);
    }
    let is_raised = || switches_huge_pages(&entry.changes) && is_raised(&knob.target, &knob.after, &current);
    if !has_drifted(&knob.target, &knob.after, &current) || is_raised() {
        return Ok(true);
    }
    if kernel.boot() == entry.boot {
        let name = knob_name(&knob.target);
        back.left.push(format!("`{name}` is `{current}`, which somebody else set meanwhile"));
    }
    Ok(false)
}
