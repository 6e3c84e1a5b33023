//! The whole answer of `memtune swap show`.

use crate::doctor::finding::Severity;
use crate::swap::overview::Overview;
use crate::swap::remarks::Remark;
use crate::ui::look::{FAINT, HEADING, Look, style_of, styled};
use crate::ui::paragraph;

use super::{areas, compressed};

/// Renders the headline alone.
pub fn verdict(overview: &Overview) -> String {
    headline(overview) + "\n"
}

/// Renders the machine's swap; `next` are commands that tell or do more.
pub fn render(overview: &Overview, next: &[String], look: Look) -> String {
    let mut text: String = paragraph::indented(look, 0, &headline(overview))
        .lines()
        .map(|line| styled(HEADING, line) + "\n")
        .collect();
    if !overview.areas.is_empty() {
        text += &format!("\n{}", areas::render(&overview.areas, look));
    }
    let facts = facts(overview, look);
    if !facts.is_empty() {
        text += &format!("\n{facts}");
    }
    if !overview.remarks.is_empty() {
        text.push('\n');
        text.extend(overview.remarks.iter().map(|remark| odd(remark, look)));
    }
    if let Some(change) = &overview.cut_short {
        text += &format!("\n{}", paragraph::hanging(look, "note: ", 6, &change.sentence()));
        text += &paragraph::command(look, 2, &change.command());
    }
    if let Some(kind) = &overview.container {
        let whose = format!("This is a container ({kind}): swap is the affair of the machine under it.");
        text += &format!("\n{}", paragraph::indented(look, 0, &whose));
    }
    text + &commands(next, look)
}

fn headline(overview: &Overview) -> String {
    if let Some(why) = &overview.unknown {
        return format!("Which swap is in use is not known: {why}");
    }
    let count = overview.used_areas().count();
    let (size, used) = (overview.size(), overview.used());
    let beside = overview.memory.map(|memory| format!(" beside {memory} of memory")).unwrap_or_default();
    let areas = if count == 1 { "one area".to_owned() } else { format!("{count} areas") };
    match count {
        0 => format!("No swap is in use{beside}"),
        _ => format!("{size} of swap in {areas}{beside}, {used} in use ({:.0} %)", used.percent_of(size)),
    }
}

fn facts(overview: &Overview, look: Look) -> String {
    let facts = [
        ("zram", compressed::zram(overview)),
        ("zswap", overview.zswap.as_ref().map(compressed::zswap)),
        ("promised to programs", compressed::promised(overview)),
        ("hibernation", compressed::resume(overview)),
        ("managed by", (!overview.managers.is_empty()).then(|| overview.managers.join(", "))),
    ];
    let facts = facts.into_iter().filter_map(|(label, fact)| Some((label, fact?)));
    // The label counts as text, so that the first line is not too long, and is made faint when the lines stand.
    let line = |(label, fact): (&str, String)| {
        let text = paragraph::hanging(look, "", 2, &format!("{label}: {fact}"));
        text.replacen(&format!("{label}:"), &styled(FAINT, &format!("{label}:")), 1)
    };
    facts.map(line).collect()
}

fn odd(remark: &Remark, look: Look) -> String {
    let mark = styled(style_of(Severity::Warn), look.mark(Severity::Warn));
    paragraph::hanging(look, &format!("{mark} "), 2, &format!("{} ({})", remark.text, remark.check))
}

fn commands(next: &[String], look: Look) -> String {
    if next.is_empty() {
        return String::new();
    }
    let commands: String = next.iter().map(|command| paragraph::command(look, 2, command)).collect();
    format!("\n{}\n{commands}", styled(FAINT, "Next:"))
}
