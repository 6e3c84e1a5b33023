//! An event as an entry of the journal, in its native protocol: `NAME=value` on a line, or, where a value may hold a line end, the name, the
//! length as 64 bits with the lowest byte first, and the value.

use std::fmt::{self, Display, Write};

use crate::sys::bounded_text::BoundedText;
use crate::watch::job::{Job, Kind};

use super::event::{Event, Recovery};
use super::sentence::{Because, Sentence, kind};
use super::telling::Telling;

/// Room for an entry, in bytes; a datagram of twice the size is still taken by every journal.
pub const ROOM: usize = 32 << 10;
/// What is written into a field of text is first written here.
pub const FIELD_ROOM: usize = 4 << 10;

/// Writes the entry. `story` becomes a field as well; `field` is room to write in.
pub fn write(telling: &Telling<'_>, story: &BoundedText, field: &mut BoundedText, entry: &mut BoundedText) {
    let mut entry = Entry { entry, field };
    // Writing to a bounded text does not fail.
    let _ = fields(telling, story, &mut entry);
}

fn fields(telling: &Telling<'_>, story: &BoundedText, entry: &mut Entry<'_>) -> fmt::Result {
    let event = telling.event;
    entry.text("MESSAGE", Sentence(telling))?;
    entry.plain("MESSAGE_ID", event.kind().message_id())?;
    entry.plain("PRIORITY", event.priority() as u8)?;
    entry.plain("SYSLOG_IDENTIFIER", "memtune-watchd")?;
    entry.plain("MEMTUNE_EVENT", event.kind().name())?;
    entry.plain("MEMTUNE_LEVEL", event.level.name())?;
    entry.plain("MEMTUNE_DRY_RUN", u8::from(event.is_dry_run))?;
    memory(telling, entry)?;
    reason(event, entry)?;
    event.recovery().map_or(Ok(()), |recovery| recovered(&recovery, entry))?;
    telling.victim().map_or(Ok(()), |victim| job(victim, telling, entry))?;
    if event.has_walk() {
        entry.binary("MEMTUNE_STORY", story.as_bytes());
    }
    Ok(())
}

fn memory(telling: &Telling<'_>, entry: &mut Entry<'_>) -> fmt::Result {
    let sample = &telling.event.sample;
    let amounts = [
        ("MEMTUNE_AVAILABLE", sample.available),
        ("MEMTUNE_TOTAL", sample.total),
        ("MEMTUNE_SWAP_FREE", sample.swap_free),
        ("MEMTUNE_SWAP_TOTAL", sample.swap_total),
        ("MEMTUNE_SWAP_WORTH", sample.swap_worth),
        ("MEMTUNE_PINNED", sample.pinned),
        ("MEMTUNE_GPU", sample.gpu),
    ];
    amounts.iter().try_for_each(|(name, amount)| entry.plain(name, amount.0))?;
    if let Some(shares) = telling.waiting {
        entry.plain("MEMTUNE_PSI_SOME10", format_args!("{:.2}", shares.some))?;
        entry.plain("MEMTUNE_PSI_FULL10", format_args!("{:.2}", shares.full))?;
    }
    telling.change().map_or(Ok(()), |change| entry.plain("MEMTUNE_CHANGE", change))
}

fn reason(event: &Event<'_>, entry: &mut Entry<'_>) -> fmt::Result {
    let Some(reason) = event.reason() else { return Ok(()) };
    entry.plain("MEMTUNE_RULE", reason.name())?;
    entry.text("MEMTUNE_REASON", Because(&reason, &event.sample))?;
    let bounds = [
        ("MEMTUNE_LIMIT_AVAILABLE", reason.available()),
        ("MEMTUNE_LIMIT_SWAP", reason.swap()),
        ("MEMTUNE_LIMIT_GROUP_MEMORY", reason.group_memory()),
    ];
    for (name, bound) in bounds {
        bound.map_or(Ok(()), |bound| entry.plain(name, bound.0))?;
    }
    let shares =
        [("MEMTUNE_LIMIT_PSI_FULL", reason.full()), ("MEMTUNE_LIMIT_GPU_PERCENT", reason.gpu_percent())];
    shares.iter().try_for_each(|(name, share)| share.map_or(Ok(()), |share| entry.plain(name, share)))
}

fn recovered(recovery: &Recovery, entry: &mut Entry<'_>) -> fmt::Result {
    entry.plain("MEMTUNE_END", recovery.end.name())?;
    entry.plain("MEMTUNE_TOOK_MS", recovery.took)?;
    entry.plain("MEMTUNE_ENDED", recovery.ended)?;
    entry.plain("MEMTUNE_NOT_ALLOWED", recovery.not_allowed)?;
    entry.plain("MEMTUNE_FREED", recovery.freed.0)?;
    let later = recovery.freed_after_a_second;
    later.map_or(Ok(()), |later| entry.plain("MEMTUNE_FREED_AFTER_A_SECOND", later.0))
}

fn job(job: &Job, telling: &Telling<'_>, entry: &mut Entry<'_>) -> fmt::Result {
    entry.text("MEMTUNE_JOB", job.name)?;
    entry.plain("MEMTUNE_JOB_KIND", kind(job.kind))?;
    entry.plain("MEMTUNE_JOB_BYTES", job.memory.0)?;
    entry.plain("MEMTUNE_JOB_SWAP", job.swap.0)?;
    entry.plain("MEMTUNE_JOB_GPU", job.gpu.0)?;
    entry.plain("MEMTUNE_JOB_GROWTH", job.growth.0)?;
    entry.plain("MEMTUNE_PROCESSES", telling.scene.all_members())?;
    let members = telling.scene.members();
    entry.text("MEMTUNE_PIDS", Pids(telling))?;
    if let Some(group) = &job.group {
        entry.text("MEMTUNE_CGROUP", group)?;
    }
    if job.kind == Kind::Unit {
        entry.text("MEMTUNE_UNIT", job.name)?;
        // `journalctl -u UNIT` shows what root says with this field.
        let is_of_user = job.group.as_ref().is_some_and(|group| group.contains("/user@"));
        entry.text(if is_of_user { "OBJECT_SYSTEMD_USER_UNIT" } else { "OBJECT_SYSTEMD_UNIT" }, job.name)?;
    }
    let main = job.root.or(members.first().map(|process| process.pid));
    main.map_or(Ok(()), |pid| entry.plain("OBJECT_PID", pid))
}

/// The numbers of the victim's largest processes with spaces between them.
#[derive(Clone, Copy, Debug)]
pub struct Pids<'a>(pub &'a Telling<'a>);

impl Display for Pids<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, process) in self.0.scene.members().iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(formatter, "{space}{}", process.pid)?;
        }
        Ok(())
    }
}

struct Entry<'a> {
    entry: &'a mut BoundedText,
    field: &'a mut BoundedText,
}

impl Entry<'_> {
    /// A value of ours, in which there is no line end.
    fn plain(&mut self, name: &str, value: impl Display) -> fmt::Result {
        self.entry.attempt(0, |entry| writeln!(entry, "{name}={value}"));
        Ok(())
    }

    /// A value that may have come from outside.
    fn text(&mut self, name: &str, value: impl Display) -> fmt::Result {
        self.field.clear();
        write!(self.field, "{value}")?;
        self.field.mark_cut("...");
        let is_plain = !self.field.as_bytes().contains(&b'\n');
        add(self.entry, name, self.field.as_bytes(), is_plain);
        Ok(())
    }

    fn binary(&mut self, name: &str, value: &[u8]) {
        add(self.entry, name, value, false);
    }
}

/// A field is there as a whole or not at all.
fn add(entry: &mut BoundedText, name: &str, value: &[u8], is_plain: bool) {
    entry.attempt(0, |entry| {
        entry.write_str(name)?;
        if is_plain {
            entry.write_char('=')?;
        } else {
            entry.add(b"\n");
            entry.add(&(value.len() as u64).to_le_bytes());
        }
        entry.add(value);
        entry.add(b"\n");
        Ok(())
    });
}
