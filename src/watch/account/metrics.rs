//! Metrics as the textfile collector of Prometheus' node exporter reads them.

use std::fmt::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::sys::bounded_text::BoundedText;
use crate::watch::level::Level;
use crate::watch::sample::Sample;

use super::state::State;
use super::waiting::Shares;

/// Room for the file, in bytes.
pub const ROOM: usize = 8 << 10;

/// Writes the text. All names and labels are ours: nothing in it came from outside.
pub fn write(
    state: &State,
    sample: &Sample,
    waiting: Option<Shares>,
    now: SystemTime,
    text: &mut BoundedText,
) {
    text.clear();
    // Writing to a bounded text does not fail.
    let _ =
        gauges(state, sample, text).and_then(|()| shares(waiting, text)).and_then(|()| counters(state, text));
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let _ = gauge(text, "written_timestamp_seconds", "When this was written, in seconds since 1970.", since);
}

fn gauges(state: &State, sample: &Sample, text: &mut BoundedText) -> fmt::Result {
    gauge(text, "available_bytes", "Memory that can be had without swapping.", sample.available.0)?;
    gauge(text, "memory_bytes", "Memory in all.", sample.total.0)?;
    gauge(text, "swap_free_bytes", "Free swap as the kernel counts it.", sample.swap_free.0)?;
    gauge(text, "swap_bytes", "Swap in all.", sample.swap_total.0)?;
    gauge(
        text,
        "swap_worth_bytes",
        "Memory that would come free if all free swap were used.",
        sample.swap_worth.0,
    )?;
    gauge(text, "pinned_bytes", "Memory that comes back by no kill.", sample.pinned.0)?;
    gauge(text, "gpu_bytes", "What processes hold in the GPU's memory.", sample.gpu.0)?;
    let place = Level::ALL.iter().position(|level| *level == state.level).unwrap_or_default();
    gauge(text, "level", "0 normal, 1 warning, 2 critical, 3 redline.", place as u64)?;
    gauge(text, "dry_run", "1 where no signals are sent.", u64::from(state.dry_run))
}

fn shares(waiting: Option<Shares>, text: &mut BoundedText) -> fmt::Result {
    let Some(shares) = waiting else { return Ok(()) };
    head(text, "waiting_ratio", "gauge", "Part of the last ten seconds in which tasks waited for memory.")?;
    for (name, share) in [("some", shares.some), ("full", shares.full)] {
        writeln!(text, "memtune_watch_waiting_ratio{{tasks=\"{name}\"}} {:.4}", share / 100.0)?;
    }
    Ok(())
}

fn counters(state: &State, text: &mut BoundedText) -> fmt::Result {
    let counts = &state.counts;
    head(text, "level_changes_total", "counter", "How often each level was reached.")?;
    for (level, count) in Level::ALL.iter().zip(counts.levels) {
        writeln!(text, "memtune_watch_level_changes_total{{level=\"{}\"}} {count}", level.name())?;
    }
    head(text, "signals_total", "counter", "Jobs that got this signal from the watchdog.")?;
    for (signal, count) in [("term", counts.asked), ("kill", counts.killed)] {
        writeln!(text, "memtune_watch_signals_total{{signal=\"{signal}\"}} {count}")?;
    }
    counter(text, "freed_bytes_total", "Memory that came back.", counts.freed.0)?;
    counter(text, "stuck_total", "Jobs that did not end.", counts.stuck)?;
    counter(text, "errors_total", "Other things that did not work.", counts.errors)?;
    counter(text, "lost_total", "Lines, entries and files that could not be written.", counts.lost)
}

fn gauge(text: &mut BoundedText, name: &str, help: &str, value: u64) -> fmt::Result {
    head(text, name, "gauge", help)?;
    writeln!(text, "memtune_watch_{name} {value}")
}

fn counter(text: &mut BoundedText, name: &str, help: &str, value: u64) -> fmt::Result {
    head(text, name, "counter", help)?;
    writeln!(text, "memtune_watch_{name} {value}")
}

fn head(text: &mut BoundedText, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(text, "# HELP memtune_watch_{name} {help}\n# TYPE memtune_watch_{name} {kind}")
}
