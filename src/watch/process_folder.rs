//! /proc, opened once: files of single processes, and the list of all. The census and the execution read it by this alone.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::io::Errno;

use crate::facts::process_stat::{self, Stat, unsigned};
use crate::sys::folder::{Folder, Listing, Text};
use crate::sys::text::PathText;

/// The longest name of a file of a process that is read here.
type FileName = PathText<32>;

/// The folder.
#[derive(Debug)]
pub struct ProcessFolder(Folder);

impl ProcessFolder {
    /// Opens /proc.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn open() -> Result<Self, Errno> {
        Self::at(Path::new("/proc"))
    }

    /// Opens a folder that looks like it.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn at(path: &Path) -> Result<Self, Errno> {
        Folder::open(path).map(Self)
    }

    /// Reads a file of a process, as far as it goes into the buffer.
    ///
    /// # Errors
    /// `NOENT` or `SRCH` where the process is not there any more.
    pub fn read<'t>(&self, pid: u32, file: &str, text: &'t mut Text) -> Result<&'t [u8], Errno> {
        let name = FileName::in_folder(pid, file).ok_or(Errno::NAMETOOLONG)?;
        self.0.read(name.as_c_str(), text)
    }

    /// Reads a file that is no process's, such as `loadavg`.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn read_other<'t>(&self, file: &std::ffi::CStr, text: &'t mut Text) -> Result<&'t [u8], Errno> {
        self.0.read(file, text)
    }

    /// What /proc/PID/stat says.
    ///
    /// # Errors
    /// As [`read`](Self::read); `INVAL` where the file is cut, or of another shape.
    pub fn stat(&self, pid: u32, text: &mut Text) -> Result<Stat, Errno> {
        let line = self.read(pid, "stat", text)?;
        process_stat::parse(line).filter(|stat| stat.pid == pid).ok_or(Errno::INVAL)
    }

    /// The same; `None` where the process is not there, or not to be seen.
    pub fn find(&self, pid: u32) -> Option<Stat> {
        self.stat(pid, &mut [0; 4096]).ok()
    }

    /// What it says of whoever asks; `None` where this is the /proc of a PID namespace that he is not in.
    pub fn own_stat(&self) -> Option<Stat> {
        process_stat::parse(self.0.read(c"self/stat", &mut [0; 4096]).ok()?)
    }

    /// Tells each process with the number of its folder, which no other process gets as long as this one is not forgotten. Gives how many
    /// system calls it took.
    ///
    /// # Errors
    /// What the kernel answered; some may have been told of by then.
    pub fn list(&self, listing: &mut Listing, mut each: impl FnMut(u32, u64)) -> Result<u32, Errno> {
        self.0.list(listing, |name, _, identity| {
            let pid = unsigned(name.to_bytes()).and_then(|pid| u32::try_from(pid).ok());
            if let Some(pid) = pid.filter(|&pid| pid > 0) {
                each(pid, identity);
            }
        })
    }

    /// The folder once more, for a walk of its own.
    ///
    /// # Errors
    /// `MFILE` where the caller may open no more.
    pub fn again(&self) -> Result<Self, Errno> {
        self.0.folder(c".").map(Self)
    }
}

impl AsFd for ProcessFolder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::MaybeUninit;

    #[test]
    fn finds_the_test_itself() {
        let folder = ProcessFolder::open().unwrap();
        let own = std::process::id();
        let stat = folder.stat(own, &mut [0; 4096]).unwrap();
        assert_eq!(folder.own_stat().unwrap().pid, own);
        assert_eq!(stat.parent, std::os::unix::process::parent_id());
        assert!(!stat.is_of_kernel && stat.started > 0);
        let mut identities = Vec::new();
        for folder in [&folder, &folder.again().unwrap()] {
            let mut listing = [MaybeUninit::uninit(); 4096];
            let mut found = None;
            folder
                .list(&mut listing, |pid, identity| found = found.or((pid == own).then_some(identity)))
                .unwrap();
            identities.push(found.unwrap());
        }
        assert_eq!(identities[0], identities[1]);
    }

    #[test]
    fn who_is_not_there_has_nothing() {
        let folder = ProcessFolder::open().unwrap();
        let mut text = [0; 4096];
        assert_eq!(folder.stat(i32::MAX as u32, &mut text), Err(Errno::NOENT));
        assert_eq!(folder.read(1, "a_name_that_is_much_too_long_for_it", &mut text), Err(Errno::NAMETOOLONG));
    }
}
