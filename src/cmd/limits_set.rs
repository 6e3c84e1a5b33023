//! `memtune limits set` and `memtune limits unset`.

use anyhow::Result;

use crate::change::journal;
use crate::cli::{Global, SetLimits, UnsetLimits, Whose};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::unit_listing;
use crate::host::Host;
use crate::limits::setting::manager::Manager;
use crate::limits::setting::own_file::ByHand;
use crate::limits::setting::set::{self, Planning};
use crate::limits::setting::unset;
use crate::ui::plan as shown;
use crate::ui::terminal::Terminal;

use super::limits_restart::{self, Restarted};
use super::planned::{self, Approval};

pub(super) fn set(wanted: &SetLimits, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let approval = Approval::of(global);
    planned::recover(approval, global, host, terminal)?;
    let manager = manager(wanted.whose.user, host)?;
    let request = set::Request {
        unit: wanted.unit.clone(),
        manager: manager.clone(),
        values: wanted.values.clone(),
        restarts: wanted.restart,
        keeps_leftovers: wanted.keep_leftovers,
        by_hand: by_hand(&wanted.whose),
    };
    let planning = planned::with_sudo(set::plan(&Readings::new(host, None), &request))?;
    show_edit(&planning, global, terminal)?;
    let Planning { plan, unit, before, .. } = planning;
    let changes_limits = plan.files().next().is_some();
    let last = last_change(host);
    let exit = planned::carry_out(plan, approval, global, host, terminal)?;
    let id = last_change(host).filter(|&id| Some(id) != last);
    match id.filter(|_| wanted.restart && exit == Exit::Done) {
        Some(id) => {
            let restarted = Restarted { unit: &unit, manager: &manager, before: &before, changes_limits, id };
            limits_restart::follow(&restarted, global, host, terminal)
        }
        None => Ok(exit),
    }
}

pub(super) fn unset(
    wanted: &UnsetLimits,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let approval = Approval::of(global);
    planned::recover(approval, global, host, terminal)?;
    let request = unset::Request {
        unit: wanted.unit.clone(),
        manager: manager(wanted.whose.user, host)?,
        properties: wanted.properties.clone(),
        by_hand: by_hand(&wanted.whose),
    };
    let planning = planned::with_sudo(unset::plan(&Readings::new(host, None), &request))?;
    show_edit(&planning, global, terminal)?;
    planned::carry_out(planning.plan, approval, global, host, terminal)
}

/// Shows what somebody else wrote into the drop-in, above the plan that is refused for it.
fn show_edit(planning: &Planning, global: &Global, terminal: &mut Terminal) -> Result<()> {
    if let Some(edited) = planning.edited.as_ref().filter(|_| !global.json) {
        let text = shown::drift(std::slice::from_ref(edited), terminal.look);
        terminal.show(&(text + "\n"))?;
    }
    Ok(())
}

/// Whose systemd `--user`, or its absence, means.
pub(super) fn manager(user: bool, host: &Host) -> Result<Manager, Fault> {
    if !user {
        return Ok(Manager::System);
    }
    Manager::of_user(host, rustix::process::geteuid().as_raw(), sudo_caller())
}

/// Whose systemd they mean where nothing is set: the same, as far as it is one that can be asked.
pub(super) fn listed(user: bool, host: &Host) -> unit_listing::Manager {
    let is_root = rustix::process::geteuid().is_root();
    match sudo_caller().filter(|&number| number != 0 && is_root && host.is_live()) {
        _ if !user => unit_listing::Manager::System,
        Some(number) => unit_listing::Manager::UserOf(number),
        None => unit_listing::Manager::User,
    }
}

fn sudo_caller() -> Option<u32> {
    std::env::var("SUDO_UID").ok().and_then(|number| number.parse().ok())
}

fn by_hand(whose: &Whose) -> ByHand {
    if whose.force { ByHand::Kept } else { ByHand::Refused }
}

/// The newest change of the journal; only root can see it.
fn last_change(host: &Host) -> Option<u64> {
    journal::read(host).ok()?.last_in_force().map(|entry| entry.id)
}
