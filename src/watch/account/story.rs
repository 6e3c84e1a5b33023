//! The account for people: the memory, who holds most, the walk through the ranking with its verdicts, and what was done.

use std::fmt::{self, Write};

use crate::sys::bounded_text::BoundedText;
use crate::watch::job::{Process, Verdict};

use super::event::Happened;
use super::scene::{Ranked, why};
use super::sentence::{Because, MemoryLine, Sentence, kind};
use super::story_lines::Lines;
use super::telling::Telling;

/// So many processes of the victim are listed; the others are counted.
const LISTED: usize = 16;
/// Room for the longest story, in bytes.
pub const ROOM: usize = 16 << 10;

/// Writes the story of an event, in lines of at most `width` columns where one is given; where it does not fit, its end is lacking, and it
/// says so.
pub fn write(telling: &Telling<'_>, width: Option<usize>, text: &mut BoundedText) {
    let mut lines = Lines { text, width };
    // Writing to a bounded text does not fail.
    let _ = tell(telling, &mut lines);
    text.mark_cut("\nwatch: ... (cut)\n");
}

fn tell(telling: &Telling<'_>, lines: &mut Lines<'_>) -> fmt::Result {
    let event = telling.event;
    if event.has_walk() {
        lines.sentence(0, 4, format_args!("{}", MemoryLine(telling)))?;
        if let Some(reason) = event.reason() {
            let level = event.level.name();
            lines.sentence(0, 4, format_args!("level {level}: {}", Because(&reason, &event.sample)))?;
        }
        holders(telling.scene.holders(), lines)?;
        walk(telling, lines)?;
    }
    if matches!(event.happened, Happened::Recovered(_)) {
        lines.sentence(0, 4, format_args!("{}", MemoryLine(telling)))?;
    }
    lines.sentence(0, 4, format_args!("{}", Sentence(telling)))
}

fn holders(processes: &[Process], lines: &mut Lines<'_>) -> fmt::Result {
    if processes.is_empty() {
        return Ok(());
    }
    lines.sentence(0, 4, format_args!("processes that hold most:"))?;
    processes.iter().try_for_each(|process| {
        lines.named(format_args!("  proc {:>7} {:>8} ", process.pid, process.memory), &process.command, None)
    })
}

fn walk(telling: &Telling<'_>, lines: &mut Lines<'_>) -> fmt::Result {
    lines.sentence(0, 4, format_args!("looking for a job to end:"))?;
    for ranked in telling.scene.walk() {
        job(ranked, lines)?;
        if ranked.verdict == Verdict::Kill {
            members(telling, lines)?;
        }
    }
    match telling.scene.left_out() {
        0 => Ok(()),
        count => lines.sentence(2, 4, format_args!("and {count} more")),
    }
}

fn job(ranked: &Ranked, lines: &mut Lines<'_>) -> fmt::Result {
    let (mark, behind) = match ranked.verdict {
        Verdict::Skip(spared) => ("(skip)", Some(why(spared))),
        Verdict::Kill => ("*KILL*", None),
        Verdict::Next => ("(next)", None),
    };
    let (name, memory) = (&ranked.name, ranked.memory);
    match lines.is_narrow() {
        true => lines.named(format_args!("  {mark} {memory:>8} "), name, behind),
        false => lines.named(format_args!("  {mark} {:<9} {memory:>8} ", kind(ranked.kind)), name, behind),
    }
}

fn members(telling: &Telling<'_>, lines: &mut Lines<'_>) -> fmt::Result {
    let indent = if lines.is_narrow() { 2 } else { 7 };
    let shown = telling.scene.members().get(..LISTED).unwrap_or(telling.scene.members());
    for Process { pid, memory, command, .. } in shown {
        match lines.is_narrow() {
            true => lines.named(format_args!("  + {pid:>7} {memory:>8} "), command, None)?,
            false => lines.named(format_args!("       + proc {pid:>7} {memory:>8} "), command, None)?,
        }
    }
    let count = telling.scene.all_members();
    let others = count.saturating_sub(shown.len() as u32);
    if others > 0 {
        lines.sentence(indent, 9, format_args!("+ {others} more procs"))?;
    }
    lines.sentence(indent, 9, format_args!("= {count} running procs"))
}

/// Writes it for a log that knows no fields: each line with its priority in front, as sd-daemon(3) has it.
pub fn write_with_priority(telling: &Telling<'_>, story: &BoundedText, text: &mut BoundedText) {
    let priority = telling.event.priority() as u8;
    for line in story.as_str().lines() {
        let _ = writeln!(text, "<{priority}>{line}");
    }
    text.mark_cut("\n");
}
