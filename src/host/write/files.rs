//! Replaces and removes files.

use std::fs::File;
use std::io::{self, Write};

use rustix::fs::{Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use crate::host::Host;

use super::folder::{Folder, ORDINARY, split};
use super::label;
use super::state::FileState;

impl Host {
    /// Makes the file at `path` what `state` says: beside it first, then over it, so that a reader sees the old one or the new one.
    /// Missing folders are made. For `change/` only.
    ///
    /// # Errors
    /// Says what stood in the way; a link anywhere in the path is one (ELOOP). The old file is then still there.
    pub fn replace(&self, path: &str, state: &FileState) -> io::Result<()> {
        self.replace_below(path, state, ORDINARY)
    }

    /// As [`Host::replace`], with the mode that the file's folder gets where it is missing.
    ///
    /// # Errors
    /// As [`Host::replace`].
    pub fn replace_below(&self, path: &str, state: &FileState, mode_of_folder: u32) -> io::Result<()> {
        let (folder, name) = split(path)?;
        let folder = Folder::make(self, folder, mode_of_folder)?;
        folder.refuse_others_than_files(name)?;
        let beside = beside(name);
        folder.remove_file(&beside)?;
        let replaced =
            write_new(&folder, &beside, state).and_then(|()| folder.rename(&beside, name));
        replaced.inspect_err(|_| {
            // The first failure is the one to tell; the next run removes what is left.
            let _ = folder.remove_file(&beside);
        })?;
        folder.sync()
    }

    /// Removes the file at `path`; where there is none, nothing is to be done. For `change/` only.
    ///
    /// # Errors
    /// Says what stood in the way; a link or a folder at `path` is left alone.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        in_its_folder(self, path, |folder, name| {
            folder.refuse_others_than_files(name)?;
            folder.remove_file(name)
        })
    }

    /// Removes what a crash left beside the file at `path`. For `change/` only.
    ///
    /// # Errors
    /// Says what stood in the way.
    pub fn remove_leftover(&self, path: &str) -> io::Result<()> {
        in_its_folder(self, path, |folder, name| folder.remove_file(&beside(name)))
    }

    /// Removes the folder at `path` unless something is in it. For `change/` only.
    ///
    /// # Errors
    /// Says what stood in the way; that it is not empty is no failure.
    pub fn remove_folder_if_empty(&self, path: &str) -> io::Result<()> {
        in_its_folder(self, path, |folder, name| match folder.remove_folder(name) {
            Err(error) if is_occupied(&error) => Ok(false),
            answer => answer,
        })
    }

    /// The folders that would have to be made for a file at `path`, the outermost first.
    ///
    /// # Errors
    /// Says what stood in the way; a link or a file in the place of a folder is such.
    pub fn missing_folders(&self, path: &str) -> io::Result<Vec<String>> {
        let (mut folder, _) = split(path)?;
        let mut missing = Vec::new();
        while !folder.is_empty() {
            match Folder::open(self, folder) {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(folder.to_owned()),
                Err(error) => return Err(error),
            }
            folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
        }
        missing.reverse();
        Ok(missing)
    }

    /// Whether the caller may make files in the folder `path`, or where it would have to be made.
    pub fn may_write_below(&self, path: &str) -> bool {
        let mut folder = path.trim_end_matches('/');
        loop {
            match Folder::open(self, folder) {
                Ok(folder) => return folder.may_be_written(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(_) => return false,
            }
            let Some((outer, _)) = folder.rsplit_once('/') else { return false };
            folder = outer;
        }
    }
}

/// A name that no reader of drop-in folders takes: hidden, and of no known ending.
fn beside(name: &str) -> String {
    format!(".{name}.memtune-new")
}

fn is_occupied(error: &io::Error) -> bool {
    let error = error.raw_os_error().map(Errno::from_raw_os_error);
    // A mount point is somebody's, too.
    matches!(error, Some(Errno::NOTEMPTY | Errno::EXIST | Errno::BUSY))
}

fn write_new(folder: &Folder, name: &str, state: &FileState) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
    // Closed to others until it has its owner and mode: it may hold what others shall not read.
    let mut file = File::from(folder.create_file(name, flags, 0o600)?);
    file.write_all(&state.content)?;
    let file = file.into();
    let stat = rustix::fs::fstat(&file)?;
    if (stat.st_uid, stat.st_gid) != (state.user, state.group) {
        let owner = (Uid::from_raw(state.user), Gid::from_raw(state.group));
        rustix::fs::fchown(&file, Some(owner.0), Some(owner.1))?;
    }
    // After chown, which takes away the bits of set-user-id.
    rustix::fs::fchmod(&file, Mode::from_raw_mode(state.mode))?;
    if let Some(label) = &state.label {
        label::keep(&file, label)?;
    }
    Ok(rustix::fs::fsync(&file)?)
}

/// Takes something out of the folder of `path`, and makes that durable; without the folder there is nothing to take.
fn in_its_folder(
    host: &Host,
    path: &str,
    take: impl FnOnce(&Folder, &str) -> io::Result<bool>,
) -> io::Result<()> {
    let (folder, name) = split(path)?;
    let folder = match Folder::open(host, folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        folder => folder?,
    };
    if take(&folder, name)? { folder.sync() } else { Ok(()) }
}
