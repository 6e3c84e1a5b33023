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

/// A file: its bytes, its owner, its mode and its SELinux label.
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
            label: None,
        }
    }

    /// Whether `other` has the same bytes, owner and mode. Labels do not count: relabelling is no edit.
    pub fn is_as(&self, other: &Self) -> bool {
        let attributes = |file: &Self| (file.mode, file.user, file.group);
        self.content == other.content && attributes(self) == attributes(other)
    }
}

impl Host {
    /// What the file at `path` is now; `None` where there is none. For `change/` only: a link is refused, not followed.
    ///
    /// # Errors
    /// Fails for a link anywhere in the path (ELOOP), for anything but a regular file, for one over 4 MiB, and where it cannot be
    /// read.
    pub fn state(&self, path: &str) -> io::Result<Option<FileState>> {
        let opened = split(path).and_then(|(folder, name)| {
            let folder = Folder::open(self, folder)?;
            folder.open_file(name, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)
        });
        match opened {
            Ok(file) => read(file).map(Some),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

pub(super) fn read(file: OwnedFd) -> io::Result<FileState> {
    let stat = rustix::fs::fstat(&file)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(Errno::ISDIR.into()),
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
    let label = label::of(&file)?;
    let mut content = Vec::new();
    File::from(file).take(LARGEST_FILE + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST_FILE {
        return Err(Errno::FBIG.into());
    }
    let mode = Mode::from_raw_mode(stat.st_mode).as_raw_mode() & 0o7777;
    Ok(FileState { content, mode, user: stat.st_uid, group: stat.st_gid, label })
}
