//! The account for programs: one JSON object a line, with the same keys for each kind of event.

use std::fmt::{self, Write};

use crate::sys::bounded_text::BoundedText;
use crate::watch::job::{Job, Process, Spared, Verdict};

use super::event::{Event, Happened, Reason, Recovery};
use super::json::{key, list, plain, share, string, within};
use super::scene::{Ranked, why};
use super::sentence::{Because, Sentence, kind};
use super::telling::Telling;

/// Room for a line, in bytes; what is of fixed number fits whatever names say, and lists are cut between their items.
pub const ROOM: usize = 32 << 10;
/// Bytes that a list leaves for what comes behind it.
const RESERVE: usize = 256;

const OBJECT: [char; 2] = ['{', '}'];

/// Writes the line with its end; it is whole JSON, or empty where not even that fits.
pub fn write(telling: &Telling<'_>, text: &mut BoundedText) {
    let is_written = text.attempt(0, |text| {
        within(text, OBJECT, |text| keys(telling, text))?;
        text.write_char('\n')
    });
    if !is_written {
        text.clear();
    }
}

fn keys(telling: &Telling<'_>, text: &mut BoundedText) -> fmt::Result {
    let event = telling.event;
    string(text, "event", Some(event.kind().name()))?;
    string(text, "time", Some(humantime::format_rfc3339_millis(event.time)))?;
    memory(telling, text)?;
    string(text, "level", Some(event.level.name()))?;
    string(text, "from", from(event))?;
    plain(text, "dry_run", Some(event.is_dry_run))?;
    string(text, "message", Some(Sentence(telling)))?;
    reason(event, text)?;
    recovery(event.recovery(), text)?;
    match telling.victim() {
        Some(victim) => job(victim, telling, text)?,
        None => plain(text, "job", None::<u8>)?,
    }
    let (walk, holders) = match event.has_walk() {
        true => (telling.scene.walk(), telling.scene.holders()),
        false => Default::default(),
    };
    list(text, ("holders", 2 * RESERVE), holders, process)?;
    let cut = list(text, ("ranked", RESERVE), walk, ranked)?;
    let left_out = if event.has_walk() { telling.scene.left_out() as usize + cut } else { 0 };
    plain(text, "ranked_left_out", Some(left_out))
}

fn memory(telling: &Telling<'_>, text: &mut BoundedText) -> fmt::Result {
    let sample = &telling.event.sample;
    plain(text, "available", Some(sample.available.0))?;
    plain(text, "change", telling.change())?;
    plain(text, "total", Some(sample.total.0))?;
    plain(text, "swap_free", Some(sample.swap_free.0))?;
    plain(text, "swap_total", Some(sample.swap_total.0))?;
    plain(text, "swap_worth", Some(sample.swap_worth.0))?;
    plain(text, "pinned", Some(sample.pinned.0))?;
    plain(text, "gpu", Some(sample.gpu.0))?;
    share(text, "psi_some10", telling.waiting.map(|shares| shares.some))?;
    share(text, "psi_full10", telling.waiting.map(|shares| shares.full))
}

fn from(event: &Event<'_>) -> Option<&'static str> {
    match event.happened {
        Happened::Level { from, .. } => Some(from.name()),
        _ => None,
    }
}

fn reason(event: &Event<'_>, text: &mut BoundedText) -> fmt::Result {
    let Some(reason) = event.reason() else {
        plain(text, "rule", None::<u8>)?;
        plain(text, "reason", None::<u8>)?;
        return plain(text, "limits", None::<u8>);
    };
    string(text, "rule", Some(reason.name()))?;
    string(text, "reason", Some(Because(&reason, &event.sample)))?;
    key(text, "limits")?;
    within(text, OBJECT, |text| limits(&reason, text))
}

fn limits(reason: &Reason, text: &mut BoundedText) -> fmt::Result {
    plain(text, "available", reason.available().map(|bytes| bytes.0))?;
    plain(text, "swap", reason.swap().map(|bytes| bytes.0))?;
    plain(text, "group_memory", reason.group_memory().map(|bytes| bytes.0))?;
    share(text, "psi_full", reason.full())?;
    share(text, "gpu_percent", reason.gpu_percent())
}

fn recovery(recovery: Option<Recovery>, text: &mut BoundedText) -> fmt::Result {
    let Some(recovery) = recovery else { return plain(text, "recovery", None::<u8>) };
    key(text, "recovery")?;
    within(text, OBJECT, |text| {
        string(text, "end", Some(recovery.end.name()))?;
        plain(text, "took_ms", Some(recovery.took))?;
        plain(text, "processes", Some(recovery.processes))?;
        plain(text, "ended", Some(recovery.ended))?;
        plain(text, "not_allowed", Some(recovery.not_allowed))?;
        plain(text, "freed", Some(recovery.freed.0))?;
        plain(text, "freed_after_a_second", recovery.freed_after_a_second.map(|bytes| bytes.0))
    })
}

fn job(job: &Job, telling: &Telling<'_>, text: &mut BoundedText) -> fmt::Result {
    key(text, "job")?;
    within(text, OBJECT, |text| {
        string(text, "name", Some(&job.name))?;
        string(text, "kind", Some(kind(job.kind)))?;
        plain(text, "bytes", Some(job.memory.0))?;
        plain(text, "swap", Some(job.swap.0))?;
        plain(text, "gpu", Some(job.gpu.0))?;
        plain(text, "growth", Some(job.growth.0))?;
        string(text, "group", job.group.as_ref())?;
        plain(text, "process_count", Some(telling.scene.all_members()))?;
        // The walk and the largest processes want room, too.
        list(text, ("processes", ROOM / 2), telling.scene.members(), process).map(drop)
    })
}

fn process(text: &mut BoundedText, process: &Process) -> fmt::Result {
    within(text, OBJECT, |text| {
        plain(text, "pid", Some(process.pid))?;
        string(text, "comm", Some(&process.command))?;
        plain(text, "bytes", Some(process.memory.0))
    })
}

fn ranked(text: &mut BoundedText, ranked: &Ranked) -> fmt::Result {
    let (verdict, reason): (_, Option<Spared>) = match ranked.verdict {
        Verdict::Skip(spared) => ("skip", Some(spared)),
        Verdict::Kill => ("kill", None),
        Verdict::Next => ("next", None),
    };
    within(text, OBJECT, |text| {
        string(text, "name", Some(&ranked.name))?;
        string(text, "kind", Some(kind(ranked.kind)))?;
        plain(text, "bytes", Some(ranked.memory.0))?;
        string(text, "verdict", Some(verdict))?;
        string(text, "why", reason.map(why))
    })
}
