//! A change of memtune's own that is under way, or was cut short: what it left is taken back, and nobody's to keep.

use serde::Serialize;

use crate::change;
use crate::host::Host;

/// The change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CutShort {
    /// Its number in the journal.
    pub id: u64,
    /// What it was for.
    pub title: String,
    #[serde(skip)]
    targets: Vec<String>,
}

impl CutShort {
    /// Of this machine; `None` where there is none, or where the caller may not see the journal.
    pub fn read(host: &Host) -> Option<Self> {
        let entry = change::pending(host).ok().flatten()?;
        let targets = entry.changes.iter().map(|change| change.target().to_owned()).collect();
        Some(Self { id: entry.id, title: entry.title, targets })
    }

    /// Whether it is about the area at `path`.
    pub fn concerns(&self, path: &str) -> bool {
        self.targets.iter().any(|target| target == path)
    }

    /// In a sentence.
    pub fn sentence(&self) -> String {
        format!(
            "change {} of memtune ({}) is under way, or was cut short: its next run that writes takes it back",
            self.id, self.title
        )
    }

    /// The command that takes it back.
    pub fn command(&self) -> String {
        format!("sudo memtune undo {}", self.id)
    }
}
