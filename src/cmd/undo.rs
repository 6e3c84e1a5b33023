//! `memtune undo`.

use anyhow::Result;
use serde::Serialize;

use crate::change::journal::{self, Entry, Journal};
use crate::change::undo::{self, Force};
use crate::change::{self, Area, Plan, Recovered};
use crate::cli::Global;
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::{Host, Lacking};
use crate::limits::setting::undone;
use crate::swap::draining;
use crate::ui::terminal::Terminal;
use crate::ui::{json, plan as shown};

use super::attendant::Attendant;
use super::planned::{self, Approval};

#[derive(Serialize)]
struct Answer<'r> {
    schema: &'static str,
    #[serde(flatten)]
    recovered: &'r Recovered,
}

/// Runs the command: takes back the change with the number `id`, or else the last one that is still in force. One that was cut
/// short comes before all others; where that was an undo, it is begun anew.
///
/// # Errors
/// Says why it cannot be taken back, and shows what somebody else changed since.
pub fn run(
    id: Option<u64>,
    force: Force,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let approval = Approval::of(global);
    let journal = planned::with_sudo(journal::read(host))?;
    if let Some(pending) = journal.pending().filter(|pending| id.is_none_or(|id| id == pending.id)) {
        // An undo that was cut short and is not named itself is what was wanted: once recovered, it is begun anew.
        if id.is_some() || approval.dry_run || pending.undoes.is_empty() {
            return finish(pending, approval, global, host, terminal);
        }
        planned::with_sudo(change::refuse_unwritable(host))?;
    }
    planned::recover(approval, global, host, terminal)?;
    let ids = id.map_or_else(|| last(&journal), |id| vec![id]);
    if ids.is_empty() {
        return nothing(&journal, global, host, terminal);
    }
    let mut plan = planned::or_show_drift(undo::plan(host, &ids, force), &ids, global, host, terminal)?;
    refuse_too_much(&mut plan, host)?;
    planned::carry_out(plan, approval, global, host, terminal)
}

/// There is nothing to take back, which is no failure.
fn nothing(journal: &Journal, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let why = match journal.entries.is_empty() {
        true => "memtune has changed nothing here, so there is nothing to take back",
        false => "nothing is left to take back: no change of memtune's is in force here",
    };
    if global.json {
        let mut plan = Plan::new("take back the last change", Area::Undo);
        plan.note(why);
        return planned::carry_out(plan, Approval::of(global), global, host, terminal);
    }
    terminal.show(&shown::nothing(why, terminal.look))?;
    Ok(Exit::Done)
}

/// What turned swap on is taken back only where memory can take what the area holds by now, and what lifted a limit only where the unit
/// has not outgrown the one before.
fn refuse_too_much(plan: &mut Plan, host: &Host) -> Result<(), Fault> {
    if !host.is_live() {
        return Ok(());
    }
    let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
    let readings = Readings::new(host, None);
    let too_much = draining::too_much(&readings, plan).map_err(failed)?;
    let judged = undone::judge(&readings, plan).map_err(failed)?;
    judged.refused.into_iter().for_each(|(property, why)| plan.refuse(property, why));
    judged.notes.into_iter().for_each(|note| plan.note(note));
    if let Some(too_much) = too_much {
        plan.refuse(&too_much.paths, format!("{}; {}", too_much.reason(), too_much.remedy()));
    }
    Ok(())
}

/// What is taken back where no change is named.
fn last(journal: &Journal) -> Vec<u64> {
    match journal.pending() {
        Some(pending) => pending.undoes.clone(),
        None => journal.last_in_force().map(|entry| entry.id).into_iter().collect(),
    }
}

/// Takes back what was cut short. On this machine it is asked for already; the journal of a tree may come from anywhere.
fn finish(
    pending: &Entry,
    approval: Approval,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    if approval.dry_run {
        return planned::carry_out(pending_plan(pending), approval, global, host, terminal);
    }
    planned::with_sudo(change::refuse_unwritable(host))?;
    if !host.is_live() {
        planned::ask_first(pending, approval, global, host, terminal)?;
    }
    let Some(recovered) = change::recover(host, &Attendant::of(host))? else {
        // It ended by itself between two looks at the journal.
        return Err(Fault::new(Exit::Refused, format!("change {} is no longer under way", pending.id))
            .hint("see `memtune history`, and try again")
            .into());
    };
    let text = if global.json {
        json::object(&Answer { schema: "memtune.recovered/1", recovered: &recovered })?
    } else {
        shown::recovered(&recovered, terminal.look)
    };
    terminal.show(&text)?;
    Ok(if recovered.left.is_empty() { Exit::Done } else { Exit::Incomplete })
}

/// Its steps, so that they can be seen beforehand.
fn pending_plan(pending: &Entry) -> Plan {
    let mut plan = pending.plan();
    plan.title = format!(
        "take back change {}, which is under way or was cut short, as far as it came: {}",
        pending.id, pending.title
    );
    plan.note(
        "these are the steps that it was about to do; what of them was done is taken back, the last first",
    );
    plan
}
