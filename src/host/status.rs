//! What a file or a file system says about itself.

use std::io;

use rustix::fd::OwnedFd;
use rustix::fs::{FileType, Stat};

use crate::sys::bytes::Bytes;

/// The facts of one file that checks ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStatus {
    /// Permission bits, as chmod takes them.
    pub mode: u32,
    /// Owner's user number.
    pub user: u32,
    /// Its number on its file system.
    pub inode: u64,
    /// Length.
    pub size: Bytes,
    /// Space that the file really takes.
    pub allocated: Bytes,
    /// Whether it is a block device.
    pub is_block_device: bool,
}

impl From<&Stat> for FileStatus {
    fn from(stat: &Stat) -> Self {
        Self {
            mode: stat.st_mode & 0o7777,
            user: stat.st_uid,
            inode: stat.st_ino,
            size: Bytes(stat.st_size as u64),
            allocated: Bytes(stat.st_blocks as u64) * 512,
            is_block_device: FileType::from_raw_mode(stat.st_mode) == FileType::BlockDevice,
        }
    }
}

/// How full a file system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// All that it can hold.
    pub size: Bytes,
    /// What it holds.
    pub used: Bytes,
    /// What any user may still take, as df(1) prints it: blocks that are reserved for root are not in it.
    pub available: Bytes,
}

impl Space {
    pub(super) fn of(file: &OwnedFd) -> io::Result<Self> {
        let answer = rustix::fs::fstatvfs(file)?;
        let blocks = |count| Bytes(answer.f_frsize) * count;
        let size = blocks(answer.f_blocks);
        Ok(Self { size, used: size.less(blocks(answer.f_bfree)), available: blocks(answer.f_bavail) })
    }
}
