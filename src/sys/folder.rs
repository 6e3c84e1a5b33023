//! A folder that was opened once: files in it are read and names in it listed without allocating.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, RawDir, SeekFrom, openat, seek};
use rustix::io::Errno;

/// Where a file that fits goes to. The longest one that is read of a process is its status with some 1,500 bytes; a path in its cgroup may
/// take 4 KiB by itself, but then it is nobody's unit.
pub type Text = [u8; 4096];

/// Where the names of a folder go to, some thousands at once.
pub type Listing = [MaybeUninit<u8>];

/// An opened folder.
#[derive(Debug)]
pub struct Folder(OwnedFd);

impl Folder {
    /// Opens the folder at a path.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn open(path: &Path) -> Result<Self, Errno> {
        openat(CWD, path, folder_flags(), Mode::empty()).map(Self)
    }

    /// Opens a folder below this one.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn folder(&self, path: &CStr) -> Result<Self, Errno> {
        openat(&self.0, path, folder_flags(), Mode::empty()).map(Self)
    }

    /// Opens a file below this one; nobody waits for a pipe that lies in its place.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn file(&self, path: &CStr) -> Result<OwnedFd, Errno> {
        openat(&self.0, path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())
    }

    /// Reads the begin of a file, which is the whole of those that fit: the kernel makes the text of its own files in one piece. Three
    /// system calls.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn read<'t>(&self, path: &CStr, text: &'t mut Text) -> Result<&'t [u8], Errno> {
        let file = self.file(path)?;
        read_piece(&file, text)
    }

    /// Tells each name with its kind of file and number, from the first on; `.` and `..` are left out. Gives how many system calls it took.
    ///
    /// # Errors
    /// What the kernel answered; some may have been told by then.
    pub fn list(
        &self,
        listing: &mut Listing,
        mut each: impl FnMut(&CStr, FileType, u64),
    ) -> Result<u32, Errno> {
        seek(&self.0, SeekFrom::Start(0))?;
        let mut calls = 1;
        let mut entries = RawDir::new(&self.0, listing);
        loop {
            calls += u32::from(entries.is_buffer_empty());
            let Some(entry) = entries.next() else { return Ok(calls) };
            let entry = entry?;
            let name = entry.file_name();
            if name != c"." && name != c".." {
                each(name, entry.file_type(), entry.ino());
            }
        }
    }
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Reads the next piece of a file, from its begin on.
///
/// # Errors
/// What the kernel answered.
pub fn read_piece(file: impl AsFd, text: &mut Text) -> Result<&[u8], Errno> {
    loop {
        match rustix::io::read(&file, &mut text[..]) {
            Ok(length) => return text.get(..length).ok_or(Errno::IO),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
}

fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_can_be_listed_again() {
        let proc = Folder::open(Path::new("/proc")).unwrap();
        let mut listing = [MaybeUninit::uninit(); 4096];
        for _ in 0..2 {
            let mut has_itself = false;
            let own = std::process::id().to_string();
            let calls =
                proc.list(&mut listing, |name, _, _| has_itself |= name.to_str() == Ok(&own)).unwrap();
            assert!(has_itself && calls >= 3, "{calls}");
        }
    }

    #[test]
    fn a_file_is_read_as_far_as_it_fits() {
        let folder = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "builds the file that is read")]
        std::fs::write(folder.path().join("long"), [b'x'; 5000]).unwrap();
        let folder = Folder::open(folder.path()).unwrap();
        let mut text = [0; 4096];
        assert_eq!(folder.read(c"long", &mut text).unwrap().len(), 4096);
        assert_eq!(folder.read(c"none", &mut text), Err(Errno::NOENT));
        assert!(folder.folder(c"long").is_err());
    }
}
