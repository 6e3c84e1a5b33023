//! What a file is: all that must be back when a change of it is taken back.

use std::fs::File;
use std::io::{self, Read};

use rustix::fd::OwnedFd;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::host::Host;

use super::folder::{Folder, is_absent, split};
use super::label;

/// More than any sound file that memtune changes.
const LARGEST_FILE: u64 = 4 << 20;

/// A file: its bytes, its owner, who may use it, and its SELinux label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Its bytes.
    pub content: Vec<u8>,
    /// Permission bits, as chmod takes them.
    pub mode: u32,
    /// Owner's user number.
    pub user: u32,
    /// Owner's group number.
    pub group: u32,
    /// Its access control list, as the kernel writes it; `None` where the mode says all.
    pub access: Option<Vec<u8>>,
    /// Its SELinux label; `None` where it has none, and for a new file, which gets what the policy gives it.
    pub label: Option<Vec<u8>>,
}

impl FileState {
    /// A new file of the caller's, readable by all.
    pub fn new(content: impl Into<Vec<u8>>) -> Self {
        Self {
            content: content.into(),
            mode: 0o644,
            user: rustix::process::geteuid().as_raw(),
            group: rustix::process::getegid().as_raw(),
            access: None,
            label: None,
        }
    }

    /// Whether `other` has the same bytes, owner, mode and access control list. Labels do not count: relabelling is no edit.
    pub fn is_as(&self, other: &Self) -> bool {
        let attributes = |file: &Self| (file.mode, file.user, file.group);
        self.content == other.content && attributes(self) == attributes(other) && self.access == other.access
    }
}

impl Host {
    /// What the file at `path` is now; `None` where there is none. For `change/` only: a link is refused, not followed.
    ///
    /// # Errors
    /// Fails for a link anywhere in the path (ELOOP), for anything but a regular file, for one over 4 MiB, and where it cannot be
    /// read.
    pub fn state(&self, path: &str) -> io::Result<Option<FileState>> {
        match open(self, path) {
            Ok(file) => read(file).map(Some),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the file at `path` has other names (hard links).
    ///
    /// # Errors
    /// As [`Host::state`].
    pub fn has_other_names(&self, path: &str) -> io::Result<bool> {
        match open(self, path) {
            Ok(file) => Ok(rustix::fs::fstat(&file)?.st_nlink > 1),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn open(host: &Host, path: &str) -> io::Result<OwnedFd> {
    let (folder, name) = split(path)?;
    Folder::open(host, folder)?.open_file(name, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)
}

pub(super) fn read(file: OwnedFd) -> io::Result<FileState> {
    let stat = rustix::fs::fstat(&file)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(Errno::ISDIR.into()),
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
    let (access, label) = (label::access_of(&file)?, label::of(&file)?);
    let mut content = Vec::new();
    File::from(file).take(LARGEST_FILE + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST_FILE {
        return Err(Errno::FBIG.into());
    }
    let mode = Mode::from_raw_mode(stat.st_mode).as_raw_mode() & 0o7777;
    Ok(FileState { content, mode, user: stat.st_uid, group: stat.st_gid, access, label })
}
