//! The file itself.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};

use crate::watch::settings::Settings;

use super::reader::parse_over;
use super::surroundings::Surroundings;
use super::wrong::Wrong;

/// Where the owner's settings are.
pub const PATH: &str = "/etc/memtune/watch.toml";

/// What the active profile wishes: it counts where the owner's file says nothing.
pub const PROFILE_PATH: &str = "/etc/memtune/watch-profile.toml";

/// More than any sound file of settings, in bytes.
pub const LARGEST: u64 = 64 << 10;

/// Reads the settings from both files; without either of them the defaults hold.
///
/// # Errors
/// Says what is wrong with which of them, and where.
pub fn load(surroundings: &dyn Surroundings) -> Result<Settings, Wrong> {
    load_from(Path::new(""), surroundings)
}

/// The same with `file` in place of the owner's own, and then it must be there; an empty path names none.
///
/// # Errors
/// As [`load`].
pub fn load_from(file: &Path, surroundings: &dyn Surroundings) -> Result<Settings, Wrong> {
    let is_named = !file.as_os_str().is_empty();
    let path = if is_named { file.to_str() } else { Some(PATH) };
    let path = path.ok_or_else(|| {
        let what = "the name is no text (UTF-8)".to_owned();
        Wrong { file: file.display().to_string(), place: None, what }
    })?;
    let mut settings = Settings::default();
    for (path, is_needed) in [(PROFILE_PATH, false), (path, is_named)] {
        match read(path, &settings, surroundings) {
            Ok(read) => settings = read,
            Err(failure) if failure.is_absent && !is_needed => {}
            Err(failure) => return Err(failure.wrong),
        }
    }
    Ok(settings)
}

/// Why a file could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whether it is just not there.
    pub is_absent: bool,
    /// What is wrong.
    pub wrong: Wrong,
}

/// Reads the settings in the file at `path`, which says in what they differ from `base`.
///
/// # Errors
/// Says that it is not there, cannot be read, can be written by others, is too large, or what is wrong in it.
pub fn read(path: &str, base: &Settings, surroundings: &dyn Surroundings) -> Result<Settings, Failure> {
    let failure = |is_absent, what: String| Failure {
        is_absent,
        wrong: Wrong { file: path.to_owned(), place: None, what },
    };
    let bytes = owned(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failure(true, "is not there".to_owned()),
        _ => failure(false, format!("cannot be used: {error}")),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| failure(false, "is no text (UTF-8)".to_owned()))?;
    parse_over(base, path, &text, surroundings).map_err(|wrong| Failure { is_absent: false, wrong })
}

/// A file that nobody but root and the caller could have written.
fn owned(path: &str) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let stat = rustix::fs::fstat(&file)?;
    let own = rustix::process::geteuid().as_raw();
    if stat.st_mode & 0o022 != 0 {
        return Err(io::Error::other("others can write it: `chmod go-w` it"));
    }
    if stat.st_uid != 0 && stat.st_uid != own {
        return Err(io::Error::other(format!("it belongs to the user {}: `chown root` it", stat.st_uid)));
    }
    rest(file, LARGEST)
}

/// The bytes of the file at `path`, which may have `limit` of them.
pub(super) fn bounded(path: &str, limit: u64) -> io::Result<Vec<u8>> {
    rest(open(path)?, limit)
}

/// Never waits: a pipe in its place would otherwise hang the watchdog.
fn open(path: &str) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = rustix::fs::open(path, flags, Mode::empty())?;
    let stat = rustix::fs::fstat(&file)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(File::from(file)),
        _ => Err(io::Error::other("it is no file")),
    }
}

fn rest(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {} KiB", limit >> 10)));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::super::surroundings::tests::Made;
    use super::*;

    fn file(text: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watch.toml");
        #[expect(clippy::disallowed_methods, reason = "makes the file that is read")]
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    fn wrong(text: &[u8], mode: u32) -> String {
        let (_folder, path) = file(text, mode);
        let failure = read(path.to_str().unwrap(), &Settings::default(), &Made).unwrap_err();
        assert!(!failure.is_absent);
        failure.wrong.to_string()
    }

    #[test]
    fn only_what_the_owner_wrote_is_read() {
        let (_folder, path) = file(b"calm = \"20s\"\n", 0o644);
        let settings = read(path.to_str().unwrap(), &Settings::default(), &Made).unwrap();
        assert_eq!(settings.calm.as_secs(), 20);
        assert!(wrong(b"", 0o666).contains("others can write it"));
        assert!(wrong(b"\xff\xfe", 0o600).contains("no text"));
        assert!(wrong(&vec![b'#'; (64 << 10) + 1], 0o600).contains("larger than 64 KiB"));
        assert!(read("/nowhere", &Settings::default(), &Made).unwrap_err().is_absent);
        let folder = read("/etc", &Settings::default(), &Made).unwrap_err();
        assert!(folder.wrong.to_string().contains("no file"), "{}", folder.wrong);
    }

    #[test]
    fn a_pipe_hangs_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let mode = Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, FileType::Fifo, mode, 0).unwrap();
        assert!(read(path.to_str().unwrap(), &Settings::default(), &Made).is_err());
    }
}
