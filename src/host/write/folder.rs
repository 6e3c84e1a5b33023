//! Folders that are reached without following a link.

use std::io;

use rustix::fd::OwnedFd;
use rustix::fs::{Access, AtFlags, CWD, FileType, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;

use crate::host::Host;

/// Folders on the way to a file.
pub(super) const ORDINARY: u32 = 0o755;

/// A folder that is held open: what happens in it happens there, wherever its name points to by then.
pub(super) struct Folder(OwnedFd);

/// A path as its folder and the name in it.
pub(super) fn split(path: &str) -> io::Result<(&str, &str)> {
    let (folder, name) = path.rsplit_once('/').ok_or(Errno::INVAL)?;
    if is_plain(name) { Ok((folder, name)) } else { Err(Errno::INVAL.into()) }
}

fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains('\0')
}

/// The names of an absolute path. `..` is no name: it could lead out of a tree.
fn names(path: &str) -> io::Result<Vec<&str>> {
    if !path.is_empty() && !path.starts_with('/') {
        return Err(Errno::INVAL.into());
    }
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    if names.iter().all(|name| is_plain(name)) { Ok(names) } else { Err(Errno::INVAL.into()) }
}

impl Folder {
    /// Opens the folder `path` of `host`.
    pub(super) fn open(host: &Host, path: &str) -> io::Result<Self> {
        names(path)?.into_iter().try_fold(Self::root(host)?, |folder, name| folder.enter(name))
    }

    /// Opens it, and makes what is missing of it; the last folder gets `mode`, those on the way are open to all.
    pub(super) fn make(host: &Host, path: &str, mode: u32) -> io::Result<Self> {
        let names = names(path)?;
        let last = names.len().saturating_sub(1);
        let mut folder = Self::root(host)?;
        for (depth, name) in names.into_iter().enumerate() {
            folder = folder.enter_or_make(name, if depth == last { mode } else { ORDINARY })?;
        }
        Ok(folder)
    }

    fn root(host: &Host) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(match host.top_folder() {
            Some(folder) => rustix::fs::openat(folder, ".", flags, Mode::empty())?,
            None => rustix::fs::openat(CWD, "/", flags, Mode::empty())?,
        }))
    }

    /// One name at a time, none of which may be a link: the same as openat2's RESOLVE_NO_SYMLINKS below a root, which kernels before
    /// 5.6 (boards with Linux 4.9 are still sold) do not have.
    pub(super) fn enter(&self, name: &str) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.0, name, flags, Mode::empty()) {
            Ok(folder) => Ok(Self(folder)),
            Err(Errno::NOTDIR) if self.has_link(name) => Err(Errno::LOOP.into()),
            Err(error) => Err(error.into()),
        }
    }

    fn enter_or_make(&self, name: &str, mode: u32) -> io::Result<Self> {
        match self.enter(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            entered => return entered,
        }
        match rustix::fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o700)) {
            // Somebody else was quicker.
            Err(Errno::EXIST) => return self.enter(name),
            made => made?,
        }
        let made = self.enter(name)?;
        let readable = made.readable()?;
        // mkdir's mode is cut by the caller's umask.
        rustix::fs::fchmod(&readable, Mode::from_raw_mode(mode))?;
        rustix::fs::fsync(&readable)?;
        self.sync()?;
        Ok(made)
    }

    /// Whose it is, and who may write it.
    pub(super) fn stat(&self) -> io::Result<Stat> {
        Ok(rustix::fs::fstat(&self.0)?)
    }

    fn has_link(&self, name: &str) -> bool {
        rustix::fs::readlinkat(&self.0, name, Vec::new()).is_ok()
    }

    /// Opens the file `name` in it; a link is refused.
    pub(super) fn open_file(&self, name: &str, flags: OFlags) -> io::Result<OwnedFd> {
        self.create_file(name, flags, 0)
    }

    /// Opens the file `name` in it, which gets `mode` where `flags` make it; a link is refused.
    pub(super) fn create_file(&self, name: &str, flags: OFlags, mode: u32) -> io::Result<OwnedFd> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, name, flags, Mode::from_raw_mode(mode))?)
    }

    /// Refuses a link or a folder at `name`.
    pub(super) fn refuse_others_than_files(&self, name: &str) -> io::Result<()> {
        let stat = match rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(()),
            stat => stat?,
        };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(()),
            FileType::Symlink => Err(Errno::LOOP.into()),
            FileType::Directory => Err(Errno::ISDIR.into()),
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
        }
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Renames a file to a name that nothing may have (EEXIST).
    pub(super) fn rename_to_free_name(&self, from: &str, to: &str) -> io::Result<()> {
        match rustix::fs::renameat_with(&self.0, from, &self.0, to, RenameFlags::NOREPLACE) {
            // Not every file system knows the flag; a second name never takes another's place either.
            Err(Errno::INVAL | Errno::NOSYS) => {
                rustix::fs::linkat(&self.0, from, &self.0, to, AtFlags::empty())?;
                self.remove_file(from).map(|_| ())
            }
            renamed => Ok(renamed?),
        }
    }

    pub(super) fn descriptor(&self) -> &OwnedFd {
        &self.0
    }

    /// Removes the file `name`; whether there was one.
    pub(super) fn remove_file(&self, name: &str) -> io::Result<bool> {
        match rustix::fs::unlinkat(&self.0, name, AtFlags::empty()) {
            // A read-only file system refuses to remove even what is not there.
            Err(Errno::ROFS) if self.lacks(name) => Ok(false),
            answer => removed(answer),
        }
    }

    fn lacks(&self, name: &str) -> bool {
        matches!(rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW), Err(Errno::NOENT))
    }

    /// Removes the folder `name`; whether there was one.
    pub(super) fn remove_folder(&self, name: &str) -> io::Result<bool> {
        removed(rustix::fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR))
    }

    /// Waits until the names in it are on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(self.readable()?)?)
    }

    fn readable(&self) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::openat(&self.0, ".", flags, Mode::empty())?)
    }

    /// Whether the caller may make files in it.
    pub(super) fn may_be_written(&self) -> bool {
        let wanted = Access::WRITE_OK | Access::EXEC_OK;
        rustix::fs::accessat(&self.0, ".", wanted, AtFlags::EACCESS).is_ok()
    }
}

/// Whether there is nothing at a path, as where a folder of it is a file.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn removed(answer: rustix::io::Result<()>) -> io::Result<bool> {
    match answer {
        Ok(()) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
