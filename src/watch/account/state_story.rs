//! `memtune watch status --last`: the story of the last kills, in words. It runs in another process than the watchdog, and may allocate.

use std::fmt::Write;
use std::time::Duration;

use crate::sys::harmless::Harmless;

use super::event::{End, Recovery};
use super::record::Record;
use super::sentence::{Seconds, kind};
use super::state::State;

/// The story, the newest kill first; at most so many of them. `runs`: whether the watchdog is known to be there still.
pub fn tell(state: &State, most: usize, runs: bool) -> String {
    let mut text = String::new();
    let _ = heading(state, runs, &mut text);
    for record in state.kills.iter().rev().take(most) {
        let _ = kill(record, &mut text);
    }
    text
}

fn heading(state: &State, runs: bool, text: &mut String) -> std::fmt::Result {
    let counts = state.counts;
    let since = if runs { "runs since" } else { "was started at" };
    write!(text, "The watchdog (PID {}) {since} {}", state.pid, Harmless(&state.started))?;
    let verb = if runs { "sends" } else { "sent" };
    writeln!(text, "{}.", if state.dry_run { format!(" and {verb} no signals") } else { String::new() })?;
    writeln!(
        text,
        "At {}: level {}, {} of {} available.",
        Harmless(&state.time),
        state.level.name(),
        state.available,
        state.total
    )?;
    if state.kills.is_empty() {
        return writeln!(text, "It has ended no job since the boot.");
    }
    writeln!(
        text,
        "Since the boot it asked {} to end and killed {}; {} came back.",
        jobs(counts.asked),
        jobs(counts.killed),
        counts.freed
    )
}

fn jobs(count: u64) -> String {
    if count == 1 { "1 job".to_owned() } else { format!("{count} jobs") }
}

fn kill(record: &Record, text: &mut String) -> std::fmt::Result {
    let processes = if record.processes == 1 {
        "1 process".to_owned()
    } else {
        format!("{} processes", record.processes)
    };
    writeln!(text)?;
    write!(text, "{}  {} '{}'", Harmless(&record.time), kind(record.kind), Harmless(&record.job))?;
    writeln!(text, ", {} in {processes}", record.bytes)?;
    writeln!(text, "  why     level {}: {}", record.level.name(), Harmless(&record.reason))?;
    writeln!(text, "  done    {}", done(record))?;
    writeln!(
        text,
        "  result  {}",
        record.recovery.map_or("not known".to_owned(), |recovery| result(&recovery))
    )?;
    let pids: Vec<String> = record.pids.iter().map(ToString::to_string).collect();
    let more = if record.processes as usize > pids.len() { " ..." } else { "" };
    writeln!(text, "  PIDs    {}{more}", pids.join(" "))
}

fn done(record: &Record) -> &'static str {
    match (record.dry_run, record.asked, record.killed) {
        (true, ..) => "nothing: this was a rehearsal",
        (false, true, true) => "asked to end (SIGTERM), then killed (SIGKILL)",
        (false, true, false) => "asked to end (SIGTERM)",
        (false, false, _) => "killed at once (SIGKILL)",
    }
}

fn result(recovery: &Recovery) -> String {
    let took = Seconds(Duration::from_millis(recovery.took));
    let Recovery { ended, processes, freed, .. } = recovery;
    let later =
        recovery.freed_after_a_second.map(|later| format!(", {later} one second later")).unwrap_or_default();
    let denied = match recovery.not_allowed {
        0 => String::new(),
        count => format!("; {count} could not be signalled for want of a privilege"),
    };
    match recovery.end {
        End::Rehearsed => "nothing changed".to_owned(),
        End::Gone => format!("gone after {took}; {freed} came back{later}{denied}"),
        End::DoesNotEnd => {
            format!(
                "did not end within {took}: {ended} of {processes} processes went; {freed} came back{later}{denied}"
            )
        }
    }
}
