//! One change: a file, a knob of the kernel, a swap file, a swap area, or a program that is run.

use serde::{Deserialize, Serialize};

use crate::sysctl::{coupled, names};

use super::command::CommandChange;
use super::file::FileChange;
use super::knob::KnobChange;
use super::swap_area::SwapAreaChange;
use super::swap_file::SwapFileChange;

/// Why a change is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// In a sentence.
    #[serde(default)]
    pub reason: String,
    /// Where that can be read.
    #[serde(default)]
    pub source: String,
}

impl Why {
    /// A reason and where it can be read.
    pub fn new(reason: impl Into<String>, source: impl Into<String>) -> Self {
        Self { reason: reason.into(), source: source.into() }
    }
}

/// One change of the machine, and the way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Change {
    /// A file is written or removed.
    File(FileChange),
    /// A knob of the running kernel is set.
    Knob(KnobChange),
    /// A program is run.
    Command(CommandChange),
    /// A swap file is made or deleted.
    #[serde(rename = "swap-file")]
    SwapFile(SwapFileChange),
    /// A swap area is turned on or off.
    #[serde(rename = "swap-area")]
    SwapArea(SwapAreaChange),
}

impl Change {
    /// What is changed: the path of a file or knob, or the command line of a program.
    pub fn target(&self) -> &str {
        match self {
            Self::File(file) => &file.target,
            Self::Knob(knob) => &knob.target,
            Self::Command(command) => &command.target,
            Self::SwapFile(file) => &file.target,
            Self::SwapArea(area) => &area.target,
        }
    }

    /// Why.
    pub fn why(&self) -> &Why {
        match self {
            Self::File(file) => &file.why,
            Self::Knob(knob) => &knob.why,
            Self::Command(command) => &command.why,
            Self::SwapFile(file) => &file.why,
            Self::SwapArea(area) => &area.why,
        }
    }

    /// What happens, in a few words.
    pub fn describe(&self) -> String {
        match self {
            Self::File(file) => file.describe(),
            Self::Knob(knob) => {
                format!("set {} from {} to {}", knob_name(&knob.target), knob.before, knob.after)
            }
            Self::Command(command) => format!("run `{}`", command.target),
            Self::SwapFile(file) => file.describe(),
            Self::SwapArea(area) => area.describe(),
        }
    }

    /// Whether it is a program that is run behind all other changes, in whichever direction they are made.
    pub(super) fn is_afterwards(&self) -> bool {
        matches!(self, Self::Command(command) if command.afterwards)
    }

    /// Whether it needs a running kernel; a tree has none.
    pub(super) fn is_live(&self) -> bool {
        !matches!(self, Self::File(_))
    }

    /// The files and knobs that it sets, the twin that the kernel unsets included.
    pub(super) fn touched(&self) -> Vec<String> {
        match self {
            Self::File(_) | Self::SwapFile(_) | Self::SwapArea(_) => vec![self.target().to_owned()],
            Self::Knob(knob) => {
                let twin = names::key_of_path(&knob.target).and_then(|key| coupled::twin(&key));
                let twin = twin.map(names::path_of);
                [knob.target.clone()].into_iter().chain(twin).collect()
            }
            Self::Command(_) => Vec::new(),
        }
    }
}

/// A knob as its readers know it: by its sysctl name where it has one.
pub fn knob_name(path: &str) -> String {
    names::key_of_path(path).unwrap_or_else(|| path.to_owned())
}
