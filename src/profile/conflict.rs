//! Profiles that do not agree, in words.

use crate::exit::{Exit, Fault};

use super::agree::Candidate;
use super::model::Keep;

/// Says who insists on what, and why.
pub(super) fn of_settings(insisting: &[Candidate<'_>]) -> String {
    let claims = insisting.iter().map(|one| {
        let setting = one.setting;
        let bound = match setting.keep {
            Keep::Exactly => "",
            Keep::AtLeast => " or more",
            Keep::AtMost => " or less",
        };
        format!("`{}` wants {} = {}{bound} ({})", setting.profile, setting.target, one.value, setting.reason)
    });
    let mut claims: Vec<String> = claims.collect();
    claims.dedup();
    let name = insisting.first().map(|one| one.setting.target.name()).unwrap_or_default();
    format!("`{name}`: {}", claims.join(", but "))
}

/// The failure that tells of all conflicts.
pub(super) fn fault(conflicts: &[String]) -> Fault {
    Fault::new(Exit::Refused, format!("the profiles contradict each other; {}", conflicts.join("; "))).hint(
        "apply one of them, or write a profile of your own that inherits both and sets what is in dispute: see memtune-profile(5)",
    )
}
