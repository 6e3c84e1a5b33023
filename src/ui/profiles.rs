//! Profiles, for people: the list, one of them sized to this machine, and those that fit it.

use serde::Serialize;

use crate::profile::{Numbers, Profile, Sized, SizedSetting, SizedSwap, SwapKind};

use super::look::{FAINT, HEADING, Look, styled};
use super::{paragraph, table};

/// A profile in the list.
#[derive(Serialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// One line.
    pub title: String,
    /// Whether it is applied.
    pub is_active: bool,
}

/// Renders the list.
pub fn list(profiles: &[Listed], look: Look) -> String {
    let row = |one: &Listed| {
        let mark = if one.is_active { "*" } else { "" };
        vec![mark.to_owned(), one.name.clone(), one.title.clone()]
    };
    let legend = match profiles.iter().any(|one| one.is_active) {
        true => "\n* is applied; `memtune tune verify` says whether it holds\n",
        false => {
            "\nNone is applied. `memtune tune recommend` says which fit this machine, `memtune tune show NAME` what one sets.\n"
        }
    };
    table::columns(look, 0, profiles.iter().map(row)) + &wrapped(look, legend)
}

/// A profile and the reasons that speak for it.
#[derive(Serialize)]
pub struct Recommended {
    /// Its name.
    pub name: String,
    /// One line.
    pub title: String,
    /// What was found here.
    pub reasons: Vec<String>,
}

/// Renders those that fit.
pub fn recommendation(profiles: &[Recommended], look: Look) -> String {
    if profiles.is_empty() {
        let none = "Nothing here speaks for one of the profiles: no program, unit, board or swap that one of them is made for. \
                    `memtune doctor` says whether anything needs to be mended.";
        return paragraph::indented(look, 0, none);
    }
    let mut text = String::new();
    for one in profiles {
        text += &format!("{}  {}\n", styled(HEADING, &one.name), one.title);
        for reason in &one.reasons {
            text += &paragraph::hanging(look, "  - ", 4, reason);
        }
    }
    text + &format!("\n{}\n", styled(FAINT, "Next:")) + &next(profiles, look)
}

fn next(profiles: &[Recommended], look: Look) -> String {
    let shown = |one: &Recommended| paragraph::command(look, 2, &format!("memtune tune diff {}", one.name));
    profiles.iter().take(3).map(shown).collect()
}

/// Renders what `profile` comes to on this machine.
pub fn show(profile: &Profile, sized: &Sized, numbers: Numbers, look: Look) -> String {
    let mut text = format!("{}  {}\n", styled(HEADING, &sized.names.join(" + ")), sized.title);
    text += &paragraph::indented(look, 0, profile.about.trim());
    text += &paragraph::indented(look, 0, &format!("Source: {}", profile.source));
    text += &section("Kernel knobs", &settings(&sized.settings, numbers, look));
    text += &section("With --unit", &settings(&sized.unit, numbers, look));
    text += &section("Swap", &sized.swap.iter().map(|one| swap(one, look)).collect::<String>());
    if let Some(watch) = &sized.watch {
        text += &section("Watchdog", &watchdog(watch, look));
    }
    let left_out = |one: &crate::profile::LeftOut| {
        paragraph::hanging(look, "  - ", 4, &format!("{}: {}", one.target, one.why))
    };
    text += &section("Not set here", &sized.left_out.iter().map(left_out).collect::<String>());
    text += &section("What no setting can do", &advice(sized, look));
    text + &section("What its source says besides", &documented(sized, look))
}

fn section(title: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{}\n{text}", styled(HEADING, title)) }
}

fn settings(settings: &[SizedSetting], numbers: Numbers, look: Look) -> String {
    settings.iter().map(|one| setting(one, numbers, look)).collect()
}

fn setting(one: &SizedSetting, numbers: Numbers, look: Look) -> String {
    let mut text = format!(
        "  {} = {}\n",
        styled(HEADING, &super::look::harmless(one.target.name())),
        super::look::harmless(&one.value)
    );
    text += &paragraph::indented(look, 6, &one.reason);
    for step in &one.workings {
        text += &paragraph::indented(look, 6, &format!("here: {step}"));
    }
    if let Some(effect) = &one.effect {
        let whose = if numbers == Numbers::Literal && one.is_literal {
            "what that number does"
        } else {
            "the source's own number"
        };
        text += &paragraph::indented(look, 6, &format!("{whose}: {effect}"));
    }
    text + &source(&one.source, look)
}

fn source(source: &str, look: Look) -> String {
    paragraph::indented(look, 6, source)
}

fn swap(one: &SizedSwap, look: Look) -> String {
    let what = match (one.kind, one.size) {
        (SwapKind::None, _) => "none".to_owned(),
        (kind, Some(size)) => format!("{size} on {kind}"),
        (kind, None) => format!("some on {kind}"),
    };
    let mut text = paragraph::hanging(look, "  ", 4, &what) + &paragraph::indented(look, 6, &one.reason);
    for step in one.workings.iter().chain(&one.effect) {
        text += &paragraph::indented(look, 6, step);
    }
    text + &source(&one.source, look)
}

fn watchdog(watch: &crate::profile::Watch, look: Look) -> String {
    let below = watch.available_percent.map(|share| format!("act below {share} % of available memory"));
    let above = watch.gpu_percent.map(|share| format!("act above {share} % of GPU memory"));
    let what: Vec<String> = [below, above].into_iter().flatten().collect();
    paragraph::hanging(look, "  ", 4, &what.join(", "))
        + &paragraph::indented(look, 6, &watch.reason)
        + &source(&watch.source, look)
}

fn advice(sized: &Sized, look: Look) -> String {
    let one = |one: &crate::profile::Advice| {
        let command = one.command.iter().map(|command| paragraph::command(look, 6, command));
        paragraph::hanging(look, "  - ", 4, &one.text)
            + &paragraph::indented(look, 6, &one.reason)
            + &command.collect::<String>()
    };
    sized.advice.iter().map(one).collect()
}

fn documented(sized: &Sized, look: Look) -> String {
    let one = |one: &crate::profile::Documented| {
        paragraph::hanging(look, "  - ", 4, &format!("{}: {}", one.what, one.literal))
            + &paragraph::indented(look, 6, &one.effect)
            + &source(&one.source, look)
    };
    sized.documented.iter().map(one).collect()
}

fn wrapped(look: Look, text: &str) -> String {
    format!("\n{}", paragraph::indented(look, 0, text.trim()))
}
