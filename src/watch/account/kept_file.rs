//! A small file that is written anew as a whole: beside it, and then put in its place, so that nobody reads half of it.

use std::os::fd::OwnedFd;
use std::path::Path;

use arrayvec::ArrayString;
use rustix::fs::{AtFlags, Mode, OFlags, mkdir, open, openat, renameat, unlinkat};
use rustix::io::{Errno, read, write};

/// The longest name of a file, with its NUL.
const NAME: usize = 256;

/// A file in a folder that was opened at start, so that later no path is walked.
#[derive(Debug)]
pub struct KeptFile {
    folder: OwnedFd,
    name: ArrayString<NAME>,
    beside: ArrayString<NAME>,
}

impl KeptFile {
    /// Opens its folder, which is made where only that is lacking.
    ///
    /// # Errors
    /// As open(2); `INVAL` for a path that names no file.
    pub fn at(path: &Path) -> Result<Self, Errno> {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or(Errno::INVAL)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        // Where it cannot be made, to open it says why.
        let _ = mkdir(folder, Mode::from_raw_mode(0o755));
        let folder = open(folder, flags, Mode::empty())?;
        let mut beside = ArrayString::new();
        // The collector of metrics takes files that end with .prom; this one does not.
        for part in [".", name, ".new"] {
            beside.try_push_str(part).map_err(|_| Errno::NAMETOOLONG)?;
        }
        Ok(Self { folder, name: ArrayString::from(name).map_err(|_| Errno::NAMETOOLONG)?, beside })
    }

    /// Writes it, readable by all. It is not made sure that it survives a loss of power: to wait for a disk is what a watchdog must not
    /// do, and whoever reads it after the next boot would read of another one.
    ///
    /// # Errors
    /// As openat(2), write(2) and renameat(2); what was there before stays.
    pub fn write(&self, text: &[u8]) -> Result<(), Errno> {
        let written = self
            .fill(text)
            .and_then(|()| renameat(&self.folder, self.beside.as_str(), &self.folder, self.name.as_str()));
        if written.is_err() {
            // It takes up room on a disk that may be full.
            let _ = unlinkat(&self.folder, self.beside.as_str(), AtFlags::empty());
        }
        written
    }

    /// What is in it, if it is text of at most so many bytes; for the start, since it allocates.
    pub fn read(&self, most: usize) -> Option<String> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(&self.folder, self.name.as_str(), flags, Mode::empty()).ok()?;
        let mut bytes = vec![0; most + 1];
        let mut length = 0;
        loop {
            match read(&file, bytes.get_mut(length..)?).ok()? {
                0 => break,
                count => length += count,
            }
        }
        bytes.truncate(length);
        String::from_utf8(bytes).ok().filter(|_| length <= most)
    }

    fn fill(&self, mut text: &[u8]) -> Result<(), Errno> {
        let flags = OFlags::WRONLY
            | OFlags::CREATE
            | OFlags::TRUNC
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC
            | OFlags::NONBLOCK;
        let file = openat(&self.folder, self.beside.as_str(), flags, Mode::from_raw_mode(0o644))?;
        while !text.is_empty() {
            match write(&file, text) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
                Ok(0) => return Err(Errno::IO),
                Ok(written) => text = text.get(written..).unwrap_or_default(),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "looks at what it wrote in a folder of its own")]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("made/watch.json");
        let file = KeptFile::at(&path).unwrap();
        assert_eq!(file.read(10), None);
        file.write(b"one").unwrap();
        let earlier = fs::File::open(&path).unwrap();
        file.write(b"two").unwrap();
        assert_eq!(std::io::read_to_string(earlier).unwrap(), "one");
        assert_eq!((file.read(3).as_deref(), file.read(2)), (Some("two"), None));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(fs::read_dir(folder.path().join("made")).unwrap().count(), 1);
    }

    #[test]
    fn follows_no_link_and_says_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("other");
        fs::write(&other, "kept").unwrap();
        symlink(&other, folder.path().join(".watch.json.new")).unwrap();
        let file = KeptFile::at(&folder.path().join("watch.json")).unwrap();
        assert_eq!(file.write(b"one"), Err(Errno::LOOP));
        assert_eq!(fs::read_to_string(&other).unwrap(), "kept");
        // The link was taken away, as whatever is in the way of a file that is begun anew.
        file.write(b"one").unwrap();
        assert_eq!(KeptFile::at(&folder.path().join("a/b/c")).unwrap_err(), Errno::NOENT);
        assert_eq!(KeptFile::at(Path::new("/")).unwrap_err(), Errno::INVAL);
        drop(folder);
        assert_eq!(file.write(b"one"), Err(Errno::NOENT));
    }
}
