//! One write to a knob, as some line asks for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::forecast::Assignment;
use super::pattern;

/// A write on the way up.
#[derive(Clone, Debug)]
pub(super) struct Write {
    /// The line that asks for it.
    pub(super) assignment: Assignment,
    /// Where it goes.
    pub(super) target: Target,
    /// Whether it happens; or else another line of its kind stands in its way.
    pub(super) happens: bool,
    /// Whether the writer leaves a knob alone that shows that very text already.
    pub(super) spares_equal: bool,
    /// When it happens, where that is not always.
    pub(super) condition: Option<String>,
    /// Whether the value is known only when it happens.
    pub(super) is_computed: bool,
}

/// Where a write goes.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// To this file.
    Path(String),
    /// To all files that fit the pattern, but not to the exceptions.
    Pattern { pattern: String, except: Arc<BTreeSet<String>> },
}

impl Write {
    /// A write that simply happens.
    pub(super) fn new(assignment: Assignment, target: Target) -> Self {
        Self { assignment, target, happens: true, spares_equal: false, condition: None, is_computed: false }
    }

    /// Whether it is meant for the file at `path`.
    pub(super) fn concerns(&self, path: &str) -> bool {
        match &self.target {
            Target::Path(own) => own == path,
            Target::Pattern { pattern, .. } => pattern::fits(pattern, path),
        }
    }

    /// Whether it happens to the file at `path`, which it concerns.
    pub(super) fn happens_to(&self, path: &str) -> bool {
        let is_excepted = matches!(&self.target, Target::Pattern { except, .. } if except.contains(path));
        self.happens && !is_excepted
    }
}
