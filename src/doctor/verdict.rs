//! The verdict in one sentence, and what to type next.

use crate::host::Reason;

use super::finding::{Finding, Severity};
use super::report::Summary;
use super::selection::Selection;
use super::shell::quoted;
use super::wording::plural;

const MOST_COMMANDS: usize = 3;

/// The findings that matter, the most urgent first. Groups stand in the order of urgency already.
fn by_urgency(findings: &[Finding]) -> Vec<&Finding> {
    let mut urgent: Vec<&Finding> =
        findings.iter().filter(|finding| finding.counts_as(Severity::Info)).collect();
    urgent.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.group));
    urgent
}

/// One plain sentence about the whole machine.
pub fn sentence(findings: &[Finding], summary: &Summary, selection: &Selection) -> String {
    let urgent = by_urgency(findings);
    let first = |severity| urgent.first().filter(|finding| finding.severity == severity);
    if let Some(finding) = first(Severity::Error) {
        let count = [plural(summary.error as u64, "error"), plural(summary.warn as u64, "warning")];
        let count = if summary.warn == 0 { count[0].clone() } else { count.join(" and ") };
        return format!(
            "This machine is in danger, with {count}; first of all: {} ({}).",
            finding.title, finding.id
        );
    }
    if let Some(finding) = first(Severity::Warn) {
        let count = plural(summary.warn as u64, "warning");
        return format!(
            "This machine works, with {count}; first of all: {} ({}).",
            finding.title, finding.id
        );
    }
    sound(summary, selection)
}

/// The sentence where nothing complains.
fn sound(summary: &Summary, selection: &Selection) -> String {
    let examined = summary.ok + summary.info + summary.ignored;
    let checks = plural(examined as u64, "check");
    let hints = match summary.info {
        0 => "nothing to mend".to_owned(),
        count => format!("nothing to mend, and {} worth a look", plural(count as u64, "thing")),
    };
    match (examined, summary.skip) {
        (0, _) => "Nothing could be examined here.".to_owned(),
        (few, skipped) if skipped > few => {
            format!("Little can be said of this machine: only {checks} of {} could look.", few + skipped)
        }
        _ if !selection.is_everything() => format!("What was examined is sound: {checks} found {hints}."),
        (_, 0) => format!("Memory is set up soundly: {checks} found {hints}."),
        (_, skipped) => {
            format!(
                "Memory is set up soundly as far as can be seen: {checks} found {hints}, {skipped} could not look."
            )
        }
    }
}

/// How the caller starts memtune.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What was typed.
    pub typed: String,
    /// What has to be typed behind sudo.
    pub for_sudo: String,
}

/// The commands most useful now: the fixes of the most urgent findings, then what tells more.
pub fn next_commands(findings: &[Finding], caller: &Caller, root: Option<&str>) -> Vec<String> {
    let with_root = |program: &str| match root {
        Some(folder) => format!("{} --root {}", quoted(program), quoted(folder)),
        None => quoted(program),
    };
    let memtune = with_root(&caller.typed);
    let urgent = by_urgency(findings);
    let mut commands: Vec<String> = Vec::new();
    let mut add = |command: String| {
        if commands.len() < MOST_COMMANDS && !commands.contains(&command) {
            commands.push(command);
        }
    };
    for finding in urgent.iter().take(2) {
        add(match finding.fix.as_ref().map(|fix| fix.commands.as_slice()) {
            // What is examined may be another machine's tree: its fixes must not be typed here.
            Some([command]) if root.is_none() => command.clone(),
            _ => format!("{memtune} doctor explain {}", finding.id),
        });
    }
    if let Some(finding) = urgent.first() {
        add(format!("{memtune} doctor explain {}", finding.id));
    }
    let lacks = |wanted: fn(&Reason) -> bool| {
        findings.iter().any(|finding| finding.lacking.as_ref().is_some_and(wanted))
    };
    if lacks(|reason| *reason == Reason::Denied) {
        add(format!("sudo {} doctor", with_root(&caller.for_sudo)));
    }
    if root.is_none() && lacks(|reason| matches!(reason, Reason::NotAsked(_))) {
        add(format!("{memtune} doctor --sample 5"));
    }
    add(format!("{memtune} doctor -v"));
    add(format!("{memtune} doctor list"));
    commands
}
