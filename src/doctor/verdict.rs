//! The verdict in one sentence, and what to type next.

use crate::host::Reason;

use super::finding::{Finding, Severity};
use super::report::Summary;
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
pub fn sentence(findings: &[Finding], summary: &Summary) -> String {
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
    let examined = summary.ok + summary.info + summary.ignored;
    match (examined, summary.skip) {
        (0, _) => "Nothing could be examined here.".to_owned(),
        (few, skipped) if skipped > few => {
            format!(
                "Little can be said of this machine: only {} of {} could look.",
                plural(few as u64, "check"),
                few + skipped
            )
        }
        (_, 0) => {
            format!("Memory is set up soundly: {} found nothing to mend.", plural(examined as u64, "check"))
        }
        (_, skipped) => format!(
            "Memory is set up soundly as far as can be seen: {} found nothing to mend, {skipped} could not look.",
            plural(examined as u64, "check")
        ),
    }
}

/// The commands most useful now: the fixes of the most urgent findings, then what tells more.
pub fn next_commands(findings: &[Finding], program: &str, root: Option<&str>) -> Vec<String> {
    let memtune = root.map_or(program.to_owned(), |folder| format!("{program} --root {}", quoted(folder)));
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
        add(format!("sudo {memtune} doctor"));
    }
    if root.is_none() && lacks(|reason| matches!(reason, Reason::NotAsked(_))) {
        add(format!("{memtune} doctor --sample 5"));
    }
    add(format!("{memtune} doctor -v"));
    add(format!("{memtune} doctor list"));
    commands
}

/// `text` as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-+:@%".contains(character);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
