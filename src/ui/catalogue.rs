//! The list of all checks, for people.

use crate::doctor::check::Check;
use crate::doctor::group::Group;

use super::look::{HEADING, Look, styled};
use super::table;

/// Renders the checks under the headings of their groups.
pub fn render<'c>(checks: impl Iterator<Item = &'c Check>, look: Look) -> String {
    let checks: Vec<&Check> = checks.collect();
    let mut sections = Vec::new();
    for group in Group::ALL {
        let rows: Vec<Vec<String>> =
            checks.iter().filter(|check| check.group == group).map(|check| row(check)).collect();
        if !rows.is_empty() {
            let title = format!("{} ({}, {})", group.title(), group.initial(), group.name());
            sections.push(format!("{}\n{}", styled(HEADING, &title), table::columns(look, 2, rows)));
        }
    }
    sections.join("\n")
}

fn row(check: &Check) -> Vec<String> {
    [check.id, check.name, check.question].map(str::to_owned).to_vec()
}
