//! Replaces and removes files.

use std::fs::File;
use std::io::{self, Write};

use rustix::fs::{Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use crate::host::Host;

use super::folder::{Folder, ORDINARY, is_absent, split};
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
        let replaced = write_new(&folder, &beside, state).and_then(|()| folder.rename(&beside, name));
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
    ///
    /// # Errors
    /// Says what stood in the way; a link anywhere in the path is such (ELOOP).
    pub fn may_write_below(&self, path: &str) -> io::Result<bool> {
        let mut folder = path.trim_end_matches('/');
        loop {
            match Folder::open(self, folder) {
                Ok(folder) => return Ok(folder.may_be_written()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            let Some((outer, _)) = folder.rsplit_once('/') else { return Ok(false) };
            folder = outer;
        }
    }
}

/// A name that no reader of drop-in folders takes: hidden, and of no known ending.
pub(super) fn beside(name: &str) -> String {
    format!(".{name}.memtune-new")
}

fn is_occupied(error: &io::Error) -> bool {
    let error = error.raw_os_error().map(Errno::from_raw_os_error);
    // A mount point, or a file that has taken its place, is somebody's, too.
    matches!(error, Some(Errno::NOTEMPTY | Errno::EXIST | Errno::BUSY | Errno::NOTDIR))
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
    // After chmod, which a list takes for its own.
    label::keep_access(&file, state.access.as_deref())?;
    if let Some(label) = &state.label {
        label::keep(&file, label)?;
    }
    Ok(rustix::fs::fsync(&file)?)
}

/// Takes something out of the folder of `path`, and makes that durable; without the folder there is nothing to take.
pub(super) fn in_its_folder(
    host: &Host,
    path: &str,
    take: impl FnOnce(&Folder, &str) -> io::Result<bool>,
) -> io::Result<()> {
    let (folder, name) = split(path)?;
    let folder = match Folder::open(host, folder) {
        Err(error) if is_absent(&error) => return Ok(()),
        folder => folder?,
    };
    if take(&folder, name)? { folder.sync() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;
    use crate::host::made_tree::made_tree;

    fn content(host: &Host, path: &str) -> Option<Vec<u8>> {
        host.state(path).unwrap().map(|state| state.content)
    }

    #[test]
    fn a_file_is_replaced_and_its_folders_are_made() {
        let (folder, host) = made_tree(&[("/etc/a", "old")]);
        let state = FileState { mode: 0o640, ..FileState::new("new") };
        host.replace("/etc/a", &state).unwrap();
        host.replace("/x/y/z", &state).unwrap();
        assert_eq!(host.state("/etc/a").unwrap(), Some(state.clone()));
        assert_eq!(host.state("/x/y/z").unwrap(), Some(state));
        let mode = std::fs::metadata(folder.path().join("x/y")).unwrap().mode();
        assert_eq!(mode & 0o7777, 0o755);
        assert_eq!(host.list("/etc").unwrap(), ["a"]);
        assert_eq!(host.missing_folders("/x/y/new").unwrap(), Vec::<String>::new());
        assert_eq!(host.missing_folders("/x/1/2/new").unwrap(), ["/x/1", "/x/1/2"]);
    }

    #[test]
    fn a_new_file_is_closed_until_it_has_its_mode() {
        let (folder, host) = made_tree(&[("/etc/.a.memtune-new", "left by a crash")]);
        let left = folder.path().join("etc/.a.memtune-new");
        std::fs::set_permissions(&left, std::fs::Permissions::from_mode(0o666)).unwrap();
        host.replace("/etc/a", &FileState { mode: 0o4755, ..FileState::new("x") }).unwrap();
        assert_eq!(host.list("/etc").unwrap(), ["a"]);
        assert_eq!(host.state("/etc/a").unwrap().unwrap().mode, 0o4755);
    }

    #[test]
    fn links_are_neither_followed_nor_replaced() {
        let outside = tempfile::tempdir().unwrap();
        let (folder, host) = made_tree(&[("/etc/real", "x"), ("/etc/link", "->real"), ("/inner", "->etc")]);
        symlink(outside.path(), folder.path().join("outer")).unwrap();
        symlink("/etc", folder.path().join("etc/.b.memtune-new")).unwrap();
        for path in ["/etc/link", "/inner/real", "/outer/x", "/inner/new"] {
            for answer in [
                host.replace(path, &FileState::new("y")),
                host.state(path).map(|_| ()),
                host.remove(path),
                host.remove_leftover(&format!("{path}/x")),
            ] {
                assert_eq!(answer.unwrap_err().raw_os_error(), Some(Errno::LOOP.raw_os_error()), "{path}");
            }
        }
        assert!(host.missing_folders("/inner/a/b").is_err());
        // What lies in the place of the new file is taken away, not followed.
        host.replace("/etc/b", &FileState::new("y")).unwrap();
        assert_eq!(content(&host, "/etc/b").as_deref(), Some(b"y".as_slice()));
        assert_eq!(std::fs::read_link(folder.path().join("etc/link")).unwrap().to_str(), Some("real"));
        assert_eq!(std::fs::metadata(outside.path()).unwrap().nlink(), 2);
    }

    #[test]
    fn no_path_leads_out_of_the_tree() {
        let (_folder, host) = made_tree(&[("/etc/a", "x")]);
        for path in ["/../a", "/etc/../a", "/etc/./a", "etc/a", "a", "", "/", "/etc/", "/etc/..", "/a\0b"] {
            assert!(host.replace(path, &FileState::new("y")).is_err(), "{path}");
            assert!(host.state(path).is_err(), "{path}");
            assert!(host.remove(path).is_err(), "{path}");
            assert!(host.remove_folder_if_empty(path).is_err(), "{path}");
        }
    }

    #[test]
    fn folders_go_only_when_they_are_empty() {
        let (_folder, host) = made_tree(&[("/etc/a", "x"), ("/b/c/d", "x")]);
        host.remove_folder_if_empty("/etc").unwrap();
        host.remove_folder_if_empty("/none").unwrap();
        host.remove_folder_if_empty("/etc/a").unwrap();
        host.remove("/b/c/d").unwrap();
        host.remove("/b/c/d").unwrap();
        host.remove("/none/d").unwrap();
        host.remove_folder_if_empty("/b/c").unwrap();
        assert_eq!(
            (host.list("/").unwrap(), host.list("/b").unwrap()),
            (vec!["b".into(), "etc".into()], vec![])
        );
        assert!(host.has("/etc/a"));
    }

    #[test]
    fn what_is_no_file_is_left_alone() {
        let (folder, host) = made_tree(&[("/etc/folder/x", "x")]);
        let pipe = folder.path().join("etc/pipe");
        rustix::fs::mknodat(rustix::fs::CWD, pipe, rustix::fs::FileType::Fifo, Mode::from_raw_mode(0o600), 0)
            .unwrap();
        for path in ["/etc/folder", "/etc/pipe"] {
            assert!(host.state(path).is_err(), "{path}");
            assert!(host.replace(path, &FileState::new("y")).is_err(), "{path}");
            assert!(host.remove(path).is_err(), "{path}");
        }
        assert!(host.replace("/etc/folder/x/y", &FileState::new("y")).is_err());
        assert_eq!(host.state("/etc/folder/x/y").unwrap(), None);
        assert_eq!(host.list("/etc").unwrap(), ["folder", "pipe"]);
    }
}
