//! What a step of the policy says.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::watch::level::Level;

/// Why a level holds, or a job must go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Available memory, and what free swap is worth, are at or under their bounds.
    Memory,
    /// Little memory and much waiting.
    Thrash,
    /// The GPU holds too large a share of the memory that it has in common with the machine.
    Gpu,
    /// Somebody asked for it, to see what would be done.
    Simulated,
}

impl Cause {
    /// Its name, as it is written in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Thrash => "thrash",
            Self::Gpu => "gpu",
            Self::Simulated => "simulated",
        }
    }
}

/// What has become of the job that was chosen last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outstanding {
    /// There is none, or it is over: its memory is back and has settled, or it does not end and was given up.
    #[default]
    Nobody,
    /// It was asked to end, and still has time for it.
    Asked,
    /// It was ended, and its memory comes back or settles.
    Leaving,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Nothing.
    Nothing,
    /// Count the candidates, so that the choice is quick when it comes.
    Count,
    /// Choose a job and ask it to end (SIGTERM).
    Ask(Cause),
    /// Choose a job and end it at once (SIGKILL).
    End(Cause),
    /// End the job that was asked before now: there is no time left to wait for it. Nobody else is chosen.
    Hasten,
}

impl Act {
    /// Whether a job is chosen.
    pub fn takes_a_job(self) -> bool {
        matches!(self, Self::Ask(_) | Self::End(_))
    }
}

/// In how many milliseconds the levels would be reached if memory went on falling as it does; `None` where it does not fall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forecast {
    /// Until something is said.
    pub warning: Option<u64>,
    /// Until a job is asked to end.
    pub critical: Option<u64>,
    /// Until a job is ended at once.
    pub redline: Option<u64>,
}

/// What a sample means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// The level as it is told: worse news at once, better news once it has lasted.
    pub level: Level,
    /// Why that level was reached; `None` where all is well.
    pub cause: Option<Cause>,
    /// The level before, where it changed with this sample.
    pub before: Option<Level>,
    /// What this sample shows, whatever was told.
    pub present: Level,
    /// What is to be done.
    pub act: Act,
    /// Until the next look.
    pub sleep: Duration,
    /// When it would get worse.
    pub forecast: Forecast,
}
