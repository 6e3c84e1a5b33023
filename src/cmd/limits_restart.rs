//! Follows a unit that was started anew, until it is clear that it stays up; where it does not, its limits are taken back.

use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;

use crate::change;
use crate::change::undo::{self, Force};
use crate::cli::Global;
use crate::exit::{Exit, Fault};
use crate::host::Host;
use crate::limits::setting::current::{self, Current};
use crate::limits::setting::manager::Manager;
use crate::limits::setting::restart::{Before, Health, health};
use crate::limits::unit_name::UnitName;
use crate::ui::terminal::Terminal;
use crate::ui::{limits, progress};

use super::attendant::Attendant;

/// systemd gives a unit a minute and a half to start; a large model may take longer to load.
const LONGEST_START: Duration = Duration::from_secs(600);

/// What dies of its limits does so soon after its start.
const STAYS_UP: Duration = Duration::from_secs(5);

/// A unit that was started anew by change `id`.
pub(super) struct Restarted<'r> {
    pub(super) unit: &'r str,
    pub(super) manager: &'r Manager,
    /// The unit before that.
    pub(super) before: &'r Current,
    /// Whether the change gave it other limits, too.
    pub(super) changes_limits: bool,
    pub(super) id: u64,
}

/// Waits until it is up and has stayed so, and shows its state.
///
/// # Errors
/// Says how it ended, once its limits are taken back.
pub(super) fn follow(
    restarted: &Restarted<'_>,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let Restarted { manager, before, .. } = *restarted;
    let (health, now) = watch(restarted, &before.invocation, host);
    match health {
        Health::Down(how) if restarted.changes_limits => Err(take_back(restarted, &how, &now, host).into()),
        Health::Down(how) => Err(not_up(restarted, &how).into()),
        Health::Starting => Err(not_up_yet(restarted).into()),
        Health::Up | Health::Ended => {
            if !global.json {
                terminal.show(&limits::restarted::render(&now, manager, terminal.look))?;
            }
            Ok(Exit::Done)
        }
    }
}

/// Looks at the unit until it is clear what becomes of the start that follows the one called `invocation`.
fn watch(restarted: &Restarted<'_>, invocation: &str, host: &Host) -> (Health, Current) {
    let start = Instant::now();
    let mut up_since: Option<Instant> = None;
    let mut before = Before { invocation, ..Before::default() };
    loop {
        // What a machine that is short of memory does not answer in time it may answer later.
        let now = look(restarted, host).unwrap_or_default();
        let health = health(&now, &before);
        before.has_started |= before.is_over(&now);
        let waiting = match (&health, up_since) {
            (Health::Down(_) | Health::Ended, _) => return (health, now),
            (Health::Up, Some(since)) if since.elapsed() >= STAYS_UP => return (health, now),
            (Health::Up, _) => {
                up_since = up_since.or_else(|| Some(Instant::now()));
                before.restarts = before.restarts.or(Some(now.restarts));
                "is up; waiting whether it stays so"
            }
            (Health::Starting, _) if start.elapsed() >= LONGEST_START => return (health, now),
            (Health::Starting, _) => "starts",
        };
        progress::pause(&format!("{} {waiting} ({} s)", restarted.unit, start.elapsed().as_secs()));
    }
}

fn look(restarted: &Restarted<'_>, host: &Host) -> Option<Current> {
    let unit = UnitName::parse(restarted.unit).ok()?;
    current::read(host, restarted.manager, &unit).ok()?.into_iter().next()
}

fn not_up_yet(restarted: &Restarted<'_>) -> Fault {
    let Restarted { unit, manager, id, changes_limits, .. } = *restarted;
    let status = format!("`systemctl {}status {unit}` says what it waits for", manager.option());
    let seconds = LONGEST_START.as_secs();
    match changes_limits {
        true => Fault::new(
            Exit::Incomplete,
            format!("`{unit}` is not up after {seconds} s, and its limits are in force"),
        )
        .hint(format!("{status}; `memtune undo {id}` takes the limits back")),
        false => Fault::new(
            Exit::Incomplete,
            format!("`{unit}` is not up after {seconds} s; its limits are as they were"),
        )
        .hint(status),
    }
}

/// Where only the start was new there is nothing that could be taken back.
fn not_up(restarted: &Restarted<'_>, how: &str) -> Fault {
    let message = format!("`{}` did not stay up ({how}); its limits are as they were before", restarted.unit);
    Fault::new(Exit::Incomplete, message).hint(last_words(restarted))
}

fn last_words(restarted: &Restarted<'_>) -> String {
    format!("`journalctl {}-u {} -n 50` shows its last words", restarted.manager.option(), restarted.unit)
}

/// What was there before comes back, the unit's former start included; `now` is how it ended.
fn take_back(restarted: &Restarted<'_>, how: &str, now: &Current, host: &Host) -> Fault {
    let Restarted { unit, before, id, .. } = *restarted;
    let log = last_words(restarted);
    let plan = undo::plan(host, &[id], Force::No);
    let undone = plan.and_then(|plan| {
        let command = format!("memtune undo {id}");
        change::apply(host, plan, &command, SystemTime::now(), &Attendant::of(host))
    });
    let died = format!("`{unit}` did not stay up with its new limits ({how})");
    if let Err(fault) = undone {
        return Fault::new(Exit::Incomplete, format!("{died}, and they could not be taken back: {fault}"))
            .hint(format!("`memtune undo {id} --force` takes them back; {log}"));
    }
    let (exit, state) = match before.is_active().then(|| watch(restarted, &now.invocation, host).0) {
        None => (Exit::Failed, "and it is stopped, as it was before".to_owned()),
        Some(Health::Up) => (Exit::Failed, "and it runs as before".to_owned()),
        Some(Health::Ended) => (Exit::Failed, "and it has done its work as before".to_owned()),
        Some(Health::Starting) => {
            (Exit::Incomplete, "but it has not come up with the former ones yet".to_owned())
        }
        Some(Health::Down(how)) => {
            (Exit::Incomplete, format!("but it does not stay up with the former ones, either ({how})"))
        }
    };
    Fault::new(exit, format!("{died}; they were taken back, {state}")).hint(log)
}
