//! One check explained with this machine's numbers, for people.

use crate::doctor::check::Check;
use crate::doctor::finding::Finding;

use super::look::{HEADING, Look, style_of, styled};
use super::{paragraph, report};

/// Renders what `check` asks and why, and what it found.
pub fn render(check: &Check, finding: &Finding, look: Look) -> String {
    let title = format!("{} {}", check.id, check.name);
    let mut text = format!("{}\n", styled(HEADING, &title)) + &paragraph::indented(look, 0, check.question);
    text += &section(look, "Why it matters", check.why);
    text += &section(look, "When it is said", check.thresholds);
    text += &heading("On this machine");
    let mark = styled(style_of(finding.severity), look.mark(finding.severity));
    text += &paragraph::hanging(look, &format!("  {mark} "), 4, &finding.title);
    for step in &finding.workings {
        text += &paragraph::indented(look, 4, step);
    }
    if !finding.evidence.is_empty() {
        text += &(heading("Evidence") + &report::evidence(finding, look, 2));
    }
    if finding.fix.is_some() {
        text += &(heading("What to type") + &report::fix(finding, look, 2));
    }
    text += &heading("Sources");
    for source in check.sources {
        text += &paragraph::indented(look, 2, source);
    }
    text
}

fn section(look: Look, title: &str, text: &str) -> String {
    heading(title) + &paragraph::indented(look, 2, text)
}

fn heading(title: &str) -> String {
    format!("\n{}\n", styled(HEADING, title))
}
