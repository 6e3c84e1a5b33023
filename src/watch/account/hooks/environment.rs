//! What happened, as a hook finds it in its environment.

use std::fmt::{self, Display, Write};

use crate::sys::bounded_text::BoundedText;
use crate::watch::account::journal_entry::Pids;
use crate::watch::account::sentence::{Because, Sentence, kind};
use crate::watch::account::telling::Telling;

/// Where programs are looked for; nothing of the watchdog's own environment is handed on.
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\0";

/// Writes `NAME=value`, each with a NUL behind it. Every variable is always there, empty where nothing is known.
pub fn write(telling: &Telling<'_>, hook: &str, text: &mut BoundedText) {
    text.clear();
    text.add(PATH.as_bytes());
    // Writing to a bounded text does not fail.
    let _ = event(telling, hook, text).and_then(|()| victim(telling, text));
}

fn event(telling: &Telling<'_>, hook: &str, text: &mut BoundedText) -> fmt::Result {
    let event = telling.event;
    set(text, "HOOK", hook)?;
    set(text, "EVENT", event.kind().name())?;
    set(text, "TIME", humantime::format_rfc3339_millis(event.time))?;
    set(text, "LEVEL", event.level.name())?;
    set(text, "DRY_RUN", u8::from(event.is_dry_run))?;
    set(text, "MESSAGE", Sentence(telling))?;
    let sample = &event.sample;
    set(text, "AVAILABLE", sample.available.0)?;
    set(text, "TOTAL", sample.total.0)?;
    set(text, "SWAP_FREE", sample.swap_free.0)?;
    set(text, "SWAP_TOTAL", sample.swap_total.0)?;
    set(text, "PSI_SOME10", Known(telling.waiting.map(|shares| shares.some)))?;
    match event.reason() {
        Some(reason) => {
            set(text, "RULE", reason.name())?;
            set(text, "REASON", Because(&reason, sample))
        }
        None => set(text, "RULE", "").and_then(|()| set(text, "REASON", "")),
    }
}

fn victim(telling: &Telling<'_>, text: &mut BoundedText) -> fmt::Result {
    let recovery = telling.event.recovery();
    set(text, "END", recovery.map_or("", |recovery| recovery.end.name()))?;
    set(text, "FREED", Known(recovery.map(|recovery| recovery.freed.0)))?;
    set(text, "TOOK_MS", Known(recovery.map(|recovery| recovery.took)))?;
    let Some(job) = telling.victim() else {
        let names = ["JOB", "JOB_KIND", "JOB_BYTES", "CGROUP", "PROCESSES", "PIDS"];
        return names.iter().try_for_each(|name| set(text, name, ""));
    };
    set(text, "JOB", job.name)?;
    set(text, "JOB_KIND", kind(job.kind))?;
    set(text, "JOB_BYTES", job.memory.0)?;
    set(text, "CGROUP", job.group.as_ref().map_or("", |group| group.as_str()))?;
    set(text, "PROCESSES", telling.scene.all_members())?;
    set(text, "PIDS", Pids(telling))
}

/// A variable is there as a whole or not at all. A NUL in a name would end it, and what follows would be another variable.
fn set(text: &mut BoundedText, name: &str, value: impl Display) -> fmt::Result {
    text.attempt(0, |text| {
        write!(text, "MEMTUNE_{name}=")?;
        write!(WithoutNul(text), "{value}")?;
        text.write_char('\0')
    });
    Ok(())
}

struct WithoutNul<'a>(&'a mut BoundedText);

impl fmt::Write for WithoutNul<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (place, part) in text.split('\0').enumerate() {
            self.0.write_str(if place == 0 { "" } else { "?" })?;
            self.0.write_str(part)?;
        }
        Ok(())
    }
}

/// Shows nothing where there is nothing.
struct Known<T>(Option<T>);

impl<T: Display> Display for Known<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |value| value.fmt(formatter))
    }
}
