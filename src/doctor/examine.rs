//! Runs the checks.

use crate::facts::readings::Readings;
use crate::host::Lacking;

use super::check::Check;
use super::finding::{Finding, Severity, Value};
use super::ignore::Ignored;
use super::registry;
use super::selection::Selection;

/// Runs the selected checks, in reading order.
pub fn examine(readings: &Readings, selection: &Selection, ignored: &Ignored) -> Vec<Finding> {
    let wanted = registry::checks().filter(|check| selection.wants(check));
    wanted
        .map(|check| Finding { ignored: reason_to_ignore(check, ignored), ..run(check, readings) })
        .collect()
}

/// Runs one check.
pub fn run(check: &Check, readings: &Readings) -> Finding {
    let finding = Finding {
        id: check.id,
        group: check.group,
        severity: Severity::Skip,
        title: String::new(),
        evidence: Vec::new(),
        why: check.why,
        fix: None,
        refs: check.sources,
        ignored: None,
        workings: Vec::new(),
        lacking: None,
    };
    match (check.examine)(readings) {
        Ok(diagnosis) => Finding {
            severity: diagnosis.severity,
            title: diagnosis.title,
            evidence: diagnosis.evidence,
            workings: diagnosis.workings,
            fix: diagnosis.fix,
            ..finding
        },
        Err(lacking) => skipped(finding, lacking),
    }
}

fn skipped(finding: Finding, lacking: Lacking) -> Finding {
    let title = format!("Not examined: {lacking}");
    let value = Value::Text(lacking.to_string());
    let evidence = super::finding::Evidence { source: lacking.source, key: "reading".to_owned(), value };
    Finding { title, evidence: vec![evidence], lacking: Some(lacking.reason), ..finding }
}

fn reason_to_ignore(check: &Check, ignored: &Ignored) -> Option<String> {
    ignored.reason(check.id).map(str::to_owned)
}
