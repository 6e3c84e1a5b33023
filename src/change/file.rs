//! A file that is written or removed.

use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Fault};
use crate::host::{FileState, Host};

use super::changes::Why;
use super::content::{Attributes, Content, apart, is_plain, together};
use super::fault;

/// No path that the kernel takes has more.
const MOST_FOLDERS: usize = 2048;

/// Writes or removes a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Record", try_from = "Record")]
pub struct FileChange {
    /// Its path.
    pub target: String,
    /// What was there.
    pub before: Option<FileState>,
    /// What shall be there.
    pub after: Option<FileState>,
    /// Folders that are made for the file, and go with it when they are empty; the outermost first.
    pub folders: Vec<String>,
    /// Why.
    pub why: Why,
}

/// What taking a file back came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TakenBack {
    /// It was as before already.
    Unchanged,
    /// It is as before again.
    Restored,
    /// It is neither what was there nor what memtune wrote: somebody else's.
    Drifted,
}

impl FileChange {
    /// What makes the file at `path` hold `after`, or be gone; `None` where that is so already.
    pub(super) fn new(host: &Host, path: &str, after: Option<&str>, why: Why) -> Result<Option<Self>, Fault> {
        let failed = |error| fault::on_file("read", path, &error);
        let before = host.state(path).map_err(failed)?;
        if before.as_ref().map(|file| file.content.as_slice()) == after.map(str::as_bytes) {
            return Ok(None);
        }
        refuse_special(path, before.as_ref())?;
        let folders = if before.is_none() { host.missing_folders(path).map_err(failed)? } else { Vec::new() };
        let after = after.map(|text| match &before {
            Some(file) => FileState { content: text.into(), ..file.clone() },
            None => FileState::new(text),
        });
        Ok(Some(Self { target: path.to_owned(), before, after, folders, why }))
    }

    pub(super) fn describe(&self) -> String {
        let deed = match (&self.before, &self.after) {
            (None, None) => "remove the empty folders of",
            (None, _) => "create",
            (_, None) => "remove",
            _ => "change",
        };
        format!("{deed} {}", self.target)
    }

    /// Whether the file is what the plan found.
    pub(super) fn is_as_before(&self, host: &Host) -> Result<bool, Fault> {
        let current =
            host.state(&self.target).map_err(|error| fault::on_file("read", &self.target, &error))?;
        Ok(is_same(current.as_ref(), self.before.as_ref()))
    }

    /// Makes it what it shall be.
    pub(super) fn apply(&self, host: &Host) -> Result<(), Fault> {
        self.put(host, self.after.as_ref())
    }

    /// Makes it what it was, unless it is somebody else's by now; whatever a crash left beside it goes.
    pub(super) fn take_back(&self, host: &Host) -> Result<TakenBack, Fault> {
        let failed = |deed, error| fault::on_file(deed, &self.target, &error);
        host.remove_leftover(&self.target).map_err(|error| failed("clean up beside", error))?;
        let current = host.state(&self.target).map_err(|error| failed("read", error))?;
        if is_same(current.as_ref(), self.before.as_ref()) {
            // The folders may have been made for it, and no more.
            self.prune(host)?;
            return Ok(TakenBack::Unchanged);
        }
        if !is_same(current.as_ref(), self.after.as_ref()) {
            return Ok(TakenBack::Drifted);
        }
        self.put(host, self.before.as_ref())?;
        Ok(TakenBack::Restored)
    }

    fn put(&self, host: &Host, state: Option<&FileState>) -> Result<(), Fault> {
        match state {
            Some(state) => host
                .replace(&self.target, state)
                .map_err(|error| fault::on_file("write", &self.target, &error)),
            None => {
                host.remove(&self.target).map_err(|error| fault::on_file("remove", &self.target, &error))?;
                self.prune(host)
            }
        }
    }

    /// Removes the folders that were made for the file, once it is gone.
    fn prune(&self, host: &Host) -> Result<(), Fault> {
        let is_there = |file: &Option<FileState>| file.is_some();
        if is_there(&self.before) && is_there(&self.after) {
            return Ok(());
        }
        for folder in self.folders.iter().rev() {
            host.remove_folder_if_empty(folder)
                .map_err(|error| fault::on_file("remove the folder", folder, &error))?;
        }
        Ok(())
    }
}

/// Refuses a file that runs as its owner, and the like: the journal takes no such state, lest somebody slips one in.
pub(super) fn refuse_special(path: &str, state: Option<&FileState>) -> Result<(), Fault> {
    let Some(state) = state.filter(|state| !is_plain(state.mode)) else { return Ok(()) };
    let message =
        format!("`{path}` has the mode {:o}, and memtune changes no file with such a bit", state.mode);
    Err(Fault::new(Exit::Refused, message).hint(format!("`chmod u-s,g-s,-t {path}` takes the bit away")))
}

/// Whether both are the same file, or both none.
pub(super) fn is_same(one: Option<&FileState>, other: Option<&FileState>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.is_as(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Record {
    target: String,
    before: Option<Content>,
    after: Option<Content>,
    #[serde(default)]
    before_owner: Option<Attributes>,
    #[serde(default)]
    after_owner: Option<Attributes>,
    #[serde(default)]
    folders: Vec<String>,
    #[serde(flatten)]
    why: Why,
}

impl From<FileChange> for Record {
    fn from(file: FileChange) -> Self {
        let FileChange { target, before, after, folders, why } = file;
        let ((before, before_owner), (after, after_owner)) = (apart(before), apart(after));
        Self { target, before, after, before_owner, after_owner, folders, why }
    }
}

impl TryFrom<Record> for FileChange {
    type Error = String;

    fn try_from(record: Record) -> Result<Self, String> {
        let Record { target, before, after, before_owner, after_owner, folders, why } = record;
        if folders.len() > MOST_FOLDERS {
            return Err(format!("`{target}` has more than {MOST_FOLDERS} folders"));
        }
        if !target.starts_with('/') {
            return Err("the path of a file does not begin with `/`".to_owned());
        }
        // Only folders of the file itself may ever be removed with it.
        if !folders.iter().all(|folder| target.starts_with(&format!("{folder}/")) && folder.len() > 1) {
            return Err(format!("a folder is none of `{target}`"));
        }
        let (before, after) = (together(before, before_owner)?, together(after, after_owner)?);
        Ok(Self { target, before, after, folders, why })
    }
}
