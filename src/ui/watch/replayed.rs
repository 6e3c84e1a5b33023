//! What the watchdog would have done in a recording.

use std::time::{Duration, SystemTime};

use humantime::{format_duration, format_rfc3339_millis, format_rfc3339_seconds};
use serde_json::{Value, json};

use crate::sys::bytes::Bytes;
use crate::ui::look::Look;
use crate::ui::paragraph;
use crate::watch::configuration::Bounds;
use crate::watch::level::Level;
use crate::watch::policy::decision::{Act, Cause, Forecast};
use crate::watch::replay::run::Step;
use crate::watch::replay::summary::{Moment, Summary};
use crate::watch::sample::Sample;
use crate::watch::settings::Settings;

use super::line::bound_text;

/// Tells of it a step after the other, and then sums it up.
#[derive(Debug)]
pub struct Replayed<'r> {
    settings: &'r Settings,
    look: Look,
    is_for_programs: bool,
    summary: Summary,
    repeats: Option<Repeats>,
}

/// What was told last, and was to be done again since: in a recording memory does not come back by what would have been done.
#[derive(Debug)]
struct Repeats {
    act: Act,
    count: u64,
    last: u64,
}

impl<'r> Replayed<'r> {
    /// Nothing was seen yet.
    pub fn new(settings: &'r Settings, look: Look, is_for_programs: bool) -> Self {
        Self { settings, look, is_for_programs, summary: Summary::default(), repeats: None }
    }

    /// The lines of a step; mostly none. What is done again and again is told once, and how often with what comes next or [`rest`](Self::rest).
    pub fn see(&mut self, step: &Step) -> String {
        let moment = self.summary.see(step);
        let is_level = step.decision.before.is_some();
        let is_act = step.decision.act.takes_a_job() || step.decision.act == Act::Hasten;
        let is_stretch = step.is_first && self.summary.stretches() > 1;
        let mut text = String::new();
        if self.is_for_programs {
            let events = [(is_stretch, "begin"), (is_level, "level"), (is_act, act_name(step.decision.act))];
            for (_, event) in events.into_iter().filter(|(is_there, _)| *is_there) {
                text += &format!("{}\n", object(event, &moment, step));
            }
            return text;
        }
        if !(is_stretch || is_level || is_act) {
            return text;
        }
        let is_new = is_stretch || is_level;
        if let Some(repeats) = self.repeats.as_mut().filter(|told| !is_new && told.act == step.decision.act) {
            (repeats.count, repeats.last) = (repeats.count.saturating_add(1), moment.since);
            return text;
        }
        text += &self.rest();
        if is_stretch {
            text += &self.line(moment.since, "begin", &begun(&moment));
        }
        if is_level {
            text += &self.line(moment.since, step.decision.level.name(), &level(step));
        }
        if is_act {
            let act_now = step.decision.act;
            text += &self.line(moment.since, act_name(act_now), &act(step));
            self.repeats = Some(Repeats { act: act_now, count: 0, last: moment.since });
        }
        text
    }

    /// How often the last act that was told was to be done again since.
    pub fn rest(&mut self) -> String {
        match self.repeats.take() {
            Some(Repeats { act, count: 1, last }) => self.line(last, act_name(act), "once more"),
            Some(Repeats { act, count: count @ 2.., last }) => {
                self.line(last, act_name(act), &format!("the last of {count} more like it"))
            }
            _ => String::new(),
        }
    }

    fn line(&self, at: u64, name: &str, what: &str) -> String {
        let head = format!("{:>13}  {name:<8}  ", since(at));
        let width = head.chars().count();
        paragraph::hanging(self.look, &head, width, what)
    }

    /// What it comes to; `None` where there is no sample.
    pub fn summary(&self) -> Option<String> {
        let (lowest, last) = (self.summary.lowest()?, self.summary.last()?);
        if self.is_for_programs {
            return Some(format!("{}\n", self.sum(&lowest, &last)));
        }
        let samples = self.summary.samples();
        let noun = if samples == 1 { "sample" } else { "samples" };
        let stretches = match self.summary.stretches() {
            0 | 1 => String::new(),
            count => format!(" in {count} stretches"),
        };
        let lasts = rounded(self.summary.lasts());
        let mut text =
            paragraph::indented(self.look, 0, &format!("{samples} {noun} over {lasts}{stretches}."));
        text += &paragraph::indented(self.look, 0, &self.verdict(&lowest));
        if let Some(more) = self.more(&last) {
            text += &paragraph::indented(self.look, 0, &more);
        }
        Some(text)
    }

    /// Would it have saved the machine?
    fn verdict(&self, lowest: &Moment) -> String {
        let Some((first, how)) = self.summary.first_act() else {
            let sample = &lowest.sample;
            let [_, critical, _] = Bounds::of(self.settings, sample.total, sample.swap_total).levels;
            return format!(
                "The watchdog would have ended nobody. Memory was at its lowest at {}: {}; a job is asked to end from {} on.",
                when(lowest),
                amounts(sample),
                bound_text(&critical)
            );
        };
        let did = match how {
            Act::End(_) => "ended a job at once (SIGKILL)",
            _ => "asked a job to end (SIGTERM)",
        };
        let head = format!(
            "The watchdog would first have {did} at {}, with {}",
            when(&first),
            amounts(&first.sample)
        );
        match self.summary.lead() {
            Some(0) => format!("{head}: there memory was at its lowest."),
            Some(lead) => format!(
                "{head}: {} before memory was at its lowest, with {} at {}.",
                rounded(lead),
                amounts(&lowest.sample),
                when(lowest)
            ),
            None => {
                format!("{head}. Memory was at its lowest at {}: {}.", when(lowest), amounts(&lowest.sample))
            }
        }
    }

    fn more(&self, last: &Moment) -> Option<String> {
        self.summary.first_act()?;
        let acts = self.summary.acts();
        let counted = [
            (acts.asked, "asked to end"),
            (acts.ended, "ended at once"),
            (acts.hastened, "not given all of its time"),
        ];
        let counted: Vec<String> = counted
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let ends = match last.level {
            Level::Normal | Level::Warning => String::new(),
            level => format!(" The recording ends at level {}.", level.name()),
        };
        Some(format!(
            "Jobs in all: {}. In the recording nobody was ended, so that all but the first show no more than that memory was short still.{ends}",
            counted.join(", ")
        ))
    }

    fn sum(&self, lowest: &Moment, last: &Moment) -> Value {
        let acts = self.summary.acts();
        let first = self.summary.first_act();
        json!({
            "event": "summary",
            "schema": "memtune.watch-replay/1",
            "samples": self.summary.samples(),
            "stretches": self.summary.stretches(),
            "lasts_ms": self.summary.lasts(),
            "first_act": first.map(|(moment, act)| with_act(place(&moment), act)),
            "lowest": place(lowest),
            "lead_ms": self.summary.lead(),
            "end": place(last),
            "asked": acts.asked,
            "ended": acts.ended,
            "hastened": acts.hastened,
        })
    }
}

fn object(event: &str, moment: &Moment, step: &Step) -> Value {
    let mut object = with_act(place(moment), step.decision.act);
    let Forecast { warning, critical, redline } = step.decision.forecast;
    object["event"] = event.into();
    object["from"] = step.decision.before.filter(|_| event == "level").map(Level::name).into();
    object["cause"] = cause_of(step).map(Cause::name).into();
    object["forecast_ms"] = json!({ "warning": warning, "critical": critical, "redline": redline });
    object
}

fn with_act(mut object: Value, act: Act) -> Value {
    let is_act = act.takes_a_job() || act == Act::Hasten;
    object["act"] = is_act.then(|| act_name(act)).into();
    object
}

fn place(moment: &Moment) -> Value {
    let Sample { total, available, swap_total, swap_free, swap_worth, .. } = moment.sample;
    json!({
        "line": moment.line,
        "since_ms": moment.since,
        "time": moment.time.map(|time| format_rfc3339_millis(time).to_string()),
        "level": moment.level,
        "available": available,
        "total": total,
        "swap_free": swap_free,
        "swap_total": swap_total,
        "swap_worth": swap_worth,
    })
}

fn cause_of(step: &Step) -> Option<Cause> {
    match step.decision.act {
        Act::Ask(cause) | Act::End(cause) => Some(cause),
        _ => step.decision.cause,
    }
}

fn act_name(act: Act) -> &'static str {
    match act {
        Act::Ask(_) => "ask",
        Act::End(_) => "end",
        Act::Hasten => "hasten",
        Act::Nothing | Act::Count => "none",
    }
}

fn begun(moment: &Moment) -> String {
    let time = moment.time.map(|time| format!(" at {}", format_rfc3339_seconds(time))).unwrap_or_default();
    format!("a watchdog was started{time}, or the machine: nothing follows from what was seen before")
}

fn level(step: &Step) -> String {
    let is_worse = step.decision.before.is_some_and(|before| step.decision.level > before);
    let coming = coming(step.decision.forecast, step.decision.level);
    let cause = match step.decision.cause {
        Some(cause) if is_worse && cause != Cause::Memory => format!(" ({})", cause.name()),
        _ => String::new(),
    };
    format!("{}{cause}{coming}", amounts(&step.sample))
}

/// When it gets worse if it goes on like this.
fn coming(forecast: Forecast, level: Level) -> String {
    let next = [
        (Level::Warning, forecast.warning),
        (Level::Critical, forecast.critical),
        (Level::Redline, forecast.redline),
    ];
    let next = next.into_iter().filter(|(worse, _)| *worse > level);
    let told: Vec<String> =
        next.filter_map(|(worse, time)| Some(format!("{} in {}", worse.name(), rounded(time?)))).collect();
    if told.is_empty() { String::new() } else { format!("; if it goes on like this, {}", told.join(", ")) }
}

fn act(step: &Step) -> String {
    let what = match step.decision.act {
        Act::Ask(_) => "a job is asked to end (SIGTERM)",
        Act::End(_) => "a job is ended at once (SIGKILL)",
        _ => "the job that was asked is ended (SIGKILL): there is no time to wait for it",
    };
    let cause = match step.decision.act {
        Act::Ask(cause) | Act::End(cause) => match cause {
            Cause::Memory => " for want of memory",
            Cause::Thrash => " because all tasks wait for memory",
            Cause::Gpu => " because of what the GPU holds",
            Cause::Simulated => "",
        },
        _ => "",
    };
    format!("{what}{cause}: {}", amounts(&step.sample))
}

fn amounts(sample: &Sample) -> String {
    let swap = match sample.swap_total {
        Bytes(0) => String::new(),
        total => format!(", {} of {total} of swap free", sample.swap_free),
    };
    format!("{} of {} available{swap}", sample.available, sample.total)
}

fn when(moment: &Moment) -> String {
    let time = |time: SystemTime| format!(" ({})", format_rfc3339_seconds(time));
    format!("{}{}", since(moment.since), moment.time.map(time).unwrap_or_default())
}

/// Hours, minutes, seconds and tenths since the beginning.
fn since(milliseconds: u64) -> String {
    let tenths = milliseconds / 100;
    let (seconds, minutes) = (tenths / 10 % 60, tenths / 600 % 60);
    format!("+{}:{minutes:02}:{seconds:02}.{}", tenths / 36_000, tenths % 10)
}

/// A span of time in no more than two units, below ten seconds to the tenth.
fn rounded(milliseconds: u64) -> String {
    if milliseconds < 10_000 {
        return format!("{:.1} s", milliseconds as f64 / 1000.0);
    }
    let shown = format_duration(Duration::from_secs(milliseconds / 1000)).to_string();
    shown.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_read_them() {
        assert_eq!(
            (since(0), since(9_449), since(3_725_000)),
            ("+0:00:00.0".into(), "+0:00:09.4".into(), "+1:02:05.0".into())
        );
        assert_eq!(
            (rounded(400), rounded(9_940), rounded(75_000)),
            ("0.4 s".into(), "9.9 s".into(), "1m 15s".into())
        );
        assert!(since(u64::MAX).starts_with('+'));
    }
}
