//! A profile that was sized to one machine: what would be written there, and why.

use serde::Serialize;

use crate::sys::bytes::Bytes;

use super::model::{Advice, Documented, Keep, SwapKind, Target, Watch};

/// Whose numbers are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Those that fit this machine.
    #[default]
    Scaled,
    /// The source document's own where it has any.
    Literal,
}

/// What a profile comes to on one machine.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sized {
    /// The names of the profiles, in the order in which they were given.
    pub names: Vec<String>,
    /// One line.
    pub title: String,
    /// Kernel knobs, in the order of the profile.
    pub settings: Vec<SizedSetting>,
    /// Properties for the unit that the caller names.
    pub unit: Vec<SizedSetting>,
    /// What is not written on this machine, and why.
    pub left_out: Vec<LeftOut>,
    /// What no setting can do.
    pub advice: Vec<Advice>,
    /// What the source documents say besides.
    pub documented: Vec<Documented>,
    /// The swap that is wanted, one for each kind.
    pub swap: Vec<SizedSwap>,
    /// The thresholds of the watchdog; of several profiles' the more careful ones.
    pub watch: Option<Watch>,
    /// The doctor checks that matter, by id.
    pub checks: Vec<String>,
}

/// One value for one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SizedSetting {
    /// What is set.
    pub target: Target,
    /// The value as it is written.
    pub value: String,
    /// How the value came about, with this machine's numbers; empty where it is the same everywhere.
    pub workings: Vec<String>,
    /// Why.
    pub reason: String,
    /// Where that is said.
    pub source: String,
    /// What the source document's own number really does, where it has one.
    pub effect: Option<String>,
    /// The profile that decided.
    pub profile: String,
    /// Whether this is the source document's own number.
    pub is_literal: bool,
    /// Whether a larger or smaller running value is as good.
    pub keep: Keep,
}

/// A setting that is not written here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What it would have set; for swap, `swap`.
    pub target: String,
    /// Why not.
    pub why: String,
    /// The profile.
    pub profile: String,
}

/// Swap that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SizedSwap {
    /// Its kind.
    pub kind: SwapKind,
    /// Its size; `None` where any will do, and of no swap.
    pub size: Option<Bytes>,
    /// How the size came about.
    pub workings: Vec<String>,
    /// Why.
    pub reason: String,
    /// Where that is said.
    pub source: String,
    /// What the source document's own size really does, where it has one.
    pub effect: Option<String>,
    /// The profile that decided.
    pub profile: String,
}
