//! Who decides about kernel knobs, for people and for programs.

use serde::Serialize;

use crate::sysctl::{Assignment, Forecast, Place};

use super::look::{FAINT, HEADING, Look, harmless, styled};
use super::paragraph;

/// The answer for programs.
#[derive(Serialize)]
pub struct Status<'f> {
    schema: &'static str,
    keys: Vec<Key<'f>>,
}

#[derive(Serialize)]
struct Key<'f> {
    key: &'f str,
    running: Option<&'f str>,
    next_boot: Option<&'f str>,
    winner: Option<&'f Place>,
    losers: Vec<Loser<'f>>,
    remarks: &'f [String],
}

#[derive(Serialize)]
struct Loser<'f> {
    file: &'f str,
    line: usize,
    value: &'f str,
}

impl<'f> Status<'f> {
    /// Of these knobs.
    pub fn new(forecasts: &'f [Forecast]) -> Self {
        Self { schema: "memtune.tune-status/1", keys: forecasts.iter().map(Key::of).collect() }
    }
}

impl<'f> Key<'f> {
    fn of(forecast: &'f Forecast) -> Self {
        let loser =
            |one: &'f Assignment| Loser { file: &one.place.file, line: one.place.line, value: &one.value };
        Self {
            key: &forecast.key,
            running: forecast.running.as_deref(),
            next_boot: forecast.next_boot.as_deref(),
            winner: forecast.winner.as_ref().map(|winner| &winner.place),
            losers: forecast.losers.iter().map(loser).collect(),
            remarks: &forecast.remarks,
        }
    }
}

/// Renders knob after knob: what runs, what the next boot sets, who wins and who loses.
pub fn render(forecasts: &[Forecast], look: Look) -> String {
    if forecasts.is_empty() {
        return paragraph::indented(
            look,
            0,
            "Nothing here sets a kernel knob at boot; the kernel's own values hold.",
        );
    }
    let differing = forecasts.iter().filter(|one| differs(one)).count();
    let knobs: Vec<String> = forecasts.iter().map(|one| knob(one, look)).collect();
    let sentence = match differing {
        0 => String::new(),
        1 => "\nOne knob will change at the next boot.\n".to_owned(),
        count => format!("\n{count} knobs will change at the next boot.\n"),
    };
    knobs.concat() + &sentence
}

fn differs(forecast: &Forecast) -> bool {
    match (&forecast.running, &forecast.next_boot) {
        (Some(running), Some(next)) => !crate::sysctl::bounds::same(&forecast.key, running, next),
        _ => false,
    }
}

fn knob(forecast: &Forecast, look: Look) -> String {
    let running = forecast.running.as_deref().unwrap_or("not here");
    let next = match (&forecast.next_boot, differs(forecast)) {
        (Some(next), true) => format!(", {next} after the next boot"),
        (Some(_), false) => ", and after the next boot".to_owned(),
        (None, _) => String::new(),
    };
    let mut text =
        format!("{} = {}{}\n", styled(HEADING, &harmless(&forecast.key)), harmless(running), harmless(&next));
    match &forecast.winner {
        Some(winner) => text += &line(look, "set by ", winner),
        None => text += &paragraph::indented(look, 4, "nothing sets it"),
    }
    text.extend(forecast.losers.iter().map(|loser| line(look, "loses: ", loser)));
    text.extend(forecast.remarks.iter().map(|remark| paragraph::indented(look, 4, remark)));
    text
}

fn line(look: Look, label: &str, one: &Assignment) -> String {
    let what = format!("{}:{} with {} ({})", one.place.file, one.place.line, one.value, one.origin.name());
    paragraph::hanging(look, &format!("    {}", styled(FAINT, label)), 4 + label.len(), &what)
}
