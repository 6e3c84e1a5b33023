//! From a plan to its end: shown, agreed to, carried out. Every command that writes goes through here.

use std::time::SystemTime;

use anyhow::Result;
use serde::Serialize;

use crate::change::journal::Entry;
use crate::change::undo;
use crate::change::{self, Plan, Recovered};
use crate::cli::Global;
use crate::exit::{Exit, Fault};
use crate::host::Host;
use crate::ui::terminal::Terminal;
use crate::ui::{json, message, plan as shown, prompt};

use super::attendant::Attendant;

/// How far the caller agrees beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// Whether the plan shall only be shown.
    pub dry_run: bool,
    /// Whether it shall be carried out without a question.
    pub yes: bool,
}

impl Approval {
    /// As the options say.
    pub fn of(global: &Global) -> Self {
        Self { dry_run: global.dry_run, yes: global.yes }
    }

    /// To show the plan, and no more.
    pub fn dry_run() -> Self {
        Self { dry_run: true, yes: false }
    }
}

/// What a program is told about a plan, and about its number in the journal once it is applied.
#[derive(Serialize)]
struct Answer<'p> {
    #[serde(flatten)]
    plan: &'p Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<u64>,
}

/// Shows `plan` and, where it may, carries it out.
///
/// # Errors
/// Says why a question could not be asked, or why the plan failed.
pub fn carry_out(
    plan: Plan,
    approval: Approval,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let plan = plan.for_host(host);
    if global.json {
        for_programs(plan, approval, host, terminal)
    } else {
        for_people(plan, approval, host, terminal)
    }
}

/// Takes back what an earlier run had left half done, and says so; in a tree, whose journal may come from anywhere, once that is
/// agreed to. Who plans from what is there calls this first. Where nothing may be written, it is only pointed out.
///
/// # Errors
/// Refuses while another memtune is at work, where it was not agreed to, and where nobody could be asked about the plan that follows.
pub fn recover(approval: Approval, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<()> {
    if approval.dry_run || !change::may_write(host) {
        // Only root may look into the journal.
        if let Some(pending) = change::pending(host).ok().flatten() {
            let (id, title) = (pending.id, &pending.title);
            message::warning(&format!(
                "change {id} ({title}) is under way, or was cut short: this plan goes by what is there now; the next run that writes takes it back first"
            ));
        }
        return Ok(());
    }
    if let Some(pending) = change::pending(host)? {
        if !host.is_live() {
            ask_first(&pending, approval, global, host, terminal)?;
        } else if !approval.yes && (global.json || !prompt::can_ask()) {
            return Err(nobody_to_ask(&pending).into());
        }
    }
    match change::recover(host, &Attendant::of(host))? {
        Some(recovered) if global.json => {
            let Recovered { id, title, undoes, left, .. } = &recovered;
            let left = left.iter().map(|left| format!("; left: {left}"));
            let rest: String =
                left.chain(undoes.iter().map(|id| format!("; change {id} is in force again"))).collect();
            message::warning(&format!("change {id} ({title}) had been cut short, and was taken back{rest}"));
        }
        Some(recovered) => terminal.show(&shown::recovered(&recovered, terminal.look))?,
        None => {}
    }
    Ok(())
}

/// Nothing is turned off or deleted for a plan that then cannot be agreed to.
fn nobody_to_ask(pending: &Entry) -> Fault {
    let (id, title) = (pending.id, &pending.title);
    let message =
        format!("change {id} ({title}) is under way, or was cut short, and nobody can be asked about it");
    Fault::new(Exit::Usage, message)
        .hint(format!("pass -y to have it taken back; `memtune undo {id} -n` shows what that does"))
}

/// Asks whether `pending` shall be taken back, unless that was agreed to beforehand.
///
/// # Errors
/// Refuses where the answer is no, and where nobody can be asked.
pub(super) fn ask_first(
    pending: &Entry,
    approval: Approval,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<()> {
    if approval.yes {
        return Ok(());
    }
    let id = pending.id;
    if global.json {
        let message = format!("change {id} was cut short, and with `--json` nobody can be asked about it");
        return Err(Fault::new(Exit::Usage, message).hint("pass -y to have it taken back").into());
    }
    terminal.show(&shown::cut_short(pending, terminal.look))?;
    if prompt::confirm(&format!("Take back change {id}{}?", place(host)))? {
        return Ok(());
    }
    let message = format!("change {id} is still half done, and nothing was changed");
    Err(Fault::new(Exit::Refused, message).hint(format!("`memtune history {id}` shows it")).into())
}

/// Shows what somebody else changed since, where that is why the entries `ids` cannot be taken back.
///
/// # Errors
/// The one that came.
pub fn or_show_drift(
    answer: Result<Plan, Fault>,
    ids: &[u64],
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Plan> {
    if answer.as_ref().is_err_and(|fault| fault.exit == Exit::Refused) && !global.json {
        let drifted = undo::drifted(host, ids)?;
        if !drifted.is_empty() {
            terminal.show(&shown::drift(&drifted, terminal.look))?;
        }
    }
    Ok(answer?)
}

/// Adds what to type where an answer needs root.
///
/// # Errors
/// The one that came.
pub fn with_sudo<T>(answer: Result<T, Fault>) -> Result<T, Fault> {
    answer.map_err(|fault| match fault.exit {
        Exit::Privilege => fault.hint(for_sudo()),
        _ => fault,
    })
}

fn for_people(plan: Plan, approval: Approval, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    terminal.show(&shown::render(&plan, terminal.look))?;
    if let Some(exit) = without_writing(&plan, approval) {
        return Ok(exit);
    }
    if let Err(fault) = change::refuse_unwritable(host) {
        if fault.exit != Exit::Privilege {
            return Err(fault.into());
        }
        terminal.show(&shown::needs_root(&for_sudo(), terminal.look))?;
        return Ok(Exit::Privilege);
    }
    if !approval.yes && !prompt::confirm(&question(&plan, host))? {
        terminal.show("Nothing was changed.\n")?;
        return Ok(Exit::Done);
    }
    let applied = change::apply(host, plan, &typed(), SystemTime::now(), &Attendant::of(host))?;
    if let Some(recovered) = &applied.recovered {
        terminal.show(&shown::recovered(recovered, terminal.look))?;
    }
    terminal.show(&shown::applied(&applied, &in_same_tree(host), terminal.look))?;
    Ok(Exit::Done)
}

fn for_programs(mut plan: Plan, approval: Approval, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    if let Some(exit) = without_writing(&plan, approval) {
        terminal.show(&json::object(&Answer { plan: &plan, applied: None })?)?;
        return Ok(exit);
    }
    let answer = with_sudo(change::refuse_unwritable(host));
    if answer.is_err() {
        terminal.show(&json::object(&Answer { plan: &plan, applied: None })?)?;
        return Ok(answer.map(|()| Exit::Done)?);
    }
    if !approval.yes {
        let fault = Fault::new(Exit::Usage, "with `--json` no question can be asked");
        return Err(fault.hint("pass -n to see the plan, or -y to carry it out").into());
    }
    let applied = change::apply(host, plan.clone(), &typed(), SystemTime::now(), &Attendant::of(host))?;
    applied.notes.into_iter().for_each(|note| plan.note(note));
    terminal.show(&json::object(&Answer { plan: &plan, applied: Some(applied.id) })?)?;
    Ok(Exit::Done)
}

/// How it ends where nothing is written, whoever asks.
fn without_writing(plan: &Plan, approval: Approval) -> Option<Exit> {
    if !plan.refused().is_empty() {
        return Some(Exit::Refused);
    }
    (plan.is_empty() || approval.dry_run).then_some(Exit::Done)
}

fn question(plan: &Plan, host: &Host) -> String {
    let mut title = plan.title.chars();
    let capital: String = title.next().into_iter().flat_map(char::to_uppercase).chain(title).collect();
    format!("{capital}{}?", place(host))
}

fn place(host: &Host) -> String {
    host.folder().map(|folder| format!(" in {}", folder.display())).unwrap_or_default()
}

/// What was typed, for the journal; where the program lies does not matter there.
fn typed() -> String {
    let mut words: Vec<String> = std::env::args().collect();
    if let Some(program) = words.first_mut() {
        *program = program.rsplit('/').next().unwrap_or_default().to_owned();
    }
    change::typed(&words)
}

/// What to type for the same with root's rights. sudo looks for programs in fewer places than the caller's shell.
fn for_sudo() -> String {
    let full = std::env::current_exe().ok().map(|path| path.display().to_string());
    let mut words: Vec<String> = std::env::args().collect();
    if let (Some(full), Some(program)) = (full, words.first_mut()) {
        *program = full;
    }
    format!("sudo {}", change::typed(&words))
}

/// How memtune is called for the same tree again.
fn in_same_tree(host: &Host) -> String {
    match host.folder() {
        Some(folder) => {
            let folder = folder.display().to_string();
            format!("memtune --root {}", change::typed(&[folder]))
        }
        None => "sudo memtune".to_owned(),
    }
}
