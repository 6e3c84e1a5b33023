//! `memtune doctor --fix`: offers the plans behind the findings, one after the other.

use anyhow::Result;

use crate::change::Why;
use crate::cli::Global;
use crate::doctor::finding::{Finding, Fix, Remedy, SYSCTL_FILE, Severity, TMPFILES_FILE};
use crate::exit::Exit;
use crate::facts::readings::Readings;
use crate::host::Host;
use crate::tune::fixes::{self, FixedKnob, FixedLine};
use crate::ui::report;
use crate::ui::terminal::Terminal;

use super::planned::{self, Approval};

/// Offers to mend `findings`, the most urgent first; what was declined stays as it is.
///
/// # Errors
/// Says what could not be planned or done.
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
            exit = carry_out(finding, fix, global, host, terminal)?.max(exit);
        }
    }
    if done.is_empty() {
        terminal.show("Nothing that was found has a fix that could be offered.\n")?;
    }
    Ok(exit)
}

fn carry_out(
    finding: &Finding,
    fix: &Fix,
    global: &Global,
    host: &Host,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let title = format!("{}: {}", finding.id, finding.title);
    let source = finding.refs.first().copied().unwrap_or("memtune-checks(7)");
    // An earlier fix may have changed what this one starts from: everything is read anew.
    let readings = Readings::new(host, None);
    let (knobs, lines) = parts(&fix.remedies);
    let plan = fixes::plan(&title, &Why::new(finding.why, source), &knobs, &lines, &readings)?;
    planned::carry_out(plan, Approval::of(global), global, host, terminal)
}

fn parts(remedies: &[Remedy]) -> (Vec<FixedKnob>, Vec<FixedLine>) {
    let (mut knobs, mut lines) = (Vec::new(), Vec::new());
    for remedy in remedies {
        match remedy.clone() {
            Remedy::Knob { key, value } => knobs.push(FixedKnob { name: key, value, file: SYSCTL_FILE }),
            Remedy::Sys { path, value } => knobs.push(FixedKnob { name: path, value, file: TMPFILES_FILE }),
            Remedy::CommentOut { file, line } => lines.push(FixedLine { file, line }),
        }
    }
    (knobs, lines)
}
