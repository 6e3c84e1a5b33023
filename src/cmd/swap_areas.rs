//! `memtune swap add`, `remove` and `resize`.

use anyhow::Result;

use crate::change::{Area, Plan};
use crate::cli::Global;
use crate::exit::Exit;
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::swap::add::{self, Planned, Request};
use crate::swap::{remove, resize};
use crate::sys::size::Size;
use crate::ui::terminal::Terminal;

use super::planned::{self, Approval};

pub(super) fn add(request: &Request, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    if let Some(bar) = add::bar(&Readings::new(host, None)) {
        let path = request.path.as_deref().unwrap_or("/swapfile");
        return refuse("add swap", path, bar, global, host, terminal);
    }
    planned::recover(Approval::of(global), global, host, terminal)?;
    let planned = planned::with_sudo(add::plan(&Readings::new(host, None), request))?;
    carry_out(planned, global, host, terminal)
}

pub(super) fn remove(
    area: &str,
    keeps_file: bool,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    if let Some(bar) = add::bar(&Readings::new(host, None)) {
        return refuse(&format!("remove the swap area {area}"), area, bar, global, host, terminal);
    }
    let approval = Approval::of(global);
    planned::recover(approval, global, host, terminal)?;
    let plan = planned::with_sudo(remove::plan(&Readings::new(host, None), area, keeps_file))?;
    planned::carry_out(plan, approval, global, host, terminal)
}

pub(super) fn resize(
    area: &str,
    size: Size,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    if let Some(bar) = add::bar(&Readings::new(host, None)) {
        return refuse(&format!("resize the swap file {area}"), area, bar, global, host, terminal);
    }
    planned::recover(Approval::of(global), global, host, terminal)?;
    let planned = planned::with_sudo(resize::plan(&Readings::new(host, None), area, size))?;
    carry_out(planned, global, host, terminal)
}

/// The same answer as from any other plan that is not safe.
fn refuse(
    title: &str,
    target: &str,
    bar: String,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let mut plan = Plan::new(title, Area::Swap);
    plan.refuse(target, bar);
    planned::carry_out(plan, Approval::of(global), global, host, terminal)
}

/// Carries it out, and says what the kernel lists then. Where the answer was no, nothing is listed, and nothing said.
fn carry_out(planned: Planned, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let Planned { plan, path } = planned;
    let approval = Approval::of(global);
    let exit = planned::carry_out(plan, approval, global, host, terminal)?;
    let is_told = exit == Exit::Done && !global.json && !global.dry_run;
    if let Some(proof) = add::proof(host, &path).filter(|_| is_told) {
        terminal.show(&format!("\n{proof}\n"))?;
    }
    Ok(exit)
}
