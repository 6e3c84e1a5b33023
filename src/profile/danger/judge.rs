//! All judgements together.

use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::profile::model::Target;
use crate::profile::sized::Sized;

use super::{commit, floor, huge_pages, unit, watermarks};

/// A value that would hurt, or do nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Danger {
    /// The knob, path or property that would do it.
    pub target: String,
    /// What it would do here, with the numbers.
    pub reason: String,
}

impl Danger {
    pub(super) fn new(target: &Target, reason: impl Into<String>) -> Self {
        Self { target: target.to_string(), reason: reason.into() }
    }
}

/// One judgement: what it found, or the fact that it lacks.
pub(super) type Judgement = fn(&Sized, &Readings<'_>) -> Result<Vec<Danger>, Lacking>;

pub(super) const JUDGEMENTS: [Judgement; 6] =
    [watermarks::judge, commit::judge, floor::judge, huge_pages::judge, unit::judge, unit::judge_high];

/// What would leave this machine without a safe share of its memory: not to be written, whoever asks. Properties of a unit are
/// judged as well; [`Sized::without_unit`] takes them out where none was named.
pub fn danger(sized: &Sized, readings: &Readings<'_>) -> Vec<Danger> {
    JUDGEMENTS.iter().filter_map(|judge| judge(sized, readings).ok()).flatten().collect()
}
