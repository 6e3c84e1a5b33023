//! `memtune watch explain` and `memtune watch status --last`: what would be done, and what was.

use std::io::{self, IsTerminal};

use anyhow::Result;

use crate::cli::Global;
use crate::exit::{Exit, Fault};
use crate::host::{Host, IfThere};
use crate::ui::terminal::Terminal;
use crate::ui::{json, message, watch as shown};
use crate::watch::account::state::{self, State};
use crate::watch::account::state_story;
use crate::watch::watchdog::explain as look;

use super::watch_settings;

/// Says who would be ended now.
///
/// # Errors
/// Says what is wrong with the settings, or why the machine cannot be looked at.
pub(super) fn explain(
    config: Option<&str>,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    if !host.is_live() {
        return Err(Fault::new(Exit::Usage, "a tree has no processes that could be ended").into());
    }
    let (settings, _) =
        watch_settings::read(config, host).map_err(|wrong| watch_settings::refused(&wrong))?;
    let watchdog = read(host).ok().flatten().map(|state| state.pid).filter(|&pid| runs(pid, host));
    let explanation = look(&settings, watchdog)
        .map_err(|error| Fault::new(Exit::Failed, format!("cannot look at this machine: {error}")))?;
    if global.json {
        terminal.show(&explanation.line())?;
    } else {
        let width = io::stdout().is_terminal().then_some(terminal.look.width);
        terminal.show(&(shown::supposed(explanation.level(), terminal.look) + &explanation.story(width)))?;
    }
    explanation.unseen().iter().for_each(|unseen| message::warning(unseen));
    Ok(Exit::Done)
}

/// Tells the story of the last kills.
///
/// # Errors
/// Says why the state that a watchdog leaves cannot be read.
pub(super) fn last(most: usize, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    let state = read(host)?;
    let text = match (&state, global.json) {
        (state, true) => json::object(&shown::kills(state.as_ref(), most))?,
        (Some(state), false) => state_story::tell(state, most, runs(state.pid, host)),
        (None, false) => "No watchdog has run since the boot.\n".to_owned(),
    };
    terminal.show(&text)?;
    Ok(if state.is_some() { Exit::Done } else { Exit::Findings })
}

/// What the last watchdog left; `None` where none has run since the boot.
fn read(host: &Host) -> Result<Option<State>, Fault> {
    let unreadable = |why: String| Fault::new(Exit::Failed, format!("cannot read `{}`: {why}", state::PLACE));
    let text = host.read(state::PLACE).if_there();
    let Some(text) = text.map_err(|lacking| Fault::new(Exit::Failed, lacking.to_string()))? else {
        return Ok(None);
    };
    State::parse(&text).map(Some).map_err(unreadable)
}

/// Whether that process is a watchdog, and there. Of a tree nobody knows.
fn runs(pid: u32, host: &Host) -> bool {
    host.is_live() && host.read(&format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with("memtune"))
}
