//! What settings come to on a machine.

use std::time::Duration;

use humantime::format_duration;
use serde_json::{Value, json};

use crate::sys::bytes::Bytes;
use crate::sys::size::{self, Size};
use crate::ui::look::Look;
use crate::ui::{paragraph, table};
use crate::watch::configuration::Bounds;
use crate::watch::level::Level;
use crate::watch::settings::{Action, Settings};

use super::line::{bound_text, row};

/// Settings that were found sound.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'c> {
    /// The files that they come from; none where none is there.
    pub files: &'c [String],
    /// The settings.
    pub settings: &'c Settings,
    /// What they come to.
    pub bounds: &'c Bounds,
    /// What is available now, and free of the swap.
    pub left: (Bytes, Bytes),
    /// What is wrong with the names of units in them, a sentence each.
    pub unknown: &'c [String],
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
            "remarks": self.remarks(),
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
        for remark in self.remarks() {
            text += "\n";
            text += &paragraph::hanging(look, "! ", 2, &remark);
        }
        text
    }

    fn remarks(&self) -> Vec<String> {
        let (available, swap_free) = self.left;
        let level = self.bounds.level(available, swap_free);
        let now = (level >= Level::Critical).then(|| {
            format!(
                "{} holds right now, with {available} available: a job would be ended as soon as the watchdog looks",
                level.name()
            )
        });
        now.into_iter()
            .chain(self.bounds.remarks(self.settings))
            .chain(self.unknown.iter().cloned())
            .collect()
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
