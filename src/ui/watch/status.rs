//! How the watchdog is, and what it answers.

use std::time::Duration;

use humantime::format_duration;
use serde::Serialize;
use serde_json::{Value, json};

use crate::sys::bytes::Bytes;
use crate::ui::look::{HEADING, Look, harmless, styled};
use crate::ui::{paragraph, table};
use crate::watch::controls::Status;

use super::line::{bound_text, row};

/// The status for programs; without a watchdog there is nothing but that.
pub fn for_programs(status: Option<&Status>) -> Value {
    let mut object = json!({ "schema": "memtune.watch-status/1", "watchdog": status });
    if let (Some(object), Some(status)) = (object.pointer_mut("/watchdog"), status) {
        object["lacks"] = Some(status.lacks.as_str()).filter(|lacks| !lacks.is_empty()).into();
    }
    object
}

/// What was done, for programs.
pub fn done(what: &str) -> impl Serialize {
    json!({ "schema": "memtune.watch-answer/1", "done": what })
}

/// What was done, as a sentence of its own.
pub fn sentence(what: &str) -> String {
    let what = harmless(what);
    let mut letters = what.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{}.\n", capital.trim_end_matches('.'))
}

/// One line on how it is.
pub fn verdict(status: Option<&Status>) -> String {
    let Some(status) = status else { return "No watchdog runs.\n".to_owned() };
    let how = match (status.running, status.dry_run) {
        (true, false) => "watches",
        (true, true) => "watches, and ends nobody (dry run)",
        (false, _) => "was stopped, and only looks on",
    };
    format!(
        "The watchdog {how}: {}, {} of {} available.\n",
        status.level.name(),
        status.memory.available,
        status.memory.total
    )
}

/// How it is, in full; `is_installed`: its service is, whether it runs or not.
pub fn status(status: Option<&Status>, is_installed: bool, look: Look) -> String {
    let line = verdict(status);
    let Some(status) = status else {
        let next =
            if is_installed { "systemctl status memtune-watchd" } else { "sudo memtune watch install" };
        return line + &paragraph::command(look, 2, next);
    };
    let mut rows = vec![
        row("process", format!("{}, for {}", status.pid, span(status.uptime))),
        row("memory", memory(status)),
    ];
    for (bound, reached) in status.bounds.iter().zip(status.reached) {
        let times = match reached {
            0 => "not reached yet".to_owned(),
            1 => "reached once".to_owned(),
            count => format!("reached {count} times"),
        };
        rows.push(row(bound.level.name(), format!("{}; {times}", bound_text(bound))));
    }
    rows.push(row("next look", format!("in {} at the latest", milliseconds(status.interval))));
    let switches = [
        (status.printing, "tells each look"),
        (status.simulating, "takes memory for short at the next look"),
    ];
    let on: Vec<&str> = switches.iter().filter(|(is_on, _)| *is_on).map(|(_, what)| *what).collect();
    if !on.is_empty() {
        rows.push(row("switches", on.join(", ")));
    }
    rows.push(row("ended", format!("{} since it runs", jobs(status.kills))));
    if let Some(last) = &status.last {
        rows.push(row("last", format!("{} ago: {}", span(last.ago), last.what)));
    }
    if !status.lacks.is_empty() {
        rows.push(row("lacks", status.lacks.to_string()));
    }
    styled(HEADING, line.trim_end()) + "\n" + &table::columns(look, 2, rows)
}

fn memory(status: &Status) -> String {
    let memory = &status.memory;
    let swap = match memory.swap_total {
        Bytes(0) => "no swap".to_owned(),
        total => format!("{} of {total} of swap free", memory.swap_free),
    };
    format!("{} of {} available, {swap}", memory.available, memory.total)
}

fn jobs(count: u64) -> String {
    if count == 1 { "1 job".to_owned() } else { format!("{count} jobs") }
}

/// Whole seconds, in no more than two units.
fn span(seconds: u64) -> String {
    let shown = format_duration(Duration::from_secs(seconds)).to_string();
    shown.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

fn milliseconds(count: u64) -> String {
    format_duration(Duration::from_millis(count)).to_string()
}

#[cfg(test)]
mod tests;
