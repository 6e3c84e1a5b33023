//! `memtune undo`.

use anyhow::Result;
use serde::Serialize;

use crate::change::journal::{self, Entry};
use crate::change::undo::{self, Force};
use crate::change::{self, Area, Plan, Recovered};
use crate::cli::Global;
use crate::exit::{Exit, Fault};
use crate::host::Host;
use crate::ui::progress::Follower;
use crate::ui::terminal::Terminal;
use crate::ui::{json, plan as shown};

use super::planned::{self, Approval};

#[derive(Serialize)]
struct Answer<'r> {
    schema: &'static str,
    #[serde(flatten)]
    recovered: &'r Recovered,
}

/// Runs the command: takes back the change with the number `id`, or else the last one that is still in force. One that was cut
/// short comes before all others.
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
        return finish(pending, approval, global, host, terminal);
    }
    planned::recover(approval, global, host, terminal)?;
    let Some(id) = id.or_else(|| journal.last_in_force().map(|entry| entry.id)) else {
        let nothing = Plan::new("take back the last change", Area::Undo);
        return planned::carry_out(nothing, approval, global, host, terminal);
    };
    let plan = planned::or_show_drift(undo::plan(host, &[id], force), &[id], global, host, terminal)?;
    planned::carry_out(plan, approval, global, host, terminal)
}

/// Takes back what was cut short. It is asked for already, so there is no question.
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
    planned::with_sudo(may_write(host))?;
    let Some(recovered) = change::recover(host, &Follower::new())? else {
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

fn pending_plan(pending: &Entry) -> Plan {
    let title =
        format!("take back change {}, which is under way or was cut short: {}", pending.id, pending.title);
    let mut plan = Plan::new(title, Area::Undo);
    plan.note(format!("`memtune history {}` shows what it was about to do", pending.id));
    plan
}

fn may_write(host: &Host) -> Result<(), Fault> {
    if change::may_write(host) {
        return Ok(());
    }
    Err(Fault::new(Exit::Privilege, "taking a change back needs root"))
}
