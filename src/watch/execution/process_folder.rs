//! /proc, opened once: files of single processes, and the list of all.

use std::fmt;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Mode, OFlags, RawDir, open, openat};
use rustix::io::{Errno, read};

use crate::sys::text::PathText;

use super::life::Life;

/// What the longest of /proc/PID/stat and /proc/PID/cgroup takes: a hierarchy's path has up to 4 KiB, but then it is nobody's unit.
pub const BUFFER: usize = 4096;

/// The folder.
#[derive(Debug)]
pub struct ProcessFolder {
    folder: OwnedFd,
}

impl ProcessFolder {
    /// Opens it.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn open() -> Result<Self, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { folder: open(c"/proc", flags, Mode::empty())? })
    }

    /// Reads a file of a process, as far as it goes into the buffer.
    ///
    /// # Errors
    /// `NOENT` or `SRCH` where the process is not there any more.
    pub fn read<'b>(&self, pid: u32, file: &str, buffer: &'b mut [u8; BUFFER]) -> Result<&'b [u8], Errno> {
        self.read_file(format_args!("{pid}/{file}"), buffer)
    }

    fn read_file<'b>(
        &self,
        name: fmt::Arguments<'_>,
        buffer: &'b mut [u8; BUFFER],
    ) -> Result<&'b [u8], Errno> {
        let name = PathText::<32>::new(name).ok_or(Errno::NAMETOOLONG)?;
        let file = openat(&self.folder, name.as_c_str(), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        read_all(&file, buffer)
    }

    /// What /proc/PID/stat says; `None` where the process is not there, or not to be seen.
    pub fn life(&self, pid: u32) -> Option<Life> {
        let mut buffer = [0; BUFFER];
        Life::parse(self.read(pid, "stat", &mut buffer).ok()?).filter(|life| life.pid == pid)
    }

    /// What it says of whoever asks; `None` where this is the /proc of a PID namespace that he is not in.
    pub fn own_life(&self) -> Option<Life> {
        let mut buffer = [0; BUFFER];
        Life::parse(self.read_file(format_args!("self/stat"), &mut buffer).ok()?)
    }

    /// The folder once more, to be walked through by [`each`] from its beginning.
    ///
    /// # Errors
    /// `MFILE` where the caller may open no more.
    pub fn listing(&self) -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(&self.folder, c".", flags, Mode::empty())
    }
}

/// Tells of every process of a [`listing`](ProcessFolder::listing).
///
/// # Errors
/// What the kernel answered; some may have been told of by then.
pub fn each(listing: &OwnedFd, mut tell: impl FnMut(u32)) -> Result<(), Errno> {
    let mut buffer = [MaybeUninit::uninit(); BUFFER];
    let mut entries = RawDir::new(listing, &mut buffer);
    while let Some(entry) = entries.next() {
        let entry = entry?;
        if let Some(pid) = entry.file_name().to_str().ok().and_then(|name| name.parse().ok()) {
            tell(pid);
        }
    }
    Ok(())
}

/// Reads a file to its end, or until the buffer is full.
///
/// # Errors
/// What the kernel answered.
pub fn read_all(file: impl AsFd, buffer: &mut [u8; BUFFER]) -> Result<&[u8], Errno> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match read(&file, rest) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    buffer.get(..length).ok_or(Errno::IO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_test_itself() {
        let folder = ProcessFolder::open().unwrap();
        let own = std::process::id();
        let life = folder.life(own).unwrap();
        assert_eq!(folder.own_life().unwrap().pid, own);
        assert_eq!(life.parent, std::os::unix::process::parent_id());
        assert!(!life.is_of_kernel && life.started > 0);
        let mut is_listed = false;
        each(&folder.listing().unwrap(), |pid| is_listed |= pid == own).unwrap();
        assert!(is_listed);
    }

    #[test]
    fn who_is_not_there_has_no_life() {
        let folder = ProcessFolder::open().unwrap();
        assert_eq!(folder.life(i32::MAX as u32), None);
        let mut buffer = [0; BUFFER];
        assert_eq!(folder.read(i32::MAX as u32, "stat", &mut buffer), Err(Errno::NOENT));
    }
}
