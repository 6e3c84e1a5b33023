//! Makes swap files, looks at them, and removes them.

use std::io;
use std::ops::ControlFlow;

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, IFlags, Mode, OFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::host::Host;
use crate::sys::bytes::Bytes;

use super::files::{beside, in_its_folder};
use super::fill;
use super::folder::{Folder, is_absent, split};
use super::label;

/// No header is longer: it is the largest page of any machine.
const LONGEST_HEADER: usize = 64 << 10;

/// Told how far a long deed came, it answers whether to go on.
pub type Watch<'w> = &'w dyn Fn(Bytes) -> ControlFlow<()>;

/// How a swap file gets its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filling {
    /// The file system reserves them; where it cannot, they are filled with zeroes.
    Allocate,
    /// Each is written with zeroes.
    Zeroes,
}

/// A swap file to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewSwapFile<'f> {
    /// Its length.
    pub size: Bytes,
    /// Its first bytes.
    pub header: &'f [u8],
    /// How it gets its blocks.
    pub filling: Filling,
    /// Whether its blocks shall never be copied on write, without which btrfs takes no swap file.
    pub no_copy_on_write: bool,
}

/// A file that may be a swap file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSwapFile {
    /// Its length.
    pub size: Bytes,
    /// Its first bytes, 64 KiB at most.
    pub start: Vec<u8>,
    /// Whether its blocks are never copied on write.
    pub no_copy_on_write: bool,
}

impl Host {
    /// Makes a swap file at `path`, where nothing may stand: closed to others, without holes, and on the disk as a whole before it
    /// gets its name. For `change/` only.
    ///
    /// # Errors
    /// Says what stood in the way, and leaves nothing behind: EEXIST where something stands at `path`, ELOOP for a link in the path,
    /// [`io::ErrorKind::Interrupted`] where `watch` did not want to go on.
    pub fn make_swap_file(&self, path: &str, file: &NewSwapFile<'_>, watch: Watch<'_>) -> io::Result<()> {
        let (folder, name) = split(path)?;
        let folder = Folder::open(self, folder)?;
        if folder.has(name)? {
            return Err(Errno::EXIST.into());
        }
        let beside = beside(name);
        folder.remove_file(&beside)?;
        let is_enforcing = self.read("/sys/fs/selinux/enforce").is_ok_and(|text| text.trim() == "1");
        let made = write_new(&folder, &beside, file, is_enforcing, watch)
            .and_then(|()| folder.rename_to_free_name(&beside, name));
        made.inspect_err(|_| {
            // The first failure is the one to tell; the next run removes what is left.
            let _ = folder.remove_file(&beside);
        })?;
        folder.sync()
    }

    /// What stands at `path`, as a swap file; `None` where nothing does. For `change/` only: a link is refused, not followed.
    ///
    /// # Errors
    /// Fails for a link anywhere in the path (ELOOP), for anything but a regular file, and where it cannot be read.
    pub fn swap_file(&self, path: &str) -> io::Result<Option<FoundSwapFile>> {
        let (folder, name) = split(path)?;
        let opened = Folder::open(self, folder).and_then(|folder| open(&folder, name));
        match opened {
            Ok(file) => look(&file).map(Some),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes the file at `path` if `is_meant` says of its first bytes that it is the one; whether it was. Where there is none,
    /// nothing is to be done. For `change/` only.
    ///
    /// # Errors
    /// Says what stood in the way; the kernel lets nobody remove one that is in use (EPERM).
    pub fn remove_swap_file(&self, path: &str, is_meant: impl FnOnce(&[u8]) -> bool) -> io::Result<bool> {
        let mut is_removed = true;
        in_its_folder(self, path, |folder, name| {
            let file = match open(folder, name) {
                Err(error) if is_absent(&error) => return Ok(false),
                file => file?,
            };
            is_removed = is_meant(&look(&file)?.start) && folder.still_has(name, &file)?;
            if is_removed { folder.remove_file(name) } else { Ok(false) }
        })?;
        Ok(is_removed)
    }
}

fn open(folder: &Folder, name: &str) -> io::Result<OwnedFd> {
    folder.open_file(name, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)
}

fn look(file: &OwnedFd) -> io::Result<FoundSwapFile> {
    let stat = rustix::fs::fstat(file)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(Errno::ISDIR.into()),
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
    let mut start = vec![0; LONGEST_HEADER];
    let mut length = 0;
    while let Some(room) = start.get_mut(length..).filter(|room| !room.is_empty()) {
        match rustix::io::pread(file, room, length as u64) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    start.truncate(length);
    // Most file systems know no such flag.
    let flags = rustix::fs::ioctl_getflags(file).unwrap_or(IFlags::empty());
    let size = Bytes(u64::try_from(stat.st_size).unwrap_or(0));
    Ok(FoundSwapFile { size, start, no_copy_on_write: flags.contains(IFlags::NOCOW) })
}

fn write_new(
    folder: &Folder,
    name: &str,
    new: &NewSwapFile<'_>,
    is_enforcing: bool,
    watch: Watch<'_>,
) -> io::Result<()> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
    let file = folder.create_file(name, flags, 0o600)?;
    // A umask may have taken even the owner's rights.
    rustix::fs::fchmod(&file, Mode::from_raw_mode(0o600))?;
    if new.no_copy_on_write {
        // btrfs takes it of an empty file only.
        let flags = rustix::fs::ioctl_getflags(&file)?;
        rustix::fs::ioctl_setflags(&file, flags | IFlags::NOCOW)?;
    }
    label::for_swap(&file, is_enforcing)?;
    fill::fill(&file, new.size, new.filling, watch)?;
    fill::write_all_at(&file, new.header, 0)?;
    // swapon reads from the disk, past what is only in memory.
    Ok(rustix::fs::fsync(&file)?)
}

impl Folder {
    fn has(&self, name: &str) -> io::Result<bool> {
        match self.stat_of(name) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether `name` is `file` and no other.
    fn still_has(&self, name: &str, file: &OwnedFd) -> io::Result<bool> {
        let (held, named) = (rustix::fs::fstat(file)?, self.stat_of(name)?);
        Ok((held.st_dev, held.st_ino) == (named.st_dev, named.st_ino))
    }

    fn stat_of(&self, name: &str) -> rustix::io::Result<rustix::fs::Stat> {
        rustix::fs::statat(self.descriptor(), name, AtFlags::SYMLINK_NOFOLLOW)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;
    use crate::host::made_tree::made_tree;

    const SIZE: Bytes = Bytes(1 << 20);

    fn go_on(_: Bytes) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn new(filling: Filling) -> NewSwapFile<'static> {
        NewSwapFile { size: SIZE, header: b"a header", filling, no_copy_on_write: false }
    }

    #[test]
    fn a_file_is_made_closed_to_others_and_without_holes() {
        for filling in [Filling::Allocate, Filling::Zeroes] {
            let (folder, host) = made_tree(&[("/etc/a", "x")]);
            host.make_swap_file("/swap", &new(filling), &go_on).unwrap();
            let status = std::fs::metadata(folder.path().join("swap")).unwrap();
            assert_eq!((status.len(), status.mode() & 0o7777), (SIZE.0, 0o600));
            assert!(status.blocks() * 512 >= SIZE.0, "{filling:?}: {} blocks", status.blocks());
            let found = host.swap_file("/swap").unwrap().unwrap();
            assert!(found.start.starts_with(b"a header\0\0") && found.start.len() == LONGEST_HEADER);
            assert_eq!(host.list("/").unwrap(), ["etc", "swap"]);
        }
    }

    #[test]
    fn nothing_that_stands_there_is_touched() {
        let (folder, host) = made_tree(&[("/file", "x"), ("/folder/x", "x"), ("/link", "->nowhere")]);
        symlink("/etc", folder.path().join("outer")).unwrap();
        for path in ["/file", "/folder", "/link"] {
            let error = host.make_swap_file(path, &new(Filling::Allocate), &go_on).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(Errno::EXIST.raw_os_error()), "{path}");
        }
        for path in ["/outer/x", "/link/x"] {
            let error = host.make_swap_file(path, &new(Filling::Allocate), &go_on).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(Errno::LOOP.raw_os_error()), "{path}");
        }
        assert!(host.make_swap_file("/none/x", &new(Filling::Allocate), &go_on).is_err());
        assert!(host.make_swap_file("x", &new(Filling::Allocate), &go_on).is_err());
        assert_eq!(host.list("/").unwrap(), ["file", "folder", "link", "outer"]);
        assert!(host.swap_file("/folder").is_err() && host.swap_file("/link").is_err());
        assert_eq!(host.swap_file("/none").unwrap(), None);
    }

    #[test]
    fn an_interruption_leaves_nothing_behind() {
        for filling in [Filling::Allocate, Filling::Zeroes] {
            let (_folder, host) = made_tree(&[("/etc/a", "x"), ("/.swap.memtune-new", "left by a crash")]);
            let asked = Cell::new(0);
            let stop_soon = |_| {
                asked.set(asked.get() + 1);
                if asked.get() > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let large = NewSwapFile { size: Bytes::from_mib(64), ..new(filling) };
            let error = host.make_swap_file("/swap", &large, &stop_soon).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::Interrupted, "{filling:?}: {error}");
            assert_eq!(host.list("/").unwrap(), ["etc"]);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_before_the_disk_is_full() {
        for filling in [Filling::Allocate, Filling::Zeroes] {
            let (_folder, host) = made_tree(&[("/etc/a", "x")]);
            let gigantic = NewSwapFile { size: Bytes(1 << 60), ..new(filling) };
            let error = host.make_swap_file("/swap", &gigantic, &go_on).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{filling:?}: {error}");
            assert_eq!(host.list("/").unwrap(), ["etc"]);
        }
    }

    #[test]
    fn only_the_file_that_is_meant_is_removed() {
        let (_folder, host) = made_tree(&[("/swap", "theirs"), ("/link", "->swap"), ("/folder/x", "x")]);
        assert!(!host.remove_swap_file("/swap", |start| start.starts_with(b"ours")).unwrap());
        assert!(host.has("/swap"));
        assert!(host.remove_swap_file("/link", |_| true).is_err());
        assert!(host.remove_swap_file("/folder", |_| true).is_err());
        assert!(host.remove_swap_file("/swap", |start| start == b"theirs").unwrap());
        assert!(!host.has("/swap"));
        assert!(host.remove_swap_file("/swap", |_| false).unwrap(), "it is gone, as it shall be");
        assert!(host.remove_swap_file("/none/swap", |_| false).unwrap());
    }
}
