//! Whether a program may be run as a hook: it runs with the watchdog's rights, so nobody else may have a say in what it does.

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

/// Owner and mode of something on the way to a program, and of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMode {
    /// The permission bits, the sticky one included.
    pub mode: u32,
    /// The owner's number.
    pub user: u32,
}

impl FileMode {
    /// Whether others than root and `own` may change what is in it or, of a folder, what is there.
    fn is_open_to_others(self, own: u32) -> bool {
        const STICKY: u32 = 0o1000;
        let by_others = self.mode & 0o022 != 0 && self.mode & STICKY == 0;
        by_others || (self.user != 0 && self.user != own)
    }
}

/// Judges a program by itself and the folders that lead to it; `own` is the user that would run it.
///
/// # Errors
/// Says what is wrong with it, as a fragment that follows its name.
pub fn is_trusted(file: FileMode, folders: &[(String, FileMode)], own: u32) -> Result<(), String> {
    if file.mode & 0o111 == 0 {
        return Err("is not executable: `chmod 755` it".to_owned());
    }
    if file.mode & 0o022 != 0 {
        return Err("can be changed by others: `chmod go-w` it".to_owned());
    }
    if file.is_open_to_others(own) {
        return Err(format!("belongs to the user {}, who could change it: `chown root` it", file.user));
    }
    match folders.iter().find(|(_, folder)| folder.is_open_to_others(own)) {
        Some((name, _)) => Err(format!("lies below `{name}`, where others could put another in its place")),
        None => Ok(()),
    }
}

/// Judges a program of this machine.
///
/// # Errors
/// As [`is_trusted`], or why it cannot be looked at.
pub(super) fn check(path: &str) -> Result<(), String> {
    let real = std::fs::canonicalize(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "is not there".to_owned(),
        _ => format!("cannot be looked at: {error}"),
    })?;
    let failed = |error: Errno| format!("cannot be looked at: {error}");
    let (file, kind) = status(&real).map_err(failed)?;
    if kind != FileType::RegularFile {
        return Err("is no file".to_owned());
    }
    let folders: Result<Vec<_>, Errno> = real
        .ancestors()
        .skip(1)
        .map(|folder| Ok((folder.to_string_lossy().into_owned(), status(folder)?.0)))
        .collect();
    is_trusted(file, &folders.map_err(failed)?, rustix::process::geteuid().as_raw())
}

fn status(path: &std::path::Path) -> Result<(FileMode, FileType), Errno> {
    let file = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let stat = rustix::fs::fstat(file)?;
    Ok((FileMode { mode: stat.st_mode & 0o7777, user: stat.st_uid }, FileType::from_raw_mode(stat.st_mode)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const SOUND: FileMode = FileMode { mode: 0o755, user: 0 };

    #[test]
    fn what_others_could_change_is_not_run() {
        let folders = |mode| vec![("/opt".to_owned(), FileMode { mode, user: 0 })];
        assert_eq!(is_trusted(SOUND, &folders(0o755), 0), Ok(()));
        assert_eq!(is_trusted(SOUND, &folders(0o1777), 0), Ok(()));
        let cases = [
            (FileMode { mode: 0o644, ..SOUND }, 0o755, "executable"),
            (FileMode { mode: 0o775, ..SOUND }, 0o755, "changed by others"),
            (FileMode { mode: 0o757, ..SOUND }, 0o755, "changed by others"),
            (FileMode { user: 1000, ..SOUND }, 0o755, "user 1000"),
            (SOUND, 0o777, "below `/opt`"),
        ];
        for (file, folder, said) in cases {
            let wrong = is_trusted(file, &folders(folder), 0).unwrap_err();
            assert!(wrong.contains(said), "{wrong}");
        }
        assert_eq!(is_trusted(FileMode { user: 1000, ..SOUND }, &[], 1000), Ok(()));
    }

    #[test]
    fn programs_of_this_machine_are_looked_at_behind_their_links() {
        assert_eq!(check("/bin/sh"), Ok(()));
        assert_eq!(check("/nowhere/at/all"), Err("is not there".to_owned()));
        assert_eq!(check("/usr/bin"), Err("is no file".to_owned()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hook");
        std::fs::copy("/bin/true", &path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(check(path.to_str().unwrap()).unwrap_err().contains("changed by others"));
    }
}
