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
use crate::limits::setting::presence;
use crate::limits::setting::restart::{Health, health};
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
    /// What tells its former start from this one.
    pub(super) invocation: &'r str,
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
    let Restarted { unit, manager, .. } = *restarted;
    match watch(restarted, host)? {
        (Health::Down(how), _) => Err(take_back(restarted, &how, host).into()),
        (Health::Starting, _) => {
            let message = format!(
                "`{unit}` is not up after {} s, and its limits are in force",
                LONGEST_START.as_secs()
            );
            Err(Fault::new(Exit::Refused, message)
                .hint(format!("`systemctl {}status {unit}` says what it waits for; `memtune undo {}` takes the limits back", manager.option(), restarted.id))
                .into())
        }
        (_, now) => {
            if !global.json {
                terminal.show(&limits::restarted::render(&now, manager, terminal.look))?;
            }
            Ok(Exit::Done)
        }
    }
}

fn watch(restarted: &Restarted<'_>, host: &Host) -> Result<(Health, Current), Fault> {
    let start = Instant::now();
    let mut up: Option<(Instant, u64)> = None;
    loop {
        let now = look(restarted, host)?;
        let health = health(&now, restarted.invocation, up.map(|(_, restarts)| restarts));
        let waiting = match (&health, up) {
            (Health::Down(_) | Health::Ended, _) => return Ok((health, now)),
            (Health::Up, Some((since, _))) if since.elapsed() >= STAYS_UP => return Ok((health, now)),
            (Health::Up, Some(_)) => "is up; waiting whether it stays so",
            (Health::Up, None) => {
                up = Some((Instant::now(), now.restarts));
                "is up; waiting whether it stays so"
            }
            (Health::Starting, _) if start.elapsed() >= LONGEST_START => return Ok((health, now)),
            (Health::Starting, _) => "starts",
        };
        progress::pause(&format!("{} {waiting} ({} s)", restarted.unit, start.elapsed().as_secs()));
    }
}

fn look(restarted: &Restarted<'_>, host: &Host) -> Result<Current, Fault> {
    let unit = UnitName::parse(restarted.unit)?;
    let read = current::read(host, restarted.manager, &unit);
    let read = read.map_err(|lacking| presence::unasked(&unit, &lacking))?;
    Ok(read.into_iter().next().unwrap_or_default())
}

/// What was there before comes back, the unit's former start included.
fn take_back(restarted: &Restarted<'_>, how: &str, host: &Host) -> Fault {
    let Restarted { unit, manager, id, .. } = *restarted;
    let log = format!("`journalctl {}-u {unit} -n 50` shows its last words", manager.option());
    let plan = undo::plan(host, &[id], Force::No);
    let undone = plan.and_then(|plan| {
        let command = format!("memtune undo {id}");
        change::apply(host, plan, &command, SystemTime::now(), &Attendant::of(host))
    });
    match undone {
        Ok(_) => Fault::new(
            Exit::Failed,
            format!("`{unit}` did not stay up with its new limits ({how}); they were taken back, and it is as it was before"),
        )
        .hint(log),
        Err(fault) => Fault::new(
            Exit::Incomplete,
            format!("`{unit}` did not stay up with its new limits ({how}), and they could not be taken back: {fault}"),
        )
        .hint(format!("`memtune undo {id} --force` takes them back; {log}")),
    }
}
