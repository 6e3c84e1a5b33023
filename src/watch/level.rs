//! How near the machine is to the end of its memory.

use serde::{Deserialize, Serialize};

/// The levels, the best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing to do.
    #[default]
    Normal,
    /// It is said, and candidates are counted beforehand.
    Warning,
    /// A job is asked to end (SIGTERM), and ended (SIGKILL) after its time of grace.
    Critical,
    /// A job is ended at once.
    Redline,
}

impl Level {
    /// All of them, the best first.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Warning, Self::Critical, Self::Redline];

    /// Its name, as it is written in settings, events and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Redline => "redline",
        }
    }
}
