//! Folders and files that nobody else may have written: what tells memtune what to write is believed only there, and what holds root's
//! memory lies only there.

use std::io;

use rustix::fs::{OFlags, Stat};

use crate::host::Host;

use super::folder::{Folder, is_absent, split};
use super::state::{self, FileState};

/// The permission bits that let others than the owner write.
const FOR_OTHERS: u32 = 0o022;

/// The bit of a folder in which everybody may remove and rename only what is his own, as in /tmp.
const STICKY: u32 = 0o1000;

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
        let Some(folder) = own_folder(self, home, folder, &why_strange)? else { return Ok(None) };
        let file = match folder.open_file(name, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY) {
            Err(error) if is_absent(&error) => return Ok(None),
            file => file?,
        };
        refuse_stranger(path, why_strange(&rustix::fs::fstat(&file).map_err(io::Error::from)?))?;
        Ok(Some(state::read(file)?))
    }

    /// Refuses a folder `path` that others than root and the caller may write, and such ones from `home` on the way to it. One that
    /// is not there is nobody's. For `change/` only.
    ///
    /// # Errors
    /// As [`Host::own_state`].
    pub fn refuse_strange_folder(&self, home: &str, path: &str) -> Result<(), Distrust> {
        own_folder(self, home, path, &why_strange).map(|_| ())
    }

    /// Refuses a folder `path` in which another than root may put one thing into the place of another, and such ones on the way to it from
    /// the root; in a tree, another than root and the tree's owner. It only looks, so that plans may ask, too.
    ///
    /// # Errors
    /// Names the folder, and fails where one is a link or cannot be looked at.
    pub fn refuse_way_of_others(&self, path: &str) -> Result<(), Distrust> {
        let owner = match self.top_folder() {
            Some(top) => rustix::fs::fstat(top).map_err(io::Error::from)?.st_uid,
            None => 0,
        };
        own_folder(self, "", path, &|stat| why_others(stat, owner)).map(|_| ())
    }
}

/// Opens the folder `path`, unless one from `home` on the way to it is strange.
fn own_folder(
    host: &Host,
    home: &str,
    path: &str,
    why: &dyn Fn(&Stat) -> Option<String>,
) -> Result<Option<Folder>, Distrust> {
    let below = path.strip_prefix(home).unwrap_or_default();
    let mut reached = home.to_owned();
    let mut opened = Folder::open(host, home);
    for name in below.split('/').filter(|name| !name.is_empty()) {
        let Some(folder) = checked(&reached, opened, why)? else { return Ok(None) };
        opened = folder.enter(name);
        reached = format!("{reached}/{name}");
    }
    checked(&reached, opened, why)
}

fn checked(
    path: &str,
    opened: io::Result<Folder>,
    why: &dyn Fn(&Stat) -> Option<String>,
) -> Result<Option<Folder>, Distrust> {
    let folder = match opened {
        Err(error) if is_absent(&error) => return Ok(None),
        opened => opened?,
    };
    refuse_stranger(if path.is_empty() { "/" } else { path }, why(&folder.stat()?))?;
    Ok(Some(folder))
}

fn refuse_stranger(path: &str, why: Option<String>) -> Result<(), Distrust> {
    let stranger = |why| Distrust::Stranger(Stranger { path: path.to_owned(), why });
    why.map_or(Ok(()), |why| Err(stranger(why)))
}

/// Why somebody else than root and the caller may have written it.
fn why_strange(stat: &Stat) -> Option<String> {
    if is_ours(stat) { why_open(stat) } else { Some(of_user(stat)) }
}

/// Why somebody else than root and `owner` may put one thing into the place of another in it.
fn why_others(stat: &Stat, owner: u32) -> Option<String> {
    match stat.st_uid {
        user if user != 0 && user != owner => Some(of_user(stat)),
        _ if stat.st_mode & STICKY != 0 => None,
        _ => why_open(stat),
    }
}

fn why_open(stat: &Stat) -> Option<String> {
    (stat.st_mode & FOR_OTHERS != 0).then(|| "may be written by others than its owner".to_owned())
}

fn of_user(stat: &Stat) -> String {
    format!("belongs to user {}", stat.st_uid)
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
    fn a_way_is_refused_where_others_may_change_what_lies_there() {
        let (folder, host) = made_tree(&[("/a/b/c", "")]);
        let stranger = |path: &str| match host.refuse_way_of_others(path) {
            Err(Distrust::Stranger(stranger)) => Some(stranger.path),
            Err(Distrust::Failed(error)) => panic!("{error}"),
            Ok(()) => None,
        };
        let set = |path: &str, mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(folder.path().join(path), mode).unwrap();
        };
        for (path, bad) in [("a", 0o777), ("a/b", 0o775), ("a", 0o757)] {
            set(path, bad);
            assert_eq!(stranger("/a/b"), Some(format!("/{path}")), "{path} {bad:o}");
            // Nobody but the owner of what lies in a sticky folder may rename it.
            set(path, bad | STICKY);
            assert_eq!(stranger("/a/b"), None);
            set(path, 0o755);
            assert_eq!(stranger("/a/b/none/x"), None);
        }
        set("", 0o777);
        assert_eq!((stranger("/a"), stranger("/")), (Some("/".to_owned()), Some("/".to_owned())));
    }

    #[test]
    fn a_way_of_another_user_is_refused() {
        let (folder, host) = made_tree(&[("/a/b/c", "")]);
        let (path, user) = (folder.path().join("a"), rustix::process::geteuid().as_raw() + 12345);
        if std::os::unix::fs::chown(&path, Some(user), None).is_err() {
            eprintln!("skipped: only root may give a folder away");
            return;
        }
        let why = |path: &str| match host.refuse_way_of_others(path) {
            Err(Distrust::Stranger(stranger)) => (stranger.path, stranger.why),
            other => panic!("{other:?}"),
        };
        let expected = ("/a".to_owned(), format!("belongs to user {user}"));
        assert_eq!(why("/a/b"), expected);
        // Its owner may rename what lies in it all the same.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o1777)).unwrap();
        std::os::unix::fs::chown(&path, Some(user), None).unwrap();
        assert_eq!(why("/a/b"), expected);
        // Of a tree that is his he is the owner.
        std::os::unix::fs::chown(folder.path(), Some(user), None).unwrap();
        assert!(host.refuse_way_of_others("/a/b").is_ok());
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
