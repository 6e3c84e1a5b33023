//! What both tables have in common.

use crate::watch::configuration::Bound;

/// A line of two columns.
pub(super) fn row(name: &str, text: String) -> Vec<String> {
    vec![name.to_owned(), text]
}

/// When a level is reached.
pub(super) fn bound_text(bound: &Bound) -> String {
    match bound.swap {
        Some(swap) => format!("{} available and {swap} of swap", bound.available),
        None => format!("{} available", bound.available),
    }
}
