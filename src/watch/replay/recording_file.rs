//! The file of a recording: whole lines, or none.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use rustix::fs::{FileType, FlockOperation, Mode, OFlags, fstat, ftruncate};
use rustix::io::Errno;

use super::recording::{LONGEST, Samples};

/// An open file that only grows, and always ends with a whole line.
#[derive(Debug)]
pub(super) struct RecordingFile(File);

impl RecordingFile {
    /// Opens it, or makes it for its owner alone. What is there already must be a recording.
    ///
    /// # Errors
    /// What the kernel answered, that it is no file, that it holds something else, or that another watchdog writes it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // Not to hang at a pipe, nor to write where a link of somebody else's leads.
        let flags = OFlags::RDWR
            | OFlags::APPEND
            | OFlags::CREATE
            | OFlags::NOFOLLOW
            | OFlags::NOCTTY
            | OFlags::NONBLOCK
            | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(path, flags, Mode::from_raw_mode(0o600))?);
        let stat = fstat(&file)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(io::Error::other("it is no file"));
        }
        rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| io::Error::other("another watchdog writes it"))?;
        let file = Self(file);
        file.mend()?;
        Ok(file)
    }

    /// A watchdog that died, or lost its power, may have left half a line.
    fn mend(&self) -> io::Result<()> {
        let length = self.0.metadata()?.len();
        if length == 0 {
            return Ok(());
        }
        self.must_be_a_recording()?;
        let mut end = [0; LONGEST as usize];
        let start = length.saturating_sub(LONGEST);
        let read = rustix::io::pread(&self.0, &mut end, start)?;
        let tail = end.get(..read).unwrap_or_default();
        match tail.iter().rposition(|&byte| byte == b'\n') {
            Some(last) => Ok(ftruncate(&self.0, start + last as u64 + 1)?),
            None if start == 0 => Ok(ftruncate(&self.0, 0)?),
            None => Err(no_recording()),
        }
    }

    fn must_be_a_recording(&self) -> io::Result<()> {
        let mut beginning = [0; 2 * LONGEST as usize];
        let read = rustix::io::pread(&self.0, &mut beginning, 0)?;
        let text = beginning.get(..read).unwrap_or_default();
        let is_one_line = !text.contains(&b'\n');
        match Samples::of(text).next() {
            Some(Ok(_)) | None => Ok(()),
            // The very first line was cut.
            Some(Err(_)) if is_one_line && text.starts_with(b"{\"schema\":\"memtune.watch-recording") => {
                Ok(())
            }
            Some(Err(_)) => Err(no_recording()),
        }
    }

    /// Adds a line; where not all of it can be written, nothing of it stays.
    ///
    /// # Errors
    /// What the kernel answered.
    pub(super) fn add(&self, line: &[u8]) -> Result<(), Errno> {
        let mut rest = line;
        while !rest.is_empty() {
            match rustix::io::write(&self.0, rest) {
                Err(Errno::INTR) => {}
                Ok(written) if written > 0 => rest = rest.get(written..).unwrap_or_default(),
                failed => {
                    self.take_back(line.len() - rest.len());
                    return Err(failed.err().unwrap_or(Errno::IO));
                }
            }
        }
        Ok(())
    }

    fn take_back(&self, written: usize) {
        if written == 0 {
            return;
        }
        let length = fstat(&self.0).map(|stat| u64::try_from(stat.st_size).unwrap_or(0));
        // A piece that stays is told with its line by whoever reads it.
        let _ = length.and_then(|length| ftruncate(&self.0, length.saturating_sub(written as u64)));
    }
}

fn no_recording() -> io::Error {
    io::Error::new(ErrorKind::AlreadyExists, "it is there already, and no recording")
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "makes and reads the files that are recorded into")]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    const LINE: &str = "{\"at\":5,\"total\":100,\"available\":9,\"swap_total\":0,\"swap_free\":0,\"swap_worth\":0,\"pinned\":0,\"gpu\":0}\n";

    #[test]
    fn it_is_its_owners_alone_and_of_one_watchdog() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("night");
        let file = RecordingFile::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(RecordingFile::open(&path).unwrap_err().to_string().contains("another watchdog"));
        file.add(b"one\n").unwrap();
        file.add(b"two\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn half_a_line_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        for (name, before, after) in [
            ("half", format!("{LINE}{}", &LINE[..20]), LINE),
            ("whole", LINE.to_owned(), LINE),
            ("nothing else", "{\"schema\":\"memtune.watch-recording/1\",\"fi".to_owned(), ""),
            ("many", LINE.repeat(99) + "{\"at\"", LINE),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, before).unwrap();
            RecordingFile::open(&path).unwrap().add(b"x\n").unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert!(
                text.ends_with(&format!("{after}x\n"))
                    && text.lines().all(|line| line == "x" || line == LINE.trim_end()),
                "{name}: {text}"
            );
        }
    }

    #[test]
    fn what_is_no_recording_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwd");
        for text in ["root:x:0:0::/root:/bin/sh\n", "[]", "\0\0\0", &"x".repeat(9000)] {
            fs::write(&path, text).unwrap();
            assert!(RecordingFile::open(&path).unwrap_err().to_string().contains("no recording"), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        symlink(&path, folder.path().join("link")).unwrap();
        assert!(RecordingFile::open(&folder.path().join("link")).is_err());
        assert!(RecordingFile::open(folder.path()).is_err());
        assert!(RecordingFile::open(Path::new("/dev/null")).unwrap_err().to_string().contains("no file"));
    }
}
