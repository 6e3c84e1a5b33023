//! Carries a plan out: all of it, or nothing.

use std::time::SystemTime;

use crate::exit::{Exit, Fault};
use crate::host::{Host, Patience};

use super::changes::{Change, knob_name};
use super::command::CommandChange;
use super::journal::{self, Entry, State};
use super::knob::read;
use super::machine::{Kernel, Machine, interrupted};
use super::observer::Observer;
use super::plan::Plan;
use super::recover::{self, Recovered};
use super::settle::{self, Wanted, forwards};
use super::take_back::{Extent, take_back};
use super::value::same;

/// A plan that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number in the journal.
    pub id: u64,
    /// What an earlier run had left half done, and was taken back first.
    pub recovered: Option<Recovered>,
    /// What failed and stopped nothing.
    pub notes: Vec<String>,
}

/// Carries `plan` out. `command_line` is what was typed, and `time` when; `observer` follows it, and may stop it.
///
/// # Errors
/// Refuses where something is not as the plan found it, and where another memtune is at work; then nothing is written. Where a step
/// fails or `observer` stops it, those before it are taken back ([`Exit::Failed`]); if that fails as well, the message says what is left
/// ([`Exit::Incomplete`]).
pub fn apply(
    host: &Host,
    plan: Plan,
    command_line: &str,
    time: SystemTime,
    observer: &dyn Observer,
) -> Result<Applied, Fault> {
    apply_on(&Machine::observed(host, observer), plan, command_line, time)
}

pub(super) fn apply_on(
    machine: &Machine<'_>,
    plan: Plan,
    command_line: &str,
    time: SystemTime,
) -> Result<Applied, Fault> {
    refuse_danger(&plan)?;
    let mut plan = plan.for_machine(machine);
    let lock = journal::lock(machine.host)?;
    let machine = &machine.locked(&lock);
    let recovered = recover::under_lock(&machine.unstoppable())?;
    refuse_drift(machine, &plan, recovered.is_some())?;
    if let Some(kernel) = machine.kernel {
        refresh(kernel, &mut plan.changes)?;
    }
    let kept = std::mem::take(&mut plan.kept);
    let time = humantime::format_rfc3339_seconds(time).to_string();
    let boot = machine.kernel.and_then(Kernel::boot);
    let mut entry = Entry::begin(journal::next_id(machine.host)?, time, plan, command_line, boot);
    journal::write(machine.host, &entry)?;
    let mut begun = 0;
    match carry_out(machine, &mut entry, kept, &mut begun) {
        Ok(notes) => Ok(Applied { id: entry.id, recovered, notes }),
        Err(fault) => Err(give_up(machine, entry, begun, fault)),
    }
}

fn refuse_danger(plan: &Plan) -> Result<(), Fault> {
    let Some(refused) = plan.refused.first() else { return Ok(()) };
    Err(Fault::new(Exit::Refused, format!("`{}`: {}", knob_name(&refused.target), refused.reason)))
}

/// Each target is looked at once more: between the plan and its approval anything may have happened.
fn refuse_drift(machine: &Machine<'_>, plan: &Plan, was_recovered: bool) -> Result<(), Fault> {
    for change in &plan.changes {
        let is_as_before = match (change, machine.kernel) {
            (Change::File(file), _) => file.is_as_before(machine.host)?,
            (Change::Knob(knob), Some(kernel)) => knob.is_as_before(kernel)?,
            (Change::SwapFile(file), Some(_)) => file.is_as_before(machine)?,
            (Change::SwapArea(area), Some(kernel)) => area.is_as_before(machine, kernel)?,
            _ => true,
        };
        if !is_as_before {
            return Err(drifted(change.target(), was_recovered));
        }
    }
    for kept in &plan.kept {
        if let Some(kernel) = machine.kernel
            && !same(&kept.target, &kept.value, &read(kernel, &kept.target)?)
        {
            return Err(drifted(&kept.target, was_recovered));
        }
    }
    Ok(())
}

fn drifted(target: &str, was_recovered: bool) -> Fault {
    let name = knob_name(target);
    let message = format!("`{name}` has changed since the plan was made, and nothing was written");
    Fault::new(Exit::Refused, message).hint(if was_recovered {
        "a run that was cut short has been taken back just now; run memtune again"
    } else {
        "run memtune again for a new plan"
    })
}

fn refresh(kernel: &dyn Kernel, changes: &mut [Change]) -> Result<(), Fault> {
    changes.iter_mut().try_for_each(|change| match change {
        Change::Knob(knob) => knob.refresh(kernel),
        _ => Ok(()),
    })
}

/// `begun` tells how many changes were begun when one fails. The answer is what failed and stopped nothing.
fn carry_out(
    machine: &Machine<'_>,
    entry: &mut Entry,
    kept: Vec<Wanted>,
    begun: &mut usize,
) -> Result<Vec<String>, Fault> {
    let mut notes = Vec::new();
    let mut wanted = forwards(&entry.changes);
    let is_free = |target: &String| wanted.iter().all(|one| one.target != *target);
    let kept: Vec<Wanted> = kept.into_iter().filter(|one| is_free(&one.target)).collect();
    wanted.extend(kept);
    for (place, change) in entry.changes.clone().iter().enumerate() {
        if machine.is_interrupted() {
            return Err(interrupted());
        }
        if matches!(change, Change::Command(command) if !command.afterwards) {
            // Written down before it is run: who takes it back later must know.
            entry.started += 1;
            if let Err(fault) = journal::write(machine.host, entry) {
                // It was not run.
                entry.started -= 1;
                return Err(fault);
            }
        }
        *begun = place + 1;
        match (change, machine.kernel) {
            (Change::File(file), _) => file.apply(machine.host)?,
            (Change::Knob(knob), Some(kernel)) => settle::set(kernel, &knob.target, &wanted)?,
            (Change::Command(command), Some(kernel)) => match run(machine, kernel, command) {
                Err(fault) if command.optional && !machine.is_interrupted() => notes.push(fault.to_string()),
                ran => ran?,
            },
            (Change::SwapFile(file), Some(_)) => file.apply(machine)?,
            (Change::SwapArea(area), Some(kernel)) => area.apply(machine, kernel)?,
            (_, None) => {}
        }
    }
    if let Some(kernel) = machine.kernel {
        settle::settle(kernel, &wanted).into_iter().next().map_or(Ok(()), Err)?;
        conclude(kernel, &mut entry.changes)?;
    }
    entry.state = State::Applied;
    journal::write(machine.host, entry)?;
    Ok(notes)
}

fn conclude(kernel: &dyn Kernel, changes: &mut [Change]) -> Result<(), Fault> {
    changes.iter_mut().try_for_each(|change| match change {
        Change::Knob(knob) => knob.conclude(kernel),
        _ => Ok(()),
    })
}

/// Runs a program and says how it failed.
fn run(machine: &Machine<'_>, kernel: &dyn Kernel, command: &CommandChange) -> Result<(), Fault> {
    let failed = |how| match machine.is_interrupted() {
        true => interrupted(),
        false => Fault::new(Exit::Failed, format!("`{}` failed: {how}", command.target)),
    };
    kernel.run(&command.words, Patience::Usual, &|| machine.may_go_on()).map_err(failed)
}

fn give_up(machine: &Machine<'_>, mut entry: Entry, begun: usize, cause: Fault) -> Fault {
    let back = take_back(&machine.unstoppable(), &entry, Extent::Begun(begun));
    entry.state = if back.left.is_empty() { State::RolledBack } else { State::Incomplete };
    entry.left.clone_from(&back.left);
    // Should this fail, the entry stays pending, and the next run finds that all is taken back.
    let written = journal::write(machine.host, &entry);
    let mut hints: Vec<String> = cause.hint.clone().into_iter().collect();
    let fault = if back.left.is_empty() {
        Fault::new(cause.exit, format!("{cause}; what was done before was taken back"))
    } else {
        let (left, id) = (back.left.join("; "), entry.id);
        hints.push(format!(
            "`memtune history {id}` shows it, `memtune undo {id} [--force]` takes the rest back"
        ));
        Fault::new(Exit::Incomplete, format!("{cause}; and this could not be taken back: {left}"))
    };
    if let Err(error) = written {
        hints.push(format!("the journal could not be closed ({error}); the next run does it"));
    }
    if hints.is_empty() { fault } else { fault.hint(hints.join("; ")) }
}
