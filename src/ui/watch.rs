//! The watchdog: how it is, and what its settings come to.

use humantime::format_duration;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

use crate::sys::bytes::Bytes;
use crate::sys::size::{self, Size};
use crate::watch::configuration::{Bound, Bounds};
use crate::watch::controls::Status;
use crate::watch::settings::{Action, Settings};

use super::look::{HEADING, Look, harmless, styled};
use super::{paragraph, table};

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

/// How it is, in full.
pub fn status(status: Option<&Status>, look: Look) -> String {
    let line = verdict(status);
    let Some(status) = status else {
        return line + &paragraph::command(look, 2, "sudo memtune watch install");
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

fn row(name: &str, text: String) -> Vec<String> {
    vec![name.to_owned(), text]
}

fn bound_text(bound: &Bound) -> String {
    match bound.swap {
        Some(swap) => format!("{} available and {swap} of swap", bound.available),
        None => format!("{} available", bound.available),
    }
}

/// Whole seconds, in no more than two units.
fn span(seconds: u64) -> String {
    let shown = format_duration(Duration::from_secs(seconds)).to_string();
    shown.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

fn milliseconds(count: u64) -> String {
    format_duration(Duration::from_millis(count)).to_string()
}

/// Settings that were found sound.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'c> {
    /// The files that they come from; none where none is there.
    pub files: &'c [String],
    /// The settings.
    pub settings: &'c Settings,
    /// What they come to.
    pub bounds: &'c Bounds,
}

impl Checked<'_> {
    /// For programs.
    pub fn for_programs(&self) -> Value {
        let Bounds { memory, swap, levels, thrash, groups } = self.bounds;
        let groups: Vec<Value> =
            groups.iter().map(|(unit, memory)| json!({ "unit": unit, "memory": memory })).collect();
        json!({
            "schema": "memtune.watch-check/1",
            "files": self.files,
            "memory": memory,
            "swap": swap,
            "levels": levels,
            "thrash": thrash,
            "groups": groups,
            "rules": self.settings.rules.len(),
            "remarks": self.bounds.remarks(self.settings),
        })
    }

    /// For people.
    pub fn for_people(&self, look: Look) -> String {
        let swap = match self.bounds.swap {
            Bytes(0) => "no swap".to_owned(),
            swap => format!("{swap} of swap"),
        };
        let whose = match self.files {
            [] => "There is no file of settings, and none is needed. What holds without one".to_owned(),
            files => format!(
                "{} {} sound. What holds",
                files.join(" and "),
                if files.len() == 1 { "is" } else { "are" }
            ),
        };
        let heading = format!("{whose}, on this machine of {} with {swap}:", self.bounds.memory);
        let mut text = paragraph::indented(look, 0, &heading) + "\n" + &table::columns(look, 2, self.rows());
        for remark in self.bounds.remarks(self.settings) {
            text += "\n";
            text += &paragraph::hanging(look, "! ", 2, &remark);
        }
        text
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let Settings { thrash, kill, calm, gpu_percent, rules, hooks, .. } = self.settings;
        let time = |time: &Duration| format_duration(*time).to_string();
        let mut rows: Vec<Vec<String>> =
            self.bounds.levels.iter().map(|bound| row(bound.level.name(), bound_text(bound))).collect();
        if let Some(available) = self.bounds.thrash {
            let text = format!(
                "{available} available, and all tasks waiting in {} % of {}",
                thrash.full,
                time(&thrash.lasts)
            );
            rows.push(row("thrash", text));
        }
        if let Some(percent) = gpu_percent {
            rows.push(row("gpu", format!("{percent} % of what it and the rest can have")));
        }
        let settle = time(&kill.settle);
        rows.push(row(
            "kill",
            format!("{} from SIGTERM to SIGKILL, {settle} before the next", time(&kill.grace)),
        ));
        rows.push(row("calm", format!("{} before a level is left", time(calm))));
        let count = |action| rules.iter().filter(|rule| rule.action == action).count();
        let kinds = [
            (Action::Protect, "protect"),
            (Action::Avoid, "avoid"),
            (Action::Prefer, "prefer"),
            (Action::Ignore, "ignore"),
        ];
        let told: Vec<String> = kinds
            .into_iter()
            .map(|(action, name)| (count(action), name))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        rows.push(row("rules", if told.is_empty() { "none".to_owned() } else { told.join(", ") }));
        rows.extend(self.groups());
        let programs =
            [&hooks.warning, &hooks.critical, &hooks.redline, &hooks.before_kill, &hooks.after_kill];
        let number = programs.iter().filter(|hook| hook.is_some()).count();
        rows.push(row(
            "hooks",
            match number {
                0 => "none".to_owned(),
                number => format!("{number}, each for {} at the most", time(&hooks.limit)),
            },
        ));
        rows
    }

    fn groups(&self) -> impl Iterator<Item = Vec<String>> {
        self.settings.groups.iter().zip(&self.bounds.groups).map(|(group, (unit, memory))| {
            let written = |size: Size| match size {
                Size::Percent(percent) => format!(" ({percent} %)"),
                Size::Exact(bytes) => format!(" ({})", size::exact(bytes)),
            };
            let memory =
                memory.map(|bytes| format!("{bytes}{}", group.memory.map(written).unwrap_or_default()));
            let full = group
                .full
                .map(|full| format!("all its tasks waiting in {full} % of {}", format_duration(group.lasts)));
            row(unit, [memory, full].into_iter().flatten().collect::<Vec<_>>().join(", or "))
        })
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
