//! What happened as one sentence: the journal's message, the last line of a story, what hooks may show.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::sys::harmless::Harmless;
use crate::watch::job::{Job, Kind};
use crate::watch::sample::Sample;

use super::event::{End, Event, Happened, Reason, Recovery};
use super::telling::Telling;

/// The sentence of an event.
#[derive(Clone, Copy, Debug)]
pub struct Sentence<'a>(pub &'a Telling<'a>);

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Telling { event, scene, .. } = self.0;
        match event.happened {
            Happened::Sample => MemoryLine(self.0).fmt(formatter),
            Happened::Level { from, reason } => level(formatter, event, from.name(), reason),
            Happened::Simulate => {
                write!(formatter, "the next look acts as if memory were short: somebody asked for it")
            }
            Happened::Nobody { reason: Reason::Group { name, .. } } => write!(
                formatter,
                "'{}' is over a bound of its own, and holds no job that may be ended",
                Harmless(&name)
            ),
            Happened::Nobody { .. } => {
                write!(formatter, "memory is short, and there is no job that may be ended")
            }
            Happened::Term { .. } | Happened::Kill { .. } if scene.victim().is_none() => {
                write!(formatter, "there is no job that may be ended")
            }
            Happened::Term { grace, reason } => {
                let did = if event.is_dry_run { "would ask" } else { "asked" };
                write!(formatter, "{did} {} to end (SIGTERM): {}", Victim(scene.victim()), Holds(self.0))?;
                write!(formatter, "; SIGKILL follows in {}", Seconds(grace))?;
                why_this_one(formatter, event, scene.victim(), reason)
            }
            Happened::Kill { ignored_for, reason } => {
                let did = if event.is_dry_run { "would kill" } else { "killed" };
                write!(formatter, "{did} {} (SIGKILL): {}", Victim(scene.victim()), Holds(self.0))?;
                match ignored_for {
                    Some(time) => write!(formatter, "; it had been asked for {}", Seconds(time)),
                    None => why_this_one(formatter, event, scene.victim(), reason),
                }
            }
            Happened::Recovered(recovery) => recovered(formatter, scene.victim(), &recovery),
            Happened::Error(what) => what.fmt(formatter),
            Happened::Started(None) => write!(formatter, "the watchdog runs{}", dry(event)),
            Happened::Started(Some(lacks)) => {
                write!(formatter, "the watchdog runs{}, but {lacks}", dry(event))
            }
            Happened::Stopped(why) => write!(formatter, "the watchdog ends: {why}"),
            Happened::Reloaded(None) => write!(formatter, "the settings were read again"),
            Happened::Reloaded(Some(why)) => {
                write!(formatter, "the new settings are refused, the old ones hold: {why}")
            }
        }
    }
}

/// Of a group with a bound of its own no level was told before, and nobody sees from its size why a swapoff comes first.
fn why_this_one(
    formatter: &mut fmt::Formatter<'_>,
    event: &Event<'_>,
    victim: Option<&Job>,
    reason: Reason,
) -> fmt::Result {
    match reason {
        _ if victim.is_some_and(|job| job.turns_swap_off) => {
            write!(formatter, "; it turns swap off, and memory would have to take what lies there")
        }
        Reason::Group { .. } => write!(formatter, "; {}", Because(&reason, &event.sample)),
        _ => Ok(()),
    }
}

fn dry(event: &Event<'_>) -> &'static str {
    if event.is_dry_run { " and sends no signals" } else { "" }
}

fn level(
    formatter: &mut fmt::Formatter<'_>,
    event: &Event<'_>,
    from: &str,
    reason: Option<Reason>,
) -> fmt::Result {
    write!(formatter, "level {} (was {from}): ", event.level.name())?;
    match reason {
        Some(reason) => Because(&reason, &event.sample).fmt(formatter),
        None => write!(formatter, "{} available", event.sample.available),
    }
}

fn recovered(formatter: &mut fmt::Formatter<'_>, victim: Option<&Job>, recovery: &Recovery) -> fmt::Result {
    let Recovery { ended, processes, freed, .. } = recovery;
    let (victim, took) = (Victim(victim), Seconds(Duration::from_millis(recovery.took)));
    match recovery.end {
        End::Rehearsed => return write!(formatter, "{victim} would have been ended; nothing was done to it"),
        End::Gone => write!(
            formatter,
            "{victim} is gone after {took}: {ended} of {processes} processes, {freed} came back"
        )?,
        End::DoesNotEnd => write!(
            formatter,
            "{victim} does not end after {took}: {ended} of {processes} processes went, {freed} came back"
        )?,
    }
    if let Some(later) = recovery.freed_after_a_second {
        write!(formatter, ", {later} one second later")?;
    }
    if recovery.not_allowed > 0 {
        write!(formatter, "; {} could not be signalled for want of a privilege", recovery.not_allowed)?;
    }
    if recovery.end == End::DoesNotEnd { write!(formatter, "; the next one may be taken") } else { Ok(()) }
}

/// Which rule fits, with the amounts and their bounds.
#[derive(Clone, Copy, Debug)]
pub struct Because<'a>(pub &'a Reason, pub &'a Sample);

impl fmt::Display for Because<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(reason, sample) = self;
        match reason {
            Reason::MemoryAndSwap { available, swap } => {
                write!(formatter, "{} available (bound {available})", sample.available)?;
                match sample.swap_total.0 {
                    0 => write!(formatter, ", and there is no swap"),
                    _ => write!(formatter, ", free swap is worth {} (bound {swap})", sample.swap_worth),
                }
            }
            Reason::Thrash { available, full, lasts } => {
                write!(
                    formatter,
                    "{} available (bound {available}), and all tasks waited for memory",
                    sample.available
                )?;
                write!(formatter, " in {full:.0} % of {} or more", Seconds(*lasts))
            }
            Reason::Gpu { percent } => write!(
                formatter,
                "the GPU holds {}, {percent:.0} % or more of what it could have of the memory",
                sample.gpu
            ),
            Reason::Group { name, memory, full } => {
                write!(formatter, "'{}' is over a bound of its own:", Harmless(name))?;
                if let Some(memory) = memory {
                    write!(formatter, " it may hold {memory}")?;
                }
                let and = if memory.is_some() { " and" } else { "" };
                full.map_or(Ok(()), |full| {
                    write!(formatter, "{and} its tasks may wait in {full:.0} % of the time")
                })
            }
            Reason::Simulated => write!(formatter, "somebody asked to act as if memory were short"),
        }
    }
}

/// How memory stands, and how that changed since the last line.
#[derive(Clone, Copy, Debug)]
pub struct MemoryLine<'a>(pub &'a Telling<'a>);

impl fmt::Display for MemoryLine<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sample = &self.0.event.sample;
        write!(formatter, "{} available", sample.available)?;
        if let Some(before) = self.0.before {
            let sign = if sample.available < before { '-' } else { '+' };
            let change = sample.available.less(before) + before.less(sample.available);
            write!(formatter, " ({sign}{change})")?;
        }
        write!(formatter, " / {} total", sample.total)?;
        match sample.swap_total.0 {
            0 => write!(formatter, ", no swap")?,
            _ => write!(formatter, ", swap {} free / {}", sample.swap_free, sample.swap_total)?,
        }
        match sample.pinned.0 {
            0 => Ok(()),
            _ => write!(formatter, ", {} come back by no kill", sample.pinned),
        }
    }
}

/// The victim by kind and name.
struct Victim<'a>(Option<&'a Job>);

impl fmt::Display for Victim<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(job) => write!(formatter, "{} '{}'", kind(job.kind), Harmless(&job.name)),
            None => write!(formatter, "a job"),
        }
    }
}

/// How many processes it has, and what they hold.
struct Holds<'a>(&'a Telling<'a>);

impl fmt::Display for Holds<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.scene.all_members();
        let (noun, verb) = if count == 1 { ("process", "holds") } else { ("processes", "hold") };
        let memory = self.0.scene.victim().map(|job| job.memory + job.gpu).unwrap_or_default();
        write!(formatter, "{count} {noun} that {verb} {memory}")
    }
}

/// The name of a kind of job.
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Unit => "unit",
        Kind::Container => "container",
        Kind::Session => "session",
    }
}

/// A span of time as people say it.
#[derive(Clone, Copy, Debug)]
pub struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        let is_whole = self.0.subsec_millis() == 0;
        match seconds {
            _ if seconds >= 10.0 || is_whole => write!(formatter, "{seconds:.0} s"),
            _ if seconds >= 0.1 => write!(formatter, "{seconds:.1} s"),
            _ => write!(formatter, "{} ms", self.0.as_millis()),
        }
    }
}
