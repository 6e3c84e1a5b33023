//! The whole answer of `memtune limits show`.

use crate::facts::cgroup_memory::Limit;
use crate::limits::shown::overview::Overview;
use crate::ui::look::{FAINT, HEADING, Look, styled};
use crate::ui::paragraph;

use super::table;

/// Renders the headline alone.
pub fn verdict(overview: &Overview) -> String {
    headline(overview) + "\n"
}

/// Renders all units; `next` are commands that tell more.
pub fn render(overview: &Overview, next: &[String], look: Look) -> String {
    let mut text: String = paragraph::indented(look, 0, &headline(overview))
        .lines()
        .map(|line| styled(HEADING, line) + "\n")
        .collect();
    if !overview.units.is_empty() {
        let (table, left_out) = table::render(&overview.units, look);
        text += &format!("\n{table}");
        if !left_out.is_empty() {
            let note =
                format!("No room here for: {}. A wider terminal and --json have them.", left_out.join(", "));
            text += &format!("\n{}", paragraph::indented(look, 0, &note));
        }
    }
    text += &notes(&overview.remarks, look);
    text + &commands(next, look)
}

fn headline(overview: &Overview) -> String {
    let count = overview.units.len();
    let units = if count == 1 { "One unit".to_owned() } else { format!("{count} units") };
    let memory = overview.memory.map(|memory| format!(" on {memory} of memory")).unwrap_or_default();
    let is_limited = |limit: Option<Limit>| limit.is_some_and(|limit| limit.bytes().is_some());
    let limited = overview.units.iter().filter(|unit| is_limited(unit.max) || is_limited(unit.high)).count();
    let is_known = overview.units.iter().any(|unit| unit.max.is_some() || unit.high.is_some());
    let limited = match limited {
        _ if !is_known => "whose limits are not known".to_owned(),
        0 => "none has a limit".to_owned(),
        1 => "one has a limit".to_owned(),
        several => format!("{several} have a limit"),
    };
    let killed = match overview.oom_kills() {
        0 => String::new(),
        1 => "; one process was killed for want of memory".to_owned(),
        several => format!("; {several} processes were killed for want of memory"),
    };
    format!("{units}{memory}, {limited}{killed}")
}

/// What cannot be known here.
pub(super) fn notes(remarks: &[String], look: Look) -> String {
    let notes: String = remarks.iter().map(|remark| paragraph::hanging(look, "note: ", 6, remark)).collect();
    if notes.is_empty() { notes } else { format!("\n{notes}") }
}

/// What to type next.
pub(super) fn commands(next: &[String], look: Look) -> String {
    if next.is_empty() {
        return String::new();
    }
    let commands: String = next.iter().map(|command| paragraph::command(look, 2, command)).collect();
    format!("\n{}\n{commands}", styled(FAINT, "Next:"))
}
