//! Plans that take entries back.

use std::collections::BTreeSet;

use crate::change::changes::{Change, Why, knob_name};
use crate::change::command::CommandChange;
use crate::change::journal::{self, Entry, Journal, State};
use crate::change::machine::Machine;
use crate::change::plan::{Area, Plan, is_idle};
use crate::exit::{Exit, Fault};
use crate::host::Host;

use super::back::{change_back, folders_back, lines_back};
use super::builders::refuse_builders;
use super::chain::{Chain, chains};
use super::drift::{Now, Standing, standing};
use super::ledger::Ledger;

/// Whether what somebody else changed since may be overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// It is refused.
    No,
    /// The caller has seen it and insists.
    Yes,
}

/// On what terms entries are taken back.
struct Terms<'t> {
    /// What is left alone.
    except: &'t BTreeSet<String>,
    force: Force,
    /// Whether programs are taken back as well.
    with_commands: bool,
}

/// The plan that takes the entries `ids` back; carrying it out marks them as undone.
///
/// # Errors
/// Refuses an entry that is not in force, one that a later entry builds upon, and, without [`Force::Yes`], to overwrite what
/// somebody else changed since; [`super::drifted`] shows that.
pub fn plan(host: &Host, ids: &[u64], force: Force) -> Result<Plan, Fault> {
    plan_on(&Machine::of(host), ids, force)
}

pub(in crate::change) fn plan_on(machine: &Machine<'_>, ids: &[u64], force: Force) -> Result<Plan, Fault> {
    let journal = journal::read(machine.host)?;
    let ids: BTreeSet<u64> = ids.iter().copied().collect();
    let selected = ids.iter().map(|&id| undoable(&journal, id)).collect::<Result<Vec<_>, _>>()?;
    refuse_builders(&journal, &selected, &BTreeSet::new())?;
    let mut plan = Plan::new(title(&selected), Area::Undo);
    let terms = Terms { except: &BTreeSet::new(), force, with_commands: true };
    add_steps(&mut plan, machine, &journal, &selected, &terms)?;
    plan.undoes = ids.into_iter().collect();
    Ok(plan)
}

/// Adds to `plan` the way back for what entries of `area` changed, but for the targets in `except`. A plan of [`Area::Undo`] that
/// takes back everything marks them as undone.
///
/// # Errors
/// As [`plan`]; what somebody else changed since is never overwritten.
pub fn take_back(plan: &mut Plan, host: &Host, area: Area, except: &BTreeSet<String>) -> Result<(), Fault> {
    take_back_on(plan, &Machine::of(host), area, except)
}

pub(in crate::change) fn take_back_on(
    plan: &mut Plan,
    machine: &Machine<'_>,
    area: Area,
    except: &BTreeSet<String>,
) -> Result<(), Fault> {
    let journal = match journal::read(machine.host) {
        // Others than root see the rest of the plan; they cannot carry it out anyway.
        Err(fault) if fault.exit == Exit::Privilege && plan.area != Area::Undo => {
            plan.note("whether an earlier profile changed more, which would be taken back along with this, only root can see");
            return Ok(());
        }
        journal => journal?,
    };
    let is_meant = |entry: &&Entry| entry.area == area && entry.is_in_force();
    let selected: Vec<&Entry> = journal.entries.iter().filter(is_meant).collect();
    refuse_builders(&journal, &selected, except)?;
    let is_whole = plan.area == Area::Undo && except.is_empty();
    let terms = Terms { except, force: Force::No, with_commands: is_whole };
    add_steps(plan, machine, &journal, &selected, &terms)?;
    if is_whole {
        plan.undoes.extend(selected.iter().map(|entry| entry.id));
    }
    Ok(())
}

fn title(selected: &[&Entry]) -> String {
    match selected {
        [entry] => format!("take back change {}: {}", entry.id, entry.title),
        _ => {
            let ids: Vec<String> = selected.iter().map(|entry| entry.id.to_string()).collect();
            format!("take back changes {}", ids.join(", "))
        }
    }
}

fn undoable(journal: &Journal, id: u64) -> Result<&Entry, Fault> {
    if let Some(damaged) = journal.unreadable.iter().find(|file| file.id == id) {
        let message = format!("`{}` cannot be read: {}", damaged.path, damaged.why);
        return Err(Fault::new(Exit::Refused, message).hint("what it changed has to be taken back by hand"));
    }
    let refused =
        |what: String| Err(Fault::new(Exit::Refused, what).hint("`memtune history` lists them all"));
    let Some(entry) = journal.entry(id) else {
        let message = format!("there is no change {id} in the journal");
        return Err(Fault::new(Exit::Usage, message).hint("`memtune history` lists them all"));
    };
    match (entry.state, entry.undone_by) {
        (State::Applied | State::Incomplete, _) => Ok(entry),
        (State::Undone, Some(by)) => refused(format!("change {id} was taken back already, by change {by}")),
        (State::Undone, None) => refused(format!("change {id} was taken back already")),
        (State::RolledBack, _) => {
            refused(format!("change {id} was not carried through, and nothing of it is left"))
        }
        (State::Pending, _) => refused(format!("change {id} is under way, or was cut short")),
    }
}

/// Adds the way back, step by step: the last thing done is the first taken back.
fn add_steps(
    plan: &mut Plan,
    machine: &Machine<'_>,
    journal: &Journal,
    selected: &[&Entry],
    terms: &Terms<'_>,
) -> Result<(), Fault> {
    let mut drifted = Vec::new();
    let (chains, ledger) = (chains(selected), Ledger::new(selected));
    for entry in selected.iter().rev() {
        for change in entry.changes.iter().rev() {
            if let Change::Command(command) = change {
                if terms.with_commands {
                    add_command(plan, entry, change, command);
                }
            } else if let Some(chain) = chains.iter().find(|chain| std::ptr::eq(chain.last, change)) {
                drifted.extend(add_target(plan, machine, journal, chain, &ledger, terms)?);
            }
        }
    }
    refuse_drifted(&drifted)
}

/// Adds the way back of one target; returns it where somebody else changed it.
fn add_target<'c, 'e>(
    plan: &mut Plan,
    machine: &Machine<'_>,
    journal: &Journal,
    chain: &'c Chain<'e>,
    ledger: &Ledger<'_>,
    terms: &Terms<'_>,
) -> Result<Option<(&'c Chain<'e>, String)>, Fault> {
    // Where the plan sets the twin of a knob, it sets that knob.
    if chain.last.touched().iter().any(|target| terms.except.contains(target)) {
        return Ok(None);
    }
    let now = match standing(machine, chain, ledger)? {
        None => return Ok(None),
        Some(Standing::Before) => {
            folders_back(machine, journal, chain).into_iter().for_each(|change| plan.push(change));
            return Ok(None);
        }
        Some(Standing::Ours(now)) => {
            plan.notes.extend(lost_edit(chain));
            now
        }
        Some(Standing::Shared(now, content)) => {
            let back = Some(lines_back(chain, now, content)).filter(|back| !is_idle(back));
            back.into_iter().for_each(|change| plan.push(change));
            return Ok(None);
        }
        Some(Standing::Drifted(now, _)) if terms.force == Force::Yes => now,
        // Where something else is applied, a knob that is not ours any more is left to whoever set it.
        Some(Standing::Drifted(Now::Knob(now), found)) if plan.area != Area::Undo => {
            plan.note(format!("{} is {now}, which somebody else set since, and stays", found.target));
            return Ok(None);
        }
        Some(Standing::Drifted(_, found)) => return Ok(Some((chain, found.target))),
        Some(Standing::Rebooted(now)) => {
            let name = knob_name(chain.last.target());
            plan.note(format!(
                "{name} is {now} since the last boot, which is not memtune's doing, and stays"
            ));
            return Ok(None);
        }
    };
    let change = change_back(machine, journal, ledger, chain, now)?.filter(|back| !is_idle(back));
    change.into_iter().for_each(|change| plan.push(change));
    Ok(None)
}

/// What was edited between two changes, and overwritten by the second of them, whose plan showed it.
fn lost_edit(chain: &Chain<'_>) -> Option<String> {
    let (_, found) = chain.broken_at?;
    Some(format!(
        "`{}` had been edited before change {} overwrote that: `memtune history {}` shows the edit, which does not come back",
        found.target(),
        chain.entry.id,
        chain.entry.id
    ))
}

fn refuse_drifted(drifted: &[(&Chain<'_>, String)]) -> Result<(), Fault> {
    let Some((chain, first)) = drifted.first() else { return Ok(()) };
    let others = match drifted.len() - 1 {
        0 => String::new(),
        1 => " (and another target)".to_owned(),
        count => format!(" (and {count} other targets)"),
    };
    let message = format!("`{first}`{others} was changed by somebody else since memtune set it");
    let id = chain.entry.id;
    Err(Fault::new(Exit::Refused, message).hint(format!(
        "`memtune undo {id} --force` overwrites that; `memtune history {id}` shows what was there"
    )))
}

fn add_command(plan: &mut Plan, entry: &Entry, change: &Change, command: &CommandChange) {
    if command.afterwards {
        plan.push(change.clone());
    } else if entry.state == State::Incomplete {
        plan.note(format!("`{}` may have been run, and is not taken back", command.target));
    } else if let Some(inverse) = command.inverse() {
        let why = Why::new(format!("as it was before change {}", entry.id), "the journal of memtune");
        plan.push(Change::Command(CommandChange { why, ..inverse }));
    }
}
