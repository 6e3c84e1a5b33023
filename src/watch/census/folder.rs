//! A folder that was opened once: files in it are read and names in it listed without allocating.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, RawDir, SeekFrom, openat, seek};
use rustix::io::{Errno, read};

/// Where the names of a folder go to, some thousands at once.
pub(super) type Listing = [MaybeUninit<u8>];

/// Where a file that fits goes to; the longest one is /proc/PID/status with some 1,500 bytes.
pub(super) type Text = [u8; 4096];

/// An opened folder.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// Opens the folder at a path.
    pub(super) fn open(path: &Path) -> Result<Self, Errno> {
        openat(CWD, path, folder_flags(), Mode::empty()).map(Self)
    }

    /// Opens a folder below this one.
    pub(super) fn folder(&self, path: &CStr) -> Result<Self, Errno> {
        openat(&self.0, path, folder_flags(), Mode::empty()).map(Self)
    }

    /// Opens a file below this one.
    pub(super) fn file(&self, path: &CStr) -> Result<OwnedFd, Errno> {
        openat(&self.0, path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())
    }

    /// Reads the begin of a file, which is the whole of those that are read here.
    pub(super) fn read<'t>(&self, path: &CStr, text: &'t mut Text) -> Result<&'t [u8], Errno> {
        let file = self.file(path)?;
        let length = read(&file, &mut text[..])?;
        Ok(text.get(..length).unwrap_or_default())
    }

    /// Tells each name with its kind of file and number, from the first on; `.` and `..` are left out.
    pub(super) fn list(
        &self,
        listing: &mut Listing,
        mut each: impl FnMut(&CStr, FileType, u64),
    ) -> Result<(), Errno> {
        seek(&self.0, SeekFrom::Start(0))?;
        let mut entries = RawDir::new(&self.0, listing);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name();
            if name != c"." && name != c".." {
                each(name, entry.file_type(), entry.ino());
            }
        }
        Ok(())
    }

    /// What rustix is asked with.
    pub(super) fn handle(&self) -> &OwnedFd {
        &self.0
    }
}

fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
}

/// Tells each number of a file that holds one a line, however long it is. Whatever is no number is passed over.
pub(super) fn each_number(file: &OwnedFd, text: &mut Text, mut each: impl FnMut(u32)) -> Result<(), Errno> {
    let mut number: Option<u64> = None;
    loop {
        let length = read(file, &mut text[..])?;
        if length == 0 {
            break;
        }
        for &byte in text.get(..length).unwrap_or_default() {
            match byte {
                b'0'..=b'9' => {
                    let digit = u64::from(byte - b'0');
                    number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
                }
                _ => number
                    .take()
                    .and_then(|number| u32::try_from(number).ok())
                    .into_iter()
                    .for_each(&mut each),
            }
        }
    }
    number.and_then(|number| u32::try_from(number).ok()).into_iter().for_each(each);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    fn numbers(text: &str) -> Vec<u32> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cgroup.procs");
        #[expect(clippy::disallowed_methods, reason = "builds the file that is read")]
        std::fs::write(&path, text).unwrap();
        let mut found = Vec::new();
        let file = Folder::open(folder.path()).unwrap().file(c"cgroup.procs").unwrap();
        assert!(file.as_fd().try_clone_to_owned().is_ok());
        each_number(&file, &mut [0; 4096], |number| found.push(number)).unwrap();
        found
    }

    #[test]
    fn numbers_may_lie_across_two_pieces() {
        let text: String = (1..=5000).map(|number| format!("{number}\n")).collect();
        assert_eq!(numbers(&text), (1..=5000).collect::<Vec<u32>>());
        assert_eq!(numbers("12\n0\n99999999999999999999999\nx7\n8"), [12, 0, 7, 8]);
        assert!(numbers("").is_empty());
    }

    #[test]
    fn a_folder_can_be_listed_again() {
        let proc = Folder::open(Path::new("/proc")).unwrap();
        let mut listing = [MaybeUninit::uninit(); 4096];
        for _ in 0..2 {
            let mut has_itself = false;
            let own = std::process::id().to_string();
            proc.list(&mut listing, |name, _, _| has_itself |= name.to_str() == Ok(&own)).unwrap();
            assert!(has_itself);
        }
    }
}
