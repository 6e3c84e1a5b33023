//! Files that tell memtune what to write: they are believed only where nobody but root and the caller may have written them.

use std::io;

use rustix::fs::{OFlags, Stat};

use crate::host::Host;

use super::folder::{Folder, is_absent, split};
use super::state::{self, FileState};

/// The permission bits that let others than the owner write.
const FOR_OTHERS: u32 = 0o022;

/// A file or folder that somebody else may have written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// Its path.
    pub path: String,
    /// What is wrong with it, as the rest of a sentence about it.
    pub why: String,
}

/// Why a file was not read.
#[derive(Debug)]
pub enum Distrust {
    /// It, or a folder on the way to it, is somebody else's.
    Stranger(Stranger),
    /// It could not be read.
    Failed(io::Error),
}

impl From<io::Error> for Distrust {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl Host {
    /// As [`Host::state`], for a file below the folder `home` that nobody but root and the caller may have written. What is looked
    /// at is what is read: nobody can put another one in its place in between. For `change/` only.
    ///
    /// # Errors
    /// Names what somebody else may have written, and fails as [`Host::state`] does.
    pub fn own_state(&self, home: &str, path: &str) -> Result<Option<FileState>, Distrust> {
        let (folder, name) = split(path)?;
        let Some(folder) = own_folder(self, home, folder)? else { return Ok(None) };
        let file = match folder.open_file(name, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY) {
            Err(error) if is_absent(&error) => return Ok(None),
            file => file?,
        };
        refuse_stranger(path, &rustix::fs::fstat(&file).map_err(io::Error::from)?)?;
        Ok(Some(state::read(file)?))
    }

    /// Refuses a folder `path` that others than root and the caller may write, and such ones from `home` on the way to it. One that
    /// is not there is nobody's. For `change/` only.
    ///
    /// # Errors
    /// As [`Host::own_state`].
    pub fn refuse_strange_folder(&self, home: &str, path: &str) -> Result<(), Distrust> {
        own_folder(self, home, path).map(|_| ())
    }
}

fn own_folder(host: &Host, home: &str, path: &str) -> Result<Option<Folder>, Distrust> {
    let below = path.strip_prefix(home).unwrap_or_default();
    let mut reached = home.to_owned();
    let mut opened = Folder::open(host, home);
    for name in below.split('/').filter(|name| !name.is_empty()) {
        let Some(folder) = checked(&reached, opened)? else { return Ok(None) };
        opened = folder.enter(name);
        reached = format!("{reached}/{name}");
    }
    checked(&reached, opened)
}

fn checked(path: &str, opened: io::Result<Folder>) -> Result<Option<Folder>, Distrust> {
    let folder = match opened {
        Err(error) if is_absent(&error) => return Ok(None),
        opened => opened?,
    };
    refuse_stranger(path, &folder.stat()?)?;
    Ok(Some(folder))
}

fn refuse_stranger(path: &str, stat: &Stat) -> Result<(), Distrust> {
    let why = if !is_ours(stat) {
        format!("belongs to user {}", stat.st_uid)
    } else if stat.st_mode & FOR_OTHERS != 0 {
        "may be written by others than its owner".to_owned()
    } else {
        return Ok(());
    };
    Err(Distrust::Stranger(Stranger { path: path.to_owned(), why }))
}

/// Whether it belongs to root or to the caller.
pub(super) fn is_ours(stat: &Stat) -> bool {
    stat.st_uid == 0 || stat.st_uid == rustix::process::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn only_what_others_cannot_write_is_read() {
        let (folder, host) = made_tree(&[("/a/home/b/file", "x")]);
        let set = |path: &str, mode| {
            std::fs::set_permissions(folder.path().join(path), std::fs::Permissions::from_mode(mode))
                .unwrap();
        };
        let stranger = || match host.own_state("/a/home", "/a/home/b/file") {
            Err(Distrust::Stranger(stranger)) => Some(stranger.path),
            Err(Distrust::Failed(error)) => panic!("{error}"),
            Ok(state) => {
                assert_eq!(state.unwrap().content, b"x");
                None
            }
        };
        for (path, bad, good) in
            [("a/home", 0o777, 0o755), ("a/home/b", 0o720, 0o700), ("a/home/b/file", 0o602, 0o600)]
        {
            set(path, bad);
            assert_eq!(stranger(), Some(format!("/{path}")));
            set(path, good);
            assert_eq!(stranger(), None);
        }
        // Who may write above it could have put nothing there that is root's.
        set("a", 0o777);
        assert_eq!(stranger(), None);
    }

    #[test]
    fn what_is_not_there_is_nobodys() {
        let (_folder, host) = made_tree(&[("/a/b", "x"), ("/link", "->/a")]);
        for path in ["/none/b/c", "/a/none", "/a/none/x"] {
            assert!(matches!(host.own_state("/a", path), Ok(None)) || path.starts_with("/none"), "{path}");
            assert!(host.refuse_strange_folder("/none", path).is_ok(), "{path}");
        }
        assert!(matches!(host.own_state("/link", "/link/b"), Err(Distrust::Failed(_))));
    }
}
