//! `memtune limits suggest`.

use anyhow::Result;

use crate::cli::{AskSuggestion, Global};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::limits::suggestion::target::Target;
use crate::limits::suggestion::whole::{Request, Suggestion};
use crate::ui::json;
use crate::ui::limits::suggestion as shown;
use crate::ui::terminal::Terminal;

use super::limits::on_same_machine;
use super::{limits_set, limits_watch};

pub(super) fn suggest(
    asked: &AskSuggestion,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let from = limits_set::listed(asked.user, host);
    let find = || {
        let readings = Readings::new(host, None);
        Target::find(&readings, from, &asked.unit)
    };
    let mut target = find()?;
    // A unit of a user's is listed with those of the machine, too.
    let told = limits_set::manager(asked.user || target.entry.user, host)?;
    let mut observation = None;
    if let Some(time) = asked.observe {
        observation = Some(limits_watch::watch(&target, &told, time, global, host)?);
        // Meanwhile it has held more, or has ended: then what was known of it before counts.
        target = find().unwrap_or(target);
    }
    let readings = Readings::new(host, None);
    let suggestion = Suggestion::of(&readings, &target, Request { asked: from, told, observation })?;
    let program = on_same_machine(host);
    let text = match (global.json, global.quiet) {
        (true, _) => json::object(&suggestion)?,
        (_, true) => shown::command(&suggestion, &program),
        _ => shown::render(&suggestion, &program, terminal.look),
    };
    match suggestion.obstacles.first().filter(|_| global.quiet && !global.json) {
        // A script that asks for the command shall not take its absence for content.
        Some(obstacle) => Err(refused(&suggestion, obstacle).into()),
        None => {
            terminal.show(&text)?;
            Ok(Exit::Done)
        }
    }
}

fn refused(suggestion: &Suggestion, obstacle: &str) -> Fault {
    let unit = &suggestion.unit;
    Fault::new(Exit::Refused, format!("what is suggested for `{unit}` would not be taken: {obstacle}"))
        .hint("without --quiet all of it is shown")
}
