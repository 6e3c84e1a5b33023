//! `memtune doctor --fix`: offers the plans behind the findings, one after the other.

use anyhow::Result;

use crate::change::Why;
use crate::cli::Global;
use crate::doctor::examine;
use crate::doctor::finding::{Finding, Fix, Remedy, Severity};
use crate::doctor::registry;
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::tune::fixes::{self, Mending};
use crate::ui::terminal::Terminal;
use crate::ui::{message, report};

use super::planned::{self, Approval};

/// Offers to mend `findings`, the most urgent first; what was declined or cannot be done stays as it is, and the next is offered.
///
/// # Errors
/// Says what could not be taken back, or that the whole of it needs root.
pub(super) fn run(
    findings: &[Finding],
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    planned::recover(Approval::of(global), global, host, terminal)?;
    let mut done: Vec<&Fix> = Vec::new();
    let mut exit = Exit::Done;
    for finding in findings.iter().filter(|finding| finding.counts_as(Severity::Info)) {
        // Several findings may be mended by the same commands: these are offered once.
        let Some(fix) = finding.fix.as_ref().filter(|fix| !done.contains(fix)) else { continue };
        done.push(fix);
        terminal.show(&report::offer(finding, fix.remedies.is_empty(), terminal.look))?;
        if !fix.remedies.is_empty() {
            exit = offer(finding, fix, global, host, terminal)?.max(exit);
        }
    }
    if done.is_empty() {
        terminal.show("Nothing that was found has a fix that could be offered.\n")?;
    }
    Ok(exit)
}

/// As [`carry_out`], but what stands in the way of this fix does not end the others.
fn offer(
    finding: &Finding,
    fix: &Fix,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let error = match carry_out(finding, fix, global, host, terminal) {
        Ok(exit) => return Ok(exit),
        Err(error) => error,
    };
    match error.downcast_ref::<Fault>() {
        Some(fault) if matches!(fault.exit, Exit::Refused | Exit::Failed) => {
            message::error(&fault.to_string(), fault.hint.as_deref());
            Ok(fault.exit)
        }
        _ => Err(error),
    }
}

fn carry_out(
    finding: &Finding,
    fix: &Fix,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    // An earlier fix may have changed what this one starts from: everything is read anew.
    let readings = Readings::new(host, None);
    let Some(fix) = as_of_now(finding, fix, &readings) else {
        terminal.show("An earlier fix has mended this.\n")?;
        return Ok(Exit::Done);
    };
    let source = finding.refs.first().copied().unwrap_or("memtune-checks(7)");
    let plan = fixes::plan(&mending(finding, &fix), &Why::new(finding.why, source), &readings)?;
    planned::carry_out(plan, Approval::of(global), global, host, terminal)
}

/// The fix with the numbers that its lines have now; `None` where there is nothing to mend any more.
fn as_of_now(finding: &Finding, fix: &Fix, readings: &Readings) -> Option<Fix> {
    let names_lines = fix.remedies.iter().any(|remedy| matches!(remedy, Remedy::CommentOut { .. }));
    match registry::find(finding.id).filter(|_| names_lines) {
        Some(check) => examine::run(check, readings).fix.filter(|fix| !fix.remedies.is_empty()),
        None => Some(fix.clone()),
    }
}

fn mending<'f>(finding: &'f Finding, fix: &Fix) -> Mending<'f> {
    let mut mending = Mending { id: finding.id, title: &finding.title, knobs: Vec::new(), lines: Vec::new() };
    for remedy in fix.remedies.iter().cloned() {
        match remedy {
            Remedy::Knob { key, value } => mending.knobs.push((key, value)),
            Remedy::Sys { path, value } => mending.knobs.push((path, value)),
            Remedy::CommentOut { file, line } => mending.lines.push((file, line)),
        }
    }
    mending
}
