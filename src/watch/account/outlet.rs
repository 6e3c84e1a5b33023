//! Whole lines to a terminal, a pipe or a file, without ever waiting for whoever reads them.

use std::fmt::Write;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use rustix::io::{Errno, write};

use crate::sys::bounded_text::BoundedText;

/// A pipe that can take anything can take so much; a terminal takes what it can.
const PIECE: usize = 4096;

/// Where lines go. What cannot be written at once is lost, and counted: a terminal that is held with Ctrl-S must not stop the watchdog.
#[derive(Debug)]
pub struct Outlet {
    file: OwnedFd,
    lost: u64,
    last_error: Option<Errno>,
    is_within_a_line: bool,
}

impl Outlet {
    /// Takes a file that is open for writing. A terminal or pipe is opened once more, where that can be, so as not to wait: to change the
    /// caller's would change it for everybody who has it, the shell included.
    pub fn new(file: OwnedFd) -> Self {
        let file = opened_once_more(&file).unwrap_or(file);
        Self { file, lost: 0, last_error: None, is_within_a_line: false }
    }

    /// Writes text that ends with a line end; says whether all of it is written.
    pub fn write(&mut self, text: &[u8]) -> bool {
        if self.is_within_a_line {
            match self.put(b"\n") {
                Ok(()) => self.is_within_a_line = false,
                Err(error) => return self.lose(error),
            }
        }
        match text.chunks(PIECE).try_for_each(|piece| self.put(piece)) {
            Ok(()) => true,
            Err(error) => self.lose(error),
        }
    }

    /// The file, on which poll(2) tells an error where nobody reads it any more.
    pub fn file(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// How many texts were not written, or not in full, since this was last asked, and why the last of them was not.
    pub fn take_lost(&mut self) -> Option<(u64, Errno)> {
        let error = self.last_error.take()?;
        Some((std::mem::take(&mut self.lost), error))
    }

    fn lose(&mut self, error: Errno) -> bool {
        self.lost = self.lost.saturating_add(1);
        self.last_error = Some(error);
        false
    }

    fn put(&mut self, mut piece: &[u8]) -> Result<(), Errno> {
        while !piece.is_empty() {
            let mut files = [PollFd::from_borrowed_fd(self.file.as_fd(), PollFlags::OUT)];
            // Interrupted by a signal: the loop will hear of it.
            match poll(&mut files, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error),
                Ok(0) => return Err(Errno::AGAIN),
                Ok(_) => {}
            }
            match write(&self.file, piece) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
                Ok(0) => return Err(Errno::IO),
                Ok(written) => {
                    let (done, rest) = piece.split_at(written.min(piece.len()));
                    self.is_within_a_line = !done.ends_with(b"\n");
                    piece = rest;
                }
            }
        }
        Ok(())
    }
}

/// The same terminal or pipe by a description of its own; `None` for a socket, and for what belongs to somebody else by now. Also for a
/// file: it would have a place of its own to write at, and what others write there would go over it.
fn opened_once_more(file: &OwnedFd) -> Option<OwnedFd> {
    if FileType::from_raw_mode(fstat(file).ok()?.st_mode).is_file() {
        return None;
    }
    let mut path = BoundedText::with_limit(64);
    write!(path, "/proc/self/fd/{}", file.as_raw_fd()).ok()?;
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    open(path.as_str(), flags, Mode::empty()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{PipeReader, Read, Seek, Write as _};
    use std::os::unix::net::UnixStream;

    fn all(mut reader: impl Read) -> String {
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    }

    fn held(reader: PipeReader, mut outlet: Outlet) {
        let line = [b"x".repeat(999), b"\n".to_vec()].concat();
        let written = (0..200).filter(|_| outlet.write(&line)).count();
        assert!((1..200).contains(&written), "{written}");
        let (lost, error) = outlet.take_lost().unwrap();
        assert_eq!((lost as usize + written, error), (200, Errno::AGAIN));
        assert_eq!(outlet.take_lost(), None);
        drop(outlet);
        let whole = all(reader).lines().filter(|line| line.len() == 999).count();
        assert_eq!(whole, written);
    }

    #[test]
    fn a_pipe_that_nobody_reads_holds_up_nobody() {
        let (reader, writer) = std::io::pipe().unwrap();
        held(reader, Outlet::new(writer.into()));
        // Where it cannot be opened once more, it is asked before each write.
        let (reader, writer) = std::io::pipe().unwrap();
        held(reader, Outlet { file: writer.into(), lost: 0, last_error: None, is_within_a_line: false });
    }

    #[test]
    fn after_a_line_that_was_cut_the_next_one_begins_anew() {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut outlet = Outlet::new(writer.into());
        while outlet.write(&[b"y".repeat(9_000), b"\n".to_vec()].concat()) {}
        let mut read = vec![0; 1 << 16];
        let count = reader.read(&mut read).unwrap();
        assert!(count > 9_001);
        assert!(outlet.write(b"whole\n"));
        drop(outlet);
        assert!(all(reader).ends_with("\nwhole\n"));
    }

    #[test]
    fn who_writes_to_the_same_file_goes_on_behind_it() {
        let mut file = tempfile::tempfile().unwrap();
        let mut outlet = Outlet::new(file.try_clone().unwrap().into());
        file.write_all(b"one\n").unwrap();
        assert!(outlet.write(b"two\n"));
        file.write_all(b"three\n").unwrap();
        file.rewind().unwrap();
        assert_eq!(all(file), "one\ntwo\nthree\n");
    }

    #[test]
    fn a_socket_takes_lines_as_well() {
        let (reader, writer) = UnixStream::pair().unwrap();
        let mut outlet = Outlet::new(writer.into());
        assert!(outlet.write(b"one\n") && outlet.write(b"two\n"));
        drop(outlet);
        assert_eq!(all(reader), "one\ntwo\n");
    }

    #[test]
    fn a_full_disk_is_counted() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut outlet = Outlet::new(full.into());
        assert!(!outlet.write(b"one\n"));
        assert_eq!(outlet.take_lost(), Some((1, Errno::NOSPC)));
    }
}
