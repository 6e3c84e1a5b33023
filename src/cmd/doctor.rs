//! `memtune doctor`.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::cli::{Doctor, DoctorAction, FailOn, Global};
use crate::doctor::check::Check;
use crate::doctor::examine::{examine, run as run_check};
use crate::doctor::finding::{Finding, Severity};
use crate::doctor::ignore::{self, Ignored};
use crate::doctor::registry;
use crate::doctor::report::Report;
use crate::doctor::selection::{Selection, known_check};
use crate::doctor::verdict::Caller;
use crate::exit::{Exit, Fault};
use crate::facts::rates::Rates;
use crate::facts::readings::Readings;
use crate::facts::vmstat;
use crate::host::{Host, Reason};
use crate::tune::verify::Verification;
use crate::ui::report::Detail;
use crate::ui::terminal::Terminal;
use crate::ui::{catalogue, explanation, json, message, progress, report, verification};

use super::for_profile::ForProfile;
use super::mend;

/// Runs the command.
///
/// # Errors
/// Says what was typed wrongly, or why the answer could not be shown.
pub fn run(arguments: &Doctor, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    match &arguments.action {
        None => diagnose(arguments, global, host, terminal),
        Some(DoctorAction::List) => list(global, terminal),
        Some(DoctorAction::Explain { check, sample }) => explain(check, *sample, global, host, terminal),
    }
}

fn diagnose(arguments: &Doctor, global: &Global, host: &Host, terminal: &mut Terminal) -> Result<Exit> {
    // As a conflict of options clap would see this only where `--json` stands in front of the command.
    if arguments.fix && global.json {
        let fault = Fault::new(Exit::Usage, "`--fix` asks questions, and prints no JSON");
        return Err(fault
            .hint("`memtune doctor --json` lists the findings with the commands that mend them")
            .into());
    }
    let profile = arguments.profile.as_ref().map(|name| ForProfile::new(name, host)).transpose()?;
    let checks = profile.as_ref().map_or(&arguments.check, |profile| &profile.checks);
    let selection =
        Selection::new(checks, &arguments.group).map_err(|wrong| Fault::new(Exit::Usage, wrong))?;
    let readings = Readings::new(host, sample(arguments.sample, host)?);
    let findings = examine(&readings, &selection, &ignored(host));
    let mut exit = exit_for(&findings, &selection, arguments.fail_on);
    if arguments.fix {
        return mend::run(&findings, global, host, terminal);
    }
    let report = Report::new(&readings, findings, &selection, &caller());
    let text = match (global.json, global.quiet, global.verbose) {
        (true, _, _) => {
            let verification = profile.as_ref().map(|profile| &profile.verification);
            json::object(&WithVerification { report: &report, verification })?
        }
        (_, true, _) => report::render(&report, terminal.look, Detail::Verdict),
        (_, _, true) => report::render(&report, terminal.look, Detail::Everything),
        _ => report::render(&report, terminal.look, Detail::Findings),
    };
    terminal.show(&text)?;
    if let Some(profile) = profile {
        exit = exit.max(show_verification(&profile.verification, global, terminal)?);
    }
    Ok(exit)
}

/// Behind the report: whether the profile's values hold.
fn show_verification(verification: &Verification, global: &Global, terminal: &mut Terminal) -> Result<Exit> {
    if !global.json {
        terminal.show(&format!("\n{}", verification::render(verification, terminal.look)))?;
    }
    Ok(if verification.holds() { Exit::Done } else { Exit::Findings })
}

/// The report, and behind `--profile` what became of the profile's values.
#[derive(Serialize)]
struct WithVerification<'r> {
    #[serde(flatten)]
    report: &'r Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<&'r Verification>,
}

/// How memtune was started, so that the proposed commands can be typed as they are.
fn caller() -> Caller {
    let typed = std::env::args().next().unwrap_or_else(|| "memtune".to_owned());
    // sudo looks for programs in fewer places than the caller's shell.
    let full = std::env::current_exe().ok().map(|path| path.display().to_string());
    Caller { for_sudo: full.unwrap_or_else(|| typed.clone()), typed }
}

fn exit_for(findings: &[Finding], selection: &Selection, fail_on: FailOn) -> Exit {
    let severity = match fail_on {
        FailOn::Warn => Severity::Warn,
        FailOn::Error => Severity::Error,
    };
    let is_denied = |finding: &Finding| finding.lacking == Some(Reason::Denied);
    // Whoever asks for single checks wants their answers: none for lack of root is no success.
    if selection.is_by_name() && findings.iter().all(is_denied) {
        return Exit::Privilege;
    }
    if findings.iter().any(|finding| finding.counts_as(severity)) { Exit::Findings } else { Exit::Done }
}

fn sample(seconds: Option<u16>, host: &Host) -> Result<Option<Rates>> {
    let Some(seconds) = seconds else { return Ok(None) };
    if !host.is_live() {
        return Err(Fault::new(Exit::Usage, "`--sample` needs a running machine, not a tree").into());
    }
    let before = vmstat::read(host)?;
    let passed = progress::wait(Duration::from_secs(u64::from(seconds)), "taking two readings");
    Ok(Some(Rates::new(before, vmstat::read(host)?, passed.as_secs_f64())))
}

fn ignored(host: &Host) -> Ignored {
    let ignored = ignore::read(host).unwrap_or_else(|lacking| {
        message::warning(&lacking.to_string());
        Ignored::default()
    });
    ignored.complaints.iter().for_each(|complaint| message::warning(complaint));
    ignored
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    name: &'static str,
    group: &'static str,
    question: &'static str,
    thresholds: &'static str,
    why: &'static str,
    refs: &'static [&'static str],
}

impl From<&Check> for Entry {
    fn from(check: &Check) -> Self {
        Self {
            id: check.id,
            name: check.name,
            group: check.group.name(),
            question: check.question,
            thresholds: check.thresholds,
            why: check.why,
            refs: check.sources,
        }
    }
}

#[derive(Serialize)]
struct Catalogue {
    schema: &'static str,
    checks: Vec<Entry>,
}

fn list(global: &Global, terminal: &mut Terminal) -> Result<Exit> {
    let text = if global.json {
        json::object(&Catalogue {
            schema: "memtune.checks/1",
            checks: registry::checks().map(Entry::from).collect(),
        })?
    } else {
        catalogue::render(registry::checks(), terminal.look)
    };
    terminal.show(&text)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Explanation<'f> {
    schema: &'static str,
    check: Entry,
    finding: &'f Finding,
    workings: &'f [String],
}

fn explain(
    name: &str,
    seconds: Option<u16>,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let check = known_check(name).map_err(|wrong| Fault::new(Exit::Usage, wrong))?;
    let finding = run_check(check, &Readings::new(host, sample(seconds, host)?));
    let text = if global.json {
        let workings = &finding.workings;
        json::object(&Explanation {
            schema: "memtune.explanation/1",
            check: Entry::from(check),
            finding: &finding,
            workings,
        })?
    } else {
        explanation::render(check, &finding, terminal.look)
    };
    terminal.show(&text)?;
    Ok(if finding.lacking == Some(Reason::Denied) { Exit::Privilege } else { Exit::Done })
}
