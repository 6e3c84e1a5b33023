//! `memtune swap zram` and `memtune swap zswap`.

use anyhow::Result;

use crate::change::Plan;
use crate::cli::{Global, Switch, Zswap};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::profile::Target;
use crate::swap::settings::Held;
use crate::swap::zram;
use crate::swap::zswap::{self, Request};
use crate::sys::size::Size;
use crate::tune::active;
use crate::ui::terminal::Terminal;

use super::planned::{self, Approval};

/// Runs `memtune swap zram`.
///
/// # Errors
/// Says what was typed wrongly, what is refused, or what could not be done.
pub(super) fn zram(size: &str, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let size = if size == "off" { None } else { Some(parsed(size)?) };
    carry_out(global, host, terminal, |readings| match size {
        Some(size) => zram::on::plan(size, readings, &held(host)?),
        None => zram::off::plan(readings, &held(host)?),
    })
}

/// Runs `memtune swap zswap`.
///
/// # Errors
/// Says what was typed wrongly, what is refused, or what could not be done.
pub(super) fn zswap(wanted: &Zswap, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let request = Request {
        on: wanted.switch == Switch::On,
        compressor: wanted.compressor.clone(),
        pool: wanted.pool.as_deref().map(percent).transpose()?,
    };
    carry_out(global, host, terminal, |readings| zswap::plan(&request, readings, &held(host)?))
}

fn carry_out(
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
    plan: impl FnOnce(&Readings) -> Result<Plan, Fault>,
) -> Result<Exit> {
    let approval = Approval::of(global);
    planned::recover(approval, global, host, terminal)?;
    let plan = planned::with_sudo(plan(&Readings::new(host, None)))?;
    planned::carry_out(plan, approval, global, host, terminal)
}

fn parsed(size: &str) -> Result<Size, Fault> {
    let wrong = |wrong: crate::sys::size::Wrong| Fault::new(Exit::Usage, wrong.to_string());
    size.parse::<Size>().map_err(wrong).map_err(|fault| fault.hint("`off` gives compressed swap up"))
}

/// Whole per cents; zswap knows no others.
fn percent(text: &str) -> Result<u8, Fault> {
    let number = text.strip_suffix('%').unwrap_or(text).parse::<u8>().ok().filter(|percent| *percent <= 100);
    number.ok_or_else(|| {
        Fault::new(Exit::Usage, format!("`{}` is no share of memory", text.escape_debug()))
            .hint("a whole number of per cents such as `25%`")
    })
}

/// The knobs that the active profile holds: these it alone changes.
fn held(host: &Host) -> Result<Held, Fault> {
    let wanted = active::read(host)?.map(|active| active.wanted).unwrap_or_default();
    let names = wanted.into_iter().filter_map(|one| match one.target {
        Target::Sysctl(name) | Target::Sys(name) => Some(name),
        Target::Unit(_) => None,
    });
    Ok(names.collect())
}
