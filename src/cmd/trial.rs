//! `memtune limits try` and `memtune limits run`.

use std::io;

use anyhow::Result;
use serde::Serialize;

use crate::change;
use crate::cli::{Global, RunUnder, Try};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::unit_listing::Manager;
use crate::host::{Host, Input, Output};
use crate::limits::trial::ladder::{self, Ladder};
use crate::limits::trial::report::Report;
use crate::limits::trial::resource::Resource;
use crate::limits::trial::rlimit::Rlimit;
use crate::limits::trial::run;
use crate::limits::trial::scope::{self, Trial};
use crate::limits::trial::stage::Stage;
use crate::limits::trial::standstill;
use crate::sys::bytes::Bytes;
use crate::sys::foreground::Foreground;
use crate::sys::size::Size;
use crate::ui::limits::trial as shown;
use crate::ui::terminal::{Terminal, show_beside};
use crate::ui::{json, message};

/// Either answer.
#[derive(Serialize)]
struct Answer<'a, T> {
    schema: &'static str,
    #[serde(flatten)]
    shown: &'a T,
}

pub(super) fn scope(asked: &Try, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    refuse_tree(host)?;
    if !asked.ladder.is_empty() && asked.properties.iter().any(|(property, _)| property == "MemoryMax") {
        return Err(Fault::new(Exit::Usage, "the ladder is of MemoryMax, which is given besides").into());
    }
    scope::check(&asked.properties)?;
    let sizes = sizes(&asked.ladder, host)?;
    let with_rung =
        |size: Bytes| [&asked.properties[..], &[("MemoryMax".to_owned(), size.0.to_string())]].concat();
    if global.dry_run {
        let each = each_of(&sizes, asked.properties.clone(), with_rung);
        let commands = each.iter().map(|properties| {
            let words = scope::words(host, &trial(asked, properties), &scope::unit_name())?;
            Ok([&words[..], &asked.command].concat())
        });
        return tell_only(commands.collect::<Result<_, Fault>>()?, global, terminal);
    }
    if !global.quiet {
        // The largest size leaves it the most room to stand still in.
        let largest = sizes.first().map_or_else(|| asked.properties.clone(), |&size| with_rung(size));
        warn(&trial(asked, &largest), host);
    }
    let foreground = Foreground::begin(host.ignored_signals())?;
    let stage = stage(host, &foreground, global, &sizes);
    if sizes.is_empty() {
        return end(&scope::run(&stage, &trial(asked, &asked.properties))?, global, terminal);
    }
    let attempt = |size: Bytes| scope::run(&stage, &trial(asked, &with_rung(size)));
    descend("MemoryMax", &sizes, &stage, global, terminal, attempt)
}

fn warn(trial: &Trial<'_>, host: &Host) {
    let warning = standstill::warning(&Readings::new(host, None), trial.manager, trial.properties);
    if let Some(warning) = warning {
        message::warning(&warning);
    }
}

/// Who is not root has only the systemd of his own session.
fn trial<'t>(asked: &'t Try, properties: &'t [(String, String)]) -> Trial<'t> {
    let is_root = rustix::process::geteuid().is_root();
    let manager = if asked.user || !is_root { Manager::User } else { Manager::System };
    Trial { command: &asked.command, properties, manager }
}

pub(super) fn rlimits(
    asked: &RunUnder,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    refuse_tree(host)?;
    if asked.ladder.is_empty() && asked.rlimits.is_empty() {
        let fault = Fault::new(Exit::Usage, "no limit is named").hint("such as `--rlimit as=512M`");
        return Err(fault.into());
    }
    run::check(&asked.rlimits)?;
    let sizes = sizes(&asked.ladder, host)?;
    let resource = of_ladder(asked)?;
    let with_rung = |size: Bytes| [&asked.rlimits[..], &[Rlimit::of(resource, Some(size.0))]].concat();
    if global.dry_run {
        let each = each_of(&sizes, asked.rlimits.clone(), with_rung);
        let commands = each.iter().map(|rlimits| run::words(&asked.command, rlimits)).collect();
        return tell_only(commands, global, terminal);
    }
    let foreground = Foreground::begin(host.ignored_signals())?;
    let stage = stage(host, &foreground, global, &sizes);
    if sizes.is_empty() {
        return end(&run::run(&stage, &asked.command, &asked.rlimits)?, global, terminal);
    }
    let attempt = |size: Bytes| run::run(&stage, &asked.command, &with_rung(size));
    descend(resource.name, &sizes, &stage, global, terminal, attempt)
}

fn of_ladder(asked: &RunUnder) -> Result<&'static Resource, Fault> {
    let usage = |message: String| Fault::new(Exit::Usage, message);
    let resource = Resource::named(&asked.of).filter(|resource| resource.is_memory());
    let resource = resource
        .ok_or_else(|| usage(format!("there is no ladder of `{}`: as, data, stack or memlock", asked.of)))?;
    match !asked.ladder.is_empty() && asked.rlimits.iter().any(|rlimit| rlimit.resource == resource) {
        true => Err(usage(format!("the ladder is of {}, which is given besides", resource.name))),
        false => Ok(resource),
    }
}

/// From the largest down; none where no ladder was asked for.
fn sizes(asked: &[Size], host: &Host) -> Result<Vec<Bytes>, Fault> {
    let memory = || Readings::new(host, None).meminfo().map(|meminfo| meminfo.total()).unwrap_or_default();
    let has_share = asked.iter().any(|size| size.bytes().is_none());
    let memory = if has_share { memory() } else { Bytes(0) };
    ladder::sorted(&asked.iter().map(|size| size.of(memory)).collect::<Vec<_>>())
}

fn each_of<T>(sizes: &[Bytes], without: T, with_rung: impl Fn(Bytes) -> T) -> Vec<T> {
    if sizes.is_empty() { vec![without] } else { sizes.iter().map(|&size| with_rung(size)).collect() }
}

/// The programs of a ladder would each read a part of one input.
fn stage<'h>(host: &'h Host, foreground: &'h Foreground, global: &Global, sizes: &[Bytes]) -> Stage<'h> {
    Stage {
        host,
        foreground,
        output: if global.json { Output::Error } else { Output::Same },
        input: if sizes.is_empty() { Input::Same } else { Input::Empty },
    }
}

fn descend(
    of: &str,
    sizes: &[Bytes],
    stage: &Stage<'_>,
    global: &Global,
    terminal: &mut Terminal,
    attempt: impl Fn(Bytes) -> Result<Report, Fault>,
) -> Result<Exit> {
    let is_interrupted = || stage.foreground.was_interrupted().is_some();
    let ladder = ladder::climb_down(of, sizes, is_interrupted, |size| {
        if !global.json && !global.quiet {
            is_heard(show_beside(&shown::rung(of, size), global.color))?;
        }
        attempt(size).map_err(anyhow::Error::from)
    })?;
    let text = match global.quiet {
        true => shown::verdict(&ladder.verdict),
        false => shown::ladder(&ladder, terminal.look),
    };
    tell(&Answer { schema: "memtune.ladder/1", shown: &ladder }, &text, global, terminal)?;
    Ok(status_of(&ladder, stage.foreground.was_interrupted()))
}

/// Done, if there is an answer; otherwise as the program ended under the largest size, or by what broke it off. What only lost a process
/// ended well by itself.
fn status_of(ladder: &Ladder, interrupted: Option<i32>) -> Exit {
    if let Some(signal) = interrupted.filter(|_| ladder.interrupted) {
        return Exit::Of(u8::try_from(signal.saturating_add(128)).unwrap_or(u8::MAX));
    }
    let first = ladder.rungs.first().map(|rung| rung.report.status).filter(|&status| status != 0);
    ladder.smallest.map_or(first.map_or(Exit::Findings, Exit::Of), |_| Exit::Done)
}

fn end(report: &Report, global: &Global, terminal: &mut Terminal) -> Result<Exit> {
    let text = match global.quiet {
        true => shown::verdict(&report.verdict),
        false => shown::report(report, terminal.look),
    };
    tell(&Answer { schema: "memtune.trial/1", shown: report }, &text, global, terminal)?;
    Ok(Exit::Of(report.status))
}

/// Standard output is the program's, unless an object was asked for.
fn tell(answer: &impl Serialize, text: &str, global: &Global, terminal: &mut Terminal) -> Result<()> {
    is_heard(match global.json {
        true => terminal.show(&json::object(answer)?),
        false => show_beside(text, global.color),
    })
}

/// A reader who has gone takes nothing away from the program's status.
fn is_heard(told: io::Result<()>) -> Result<()> {
    match told {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        told => Ok(told?),
    }
}

/// With --dry-run nothing is run: here is what would be.
fn tell_only(commands: Vec<Vec<String>>, global: &Global, terminal: &mut Terminal) -> Result<Exit> {
    if global.json {
        let message = "what would be run is told as text only: --dry-run has no JSON here";
        return Err(Fault::new(Exit::Usage, message).into());
    }
    let commands: Vec<String> = commands.iter().map(|words| change::typed(words)).collect();
    terminal.show(&shown::commands(&commands, terminal.look))?;
    Ok(Exit::Done)
}

fn refuse_tree(host: &Host) -> Result<(), Fault> {
    match host.is_live() {
        true => Ok(()),
        false => Err(Fault::new(Exit::Refused, "in a tree no program is run")),
    }
}
