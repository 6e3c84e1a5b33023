//! `memtune limits try` and `memtune limits run`.

use anyhow::Result;
use serde::Serialize;

use crate::cli::{Global, RunUnder, Try};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::unit_listing::Manager;
use crate::host::{Host, Output};
use crate::limits::trial::ladder::{self, Ladder};
use crate::limits::trial::report::Report;
use crate::limits::trial::resource::{Counts, Resource, Rlimit};
use crate::limits::trial::run;
use crate::limits::trial::scope::{self, Trial};
use crate::sys::bytes::Bytes;
use crate::sys::size::Size;
use crate::ui::json;
use crate::ui::limits::trial as shown;
use crate::ui::terminal::{Terminal, show_beside};

/// Either answer.
#[derive(Serialize)]
struct Answer<'a, T> {
    schema: &'static str,
    #[serde(flatten)]
    shown: &'a T,
}

pub(super) fn scope(asked: &Try, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    refuse_tree(host)?;
    let is_root = rustix::process::geteuid().is_root();
    let manager = if asked.user || !is_root { Manager::User } else { Manager::System };
    let with = |properties: &[(String, String)]| {
        scope::run(host, &Trial { command: &asked.command, properties, manager }, output(global))
    };
    if asked.ladder.is_empty() {
        return end(&with(&asked.properties)?, global, terminal);
    }
    if asked.properties.iter().any(|(property, _)| property == "MemoryMax") {
        return Err(Fault::new(Exit::Usage, "the ladder is of MemoryMax, which is given besides").into());
    }
    let attempt = |size: Bytes| {
        let rung = ("MemoryMax".to_owned(), size.0.to_string());
        with(&[&asked.properties[..], &[rung]].concat())
    };
    descend(&asked.ladder, host, global, terminal, attempt)
}

pub(super) fn rlimits(
    asked: &RunUnder,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    refuse_tree(host)?;
    if asked.ladder.is_empty() {
        if asked.rlimits.is_empty() {
            return Err(Fault::new(Exit::Usage, "no limit is named")
                .hint("such as `--rlimit as=512M`")
                .into());
        }
        let report = run::run(host, &asked.command, &asked.rlimits, output(global))?;
        return end(&report, global, terminal);
    }
    let resource = of_ladder(asked)?;
    let attempt = |size: Bytes| {
        let rung = Rlimit { resource, most: Some(size.0) };
        run::run(host, &asked.command, &[&asked.rlimits[..], &[rung]].concat(), output(global))
    };
    descend(&asked.ladder, host, global, terminal, attempt)
}

fn of_ladder(asked: &RunUnder) -> Result<&'static Resource, Fault> {
    let usage = |message: String| Fault::new(Exit::Usage, message);
    let resource = Resource::named(&asked.of).filter(|resource| resource.counts == Counts::Bytes);
    let resource = resource.ok_or_else(|| usage(format!("there can be no ladder of `{}`", asked.of)))?;
    match asked.rlimits.iter().any(|rlimit| rlimit.resource == resource) {
        true => Err(usage(format!("the ladder is of {}, which is given besides", resource.name))),
        false => Ok(resource),
    }
}

fn descend(
    sizes: &[Size],
    host: &Host,
    global: &Global,
    terminal: &mut Terminal,
    attempt: impl Fn(Bytes) -> Result<Report, Fault>,
) -> Result<Exit> {
    let memory = Readings::new(host, None).meminfo().map(|meminfo| meminfo.total()).unwrap_or_default();
    let sizes: Vec<Bytes> = sizes.iter().map(|size| size.of(memory)).collect();
    let ladder = ladder::climb_down(&sizes, |size| {
        if !global.json && !global.quiet {
            show_beside(&shown::rung(size), global.color)?;
        }
        attempt(size).map_err(anyhow::Error::from)
    })?;
    tell(&ladder, &shown::ladder(&ladder, terminal.look), "memtune.ladder/1", global, terminal)?;
    Ok(status_of(&ladder))
}

/// Done, if there is an answer; otherwise as the program ended under the largest size.
fn status_of(ladder: &Ladder) -> Exit {
    let first = ladder.rungs.first().map_or(Exit::Done, |rung| Exit::Of(rung.report.status));
    ladder.smallest.map_or(first, |_| Exit::Done)
}

fn end(report: &Report, global: &Global, terminal: &mut Terminal) -> Result<Exit> {
    tell(report, &shown::report(report, terminal.look), "memtune.trial/1", global, terminal)?;
    Ok(Exit::Of(report.status))
}

/// Standard output is the program's, unless an object was asked for.
fn tell(
    answer: &impl Serialize,
    text: &str,
    schema: &'static str,
    global: &Global,
    terminal: &mut Terminal,
) -> Result<()> {
    match global.json {
        true => terminal.show(&json::object(&Answer { schema, shown: answer })?)?,
        false => show_beside(text, global.color)?,
    }
    Ok(())
}

fn output(global: &Global) -> Output {
    if global.json { Output::Error } else { Output::Same }
}

fn refuse_tree(host: &Host) -> Result<(), Fault> {
    match host.is_live() {
        true => Ok(()),
        false => Err(Fault::new(Exit::Refused, "in a tree no program is run")),
    }
}
