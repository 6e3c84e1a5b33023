//! A file of the kernel that stays open and is read anew each time: one system call, and nothing is allocated.

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

/// An open file.
#[derive(Debug)]
pub struct KernelFile {
    file: OwnedFd,
}

impl KernelFile {
    /// Opens it for reading; a link in its place is not followed.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn open(path: &str) -> Result<Self, Errno> {
        Self::open_as(path, OFlags::RDONLY)
    }

    /// Opens it for reading and for what is written to such files to be woken by them.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn open_to_ask(path: &str) -> Result<Self, Errno> {
        Self::open_as(path, OFlags::RDWR | OFlags::NONBLOCK)
    }

    fn open_as(path: &str, flags: OFlags) -> Result<Self, Errno> {
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        Ok(Self { file: rustix::fs::open(path, flags, Mode::empty())? })
    }

    /// Its text from the start, as far as it fits into `buffer`; what is no text ends it.
    ///
    /// # Errors
    /// What the kernel answered: the device or the group that it belonged to is gone, for example.
    pub fn read<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, Errno> {
        let length = rustix::io::pread(&self.file, &mut *buffer, 0)?;
        let bytes = buffer.get(..length).unwrap_or_default();
        Ok(match str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => bytes
                .get(..error.valid_up_to())
                .and_then(|text| str::from_utf8(text).ok())
                .unwrap_or_default(),
        })
    }

    /// Writes to it, as one call.
    ///
    /// # Errors
    /// What the kernel answered.
    pub fn write(&self, text: &[u8]) -> Result<(), Errno> {
        rustix::io::write(&self.file, text).map(|_| ())
    }
}

impl AsFd for KernelFile {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "makes the file that is read")]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_anew_each_time() {
        let file = KernelFile::open("/proc/uptime").unwrap();
        let mut buffer = [0; 64];
        let before = file.read(&mut buffer).unwrap().to_owned();
        std::thread::sleep(std::time::Duration::from_millis(30));
        assert_ne!(file.read(&mut buffer).unwrap(), before);
    }

    #[test]
    fn what_does_not_fit_and_what_is_no_text_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"12\xff4").unwrap();
        let file = KernelFile::open(path.to_str().unwrap()).unwrap();
        assert_eq!(file.read(&mut [0; 8]).unwrap(), "12");
        assert_eq!(file.read(&mut [0; 1]).unwrap(), "1");
        assert_eq!(KernelFile::open("/proc/self/exe").unwrap_err(), Errno::LOOP);
    }
}
