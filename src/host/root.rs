//! Opens paths inside a root and nowhere else.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fd::OwnedFd;
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

/// Where the paths of a [`super::Host`] begin.
#[derive(Debug)]
pub(super) enum Root {
    /// At the root of the running system.
    Live,
    /// At a folder, which no path may leave.
    Tree { folder: OwnedFd, path: PathBuf },
}

impl Root {
    pub(super) fn tree(path: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(path, flags, Mode::empty())?;
        Ok(Self::Tree { folder, path: path.to_owned() })
    }

    /// Opens `path`. Never waits: a pipe in a hostile tree would otherwise hang the caller.
    pub(super) fn open(&self, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let mut flags = flags | OFlags::CLOEXEC;
        if !flags.contains(OFlags::PATH) {
            flags |= OFlags::NONBLOCK | OFlags::NOCTTY;
        }
        Ok(match self {
            Self::Live => rustix::fs::openat(CWD, path, flags, Mode::empty())?,
            Self::Tree { folder, .. } => open_inside(folder, path, flags)?,
        })
    }
}

fn open_inside(folder: &OwnedFd, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    loop {
        match rustix::fs::openat2(folder, path, flags, Mode::empty(), resolve) {
            // The kernel asks to try again when a rename raced with a `..`.
            Err(Errno::AGAIN) if !flags.contains(OFlags::PATH) => {}
            answer => return answer,
        }
    }
}
