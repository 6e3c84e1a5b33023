//! A swap file that is made or removed.
//!
//! What it holds is worth nothing without the running kernel, so what is written down of it is its size and its UUID: the latter
//! tells it from all other files.

use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Fault};
use crate::facts::swap_header::{self, FEWEST_PAGES, LARGEST_PAGE, LONGEST_LABEL, Mark, Unfit};
use crate::host::{Filling, NewSwapFile};
use crate::sys::bytes::Bytes;
use crate::sys::uuid::Uuid;

use super::changes::Why;
use super::fault;
use super::file::TakenBack;
use super::machine::{Machine, interrupted};
use super::path::is_sound;

/// The smallest area of any machine.
const SMALLEST: Bytes = Bytes(FEWEST_PAGES << 12);

/// As much as the largest pages make.
const LARGEST: Bytes = Bytes(swap_header::MOST_PAGES * LARGEST_PAGE as u64);

/// A swap file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapFile {
    /// Its length.
    pub size: Bytes,
    /// What tells it from all others; it stands in its header.
    pub uuid: Uuid,
    /// Its label, of 15 bytes at most; empty for none.
    #[serde(default)]
    pub label: String,
    /// How it gets its blocks.
    pub filling: Filling,
    /// Whether its blocks shall never be copied on write, as btrfs wants it.
    #[serde(default)]
    pub no_copy_on_write: bool,
}

impl SwapFile {
    /// A new one without label that is recognised by `uuid`.
    pub fn new(size: Bytes, uuid: Uuid) -> Self {
        Self { size, uuid, label: String::new(), filling: Filling::Allocate, no_copy_on_write: false }
    }

    /// Whether `other` is the same file: its size and UUID tell.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        (self.size, self.uuid) == (other.size, other.uuid)
    }
}

/// Makes or removes a swap file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Record")]
pub struct SwapFileChange {
    /// Its path.
    pub target: String,
    /// What was there.
    pub before: Option<SwapFile>,
    /// What shall be there.
    pub after: Option<SwapFile>,
    /// Why.
    #[serde(flatten)]
    pub why: Why,
}

/// What stands in the place of a swap file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    SwapFile(SwapFile),
    /// A file that is none.
    Other,
}

impl Found {
    pub(super) fn is(&self, wanted: Option<&SwapFile>) -> bool {
        match (self, wanted) {
            (Self::Nothing, None) => true,
            (Self::SwapFile(found), Some(wanted)) => found.is_as(wanted),
            _ => false,
        }
    }

    /// In words.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::SwapFile(file) => format!("a swap file of {} with the UUID {}", file.size, file.uuid),
            Self::Other => "a file that is no swap file".to_owned(),
        }
    }

    pub(super) fn of(wanted: Option<&SwapFile>) -> Self {
        wanted.map_or(Self::Nothing, |file| Self::SwapFile(file.clone()))
    }
}

/// What stands at `path`.
pub(super) fn look(machine: &Machine<'_>, path: &str) -> Result<Found, Fault> {
    let found = machine.host.swap_file(path).map_err(|error| fault::on_file("read", path, &error))?;
    let Some(found) = found else { return Ok(Found::Nothing) };
    Ok(match swap_header::parse(&found.start).filter(|header| header.mark == Mark::Swap) {
        None => Found::Other,
        Some(header) => Found::SwapFile(SwapFile {
            size: found.size,
            uuid: header.uuid,
            label: header.label(),
            filling: Filling::Allocate,
            no_copy_on_write: found.no_copy_on_write,
        }),
    })
}

impl SwapFileChange {
    /// What makes `file` at `path`.
    pub(super) fn make(machine: &Machine<'_>, path: &str, file: SwapFile, why: Why) -> Result<Self, Fault> {
        header_of(path, &file)?;
        if look(machine, path)? != Found::Nothing {
            let message = format!("`{path}` is there already, and is left as it is");
            return Err(
                Fault::new(Exit::Refused, message).hint("choose another path, or move that file away")
            );
        }
        let change = Record { target: path.to_owned(), before: None, after: Some(file), why };
        Self::try_from(change).map_err(|wrong| Fault::new(Exit::Refused, format!("`{path}`: {wrong}")))
    }

    /// What removes the swap file at `path`; `None` where there is nothing.
    pub(super) fn remove(
        machine: &Machine<'_>,
        path: &str,
        filling: Filling,
        why: Why,
    ) -> Result<Option<Self>, Fault> {
        let before = match look(machine, path)? {
            Found::Nothing => return Ok(None),
            Found::SwapFile(file) => Some(SwapFile { filling, ..file }),
            Found::Other => {
                let message = format!("`{path}` has no swap header, and is not deleted");
                return Err(Fault::new(Exit::Refused, message).hint("delete it by hand if it is not needed"));
            }
        };
        let change = Record { target: path.to_owned(), before, after: None, why };
        let wrong = |wrong| Fault::new(Exit::Refused, format!("`{path}`: {wrong}"));
        Self::try_from(change).map(Some).map_err(wrong)
    }

    pub(super) fn describe(&self) -> String {
        match (&self.before, &self.after) {
            (_, Some(file)) => format!("make the swap file {} of {}", self.target, file.size),
            (Some(file), None) => format!("delete the swap file {} of {}", self.target, file.size),
            (None, None) => format!("leave {} as it is", self.target),
        }
    }

    /// Whether what stands there is what the plan found.
    pub(super) fn is_as_before(&self, machine: &Machine<'_>) -> Result<bool, Fault> {
        Ok(look(machine, &self.target)?.is(self.before.as_ref()))
    }

    /// Makes it what it shall be.
    pub(super) fn apply(&self, machine: &Machine<'_>) -> Result<(), Fault> {
        self.put(machine, self.after.as_ref(), self.before.as_ref())
    }

    /// Makes it what it was, unless it is somebody else's by now; what a crash left beside it goes.
    pub(super) fn take_back(&self, machine: &Machine<'_>) -> Result<TakenBack, Fault> {
        let cleaned = machine.host.remove_leftover(&self.target);
        cleaned.map_err(|error| fault::on_file("clean up beside", &self.target, &error))?;
        let found = look(machine, &self.target)?;
        if found.is(self.before.as_ref()) {
            return Ok(TakenBack::Unchanged);
        }
        if !found.is(self.after.as_ref()) {
            return Ok(TakenBack::Drifted);
        }
        self.put(machine, self.before.as_ref(), self.after.as_ref())?;
        Ok(TakenBack::Restored)
    }

    fn put(
        &self,
        machine: &Machine<'_>,
        wanted: Option<&SwapFile>,
        there: Option<&SwapFile>,
    ) -> Result<(), Fault> {
        match (wanted, there) {
            (Some(wanted), _) => self.write(machine, wanted),
            (None, Some(there)) => self.delete(machine, there),
            (None, None) => Ok(()),
        }
    }

    fn write(&self, machine: &Machine<'_>, file: &SwapFile) -> Result<(), Fault> {
        let header = header_of(&self.target, file)?;
        let new = NewSwapFile {
            size: file.size,
            header: &header,
            filling: file.filling,
            no_copy_on_write: file.no_copy_on_write,
        };
        let what = format!("filling {}", self.target);
        let watch = |done| machine.tell(&what, done, file.size);
        let made = machine.host.make_swap_file(&self.target, &new, &watch);
        machine.observer.ended();
        made.map_err(|error| match error.kind() {
            std::io::ErrorKind::Interrupted => interrupted(),
            _ => fault::on_file("make the swap file", &self.target, &error),
        })?;
        let found = look(machine, &self.target)?;
        if found.is(Some(file)) {
            return Ok(());
        }
        let message = format!("`{}` was made, but there is {} now", self.target, found.describe());
        Err(Fault::new(Exit::Failed, message))
    }

    fn delete(&self, machine: &Machine<'_>, file: &SwapFile) -> Result<(), Fault> {
        self.refuse_in_use(machine)?;
        let is_meant =
            |start: &[u8]| swap_header::parse(start).is_some_and(|header| header.uuid == file.uuid);
        let removed = machine.host.remove_swap_file(&self.target, is_meant);
        match removed.map_err(|error| fault::on_file("delete", &self.target, &error))? {
            true => Ok(()),
            false => {
                let message = format!("`{}` is no longer the swap file that was to be deleted", self.target);
                Err(Fault::new(Exit::Failed, message))
            }
        }
    }

    /// The kernel would refuse as well, but with fewer words.
    fn refuse_in_use(&self, machine: &Machine<'_>) -> Result<(), Fault> {
        let Some(kernel) = machine.kernel else { return Ok(()) };
        if kernel.swap_area(&self.target).map_err(fault::on_reading)?.is_none() {
            return Ok(());
        }
        let message = format!("cannot delete `{}`: it is in use as swap", self.target);
        Err(Fault::new(Exit::Failed, message).hint(format!("`swapoff {}` turns it off first", self.target)))
    }
}

/// The header of `file` for the running kernel, which takes no other size of pages than its own.
fn header_of(path: &str, file: &SwapFile) -> Result<Vec<u8>, Fault> {
    let page_size = Bytes(rustix::param::page_size() as u64);
    swap_header::build(file.size, page_size, file.uuid, &file.label).map_err(|unfit| {
        let why = match unfit {
            Unfit::TooSmall(least) => {
                format!("{} is too small for a swap area: the least is {least}", file.size)
            }
            Unfit::TooLarge(most) => {
                format!("{} is too large for a swap area: the most is {most}", file.size)
            }
            Unfit::Label => format!("the label `{}` is longer than {LONGEST_LABEL} bytes", file.label),
            Unfit::PageSize => format!("the kernel's pages of {page_size} are of no known size"),
        };
        Fault::new(Exit::Refused, format!("cannot make the swap file `{path}`: {why}"))
    })
}

#[derive(Deserialize)]
struct Record {
    target: String,
    before: Option<SwapFile>,
    after: Option<SwapFile>,
    #[serde(flatten)]
    why: Why,
}

impl TryFrom<Record> for SwapFileChange {
    type Error = String;

    fn try_from(record: Record) -> Result<Self, String> {
        let Record { target, before, after, why } = record;
        if !is_sound(&target) {
            return Err("the path of a swap file is not absolute, or has `.` or `..` in it".to_owned());
        }
        if before.is_some() == after.is_some() {
            return Err("a swap file is either made or deleted".to_owned());
        }
        for file in before.iter().chain(&after) {
            if !(SMALLEST..=LARGEST).contains(&file.size) {
                return Err(format!("{} is no size of a swap file", file.size));
            }
            if file.label.len() > LONGEST_LABEL || file.label.contains('\0') {
                return Err(format!("a label is longer than {LONGEST_LABEL} bytes, or holds a zero"));
            }
        }
        Ok(Self { target, before, after, why })
    }
}
