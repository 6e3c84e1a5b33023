//! What became of a profile, for people.

use crate::doctor::finding::Severity;
use crate::tune::verify::{Row, Verification};

use super::look::{Look, style_of, styled};
use super::{paragraph, table};

/// Renders the comparison, and one sentence on it.
pub fn render(verification: &Verification, look: Look) -> String {
    let heading = ["", "knob", "wanted", "running", "next boot", "set by"].map(str::to_owned).to_vec();
    let rows = verification.keys.iter().map(|row| cells(row, look));
    table::columns(look, 0, std::iter::once(heading).chain(rows)) + "\n" + &sentence(verification, look)
}

fn cells(row: &Row, look: Look) -> Vec<String> {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let by = row.winner.as_ref().map_or("-".to_owned(), |place| format!("{}:{}", place.file, place.line));
    let mark = look.mark(if row.holds { Severity::Ok } else { Severity::Error });
    vec![mark.to_owned(), row.key.clone(), row.wanted.clone(), shown(&row.running), shown(&row.next_boot), by]
}

fn sentence(verification: &Verification, look: Look) -> String {
    let profiles = verification.profiles.join(" and ");
    let wrong = verification.keys.iter().filter(|row| !row.holds).count();
    let (severity, text) = match (verification.keys.len(), wrong) {
        (0, _) => (Severity::Info, format!("The profile {profiles} sets nothing on this machine.")),
        (count, 0) => (
            Severity::Ok,
            format!("The profile {profiles} holds, now and at the next boot: {count} of {count} values."),
        ),
        (count, wrong) => (
            Severity::Error,
            format!(
                "The profile {profiles} does not hold: {wrong} of {count} values differ. `memtune tune diff {}` shows what would mend it.",
                verification.profiles.join(" ")
            ),
        ),
    };
    paragraph::indented(look, 0, &text).lines().map(|line| styled(style_of(severity), line) + "\n").collect()
}
