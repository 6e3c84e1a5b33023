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

/// The kernel asks to try again when anything on the machine was renamed or mounted while it went over a `..`. It also does so for a file
/// that somebody holds a lease on, and then for much longer: that is not waited for.
fn open_inside(folder: &OwnedFd, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    const MOST_TRIES: usize = 1000;
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let mut tries = (0..MOST_TRIES).map(|_| rustix::fs::openat2(folder, path, flags, Mode::empty(), resolve));
    tries.find(|answer| !matches!(answer, Err(Errno::AGAIN))).unwrap_or(Err(Errno::AGAIN))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn files_that_are_moved_elsewhere_make_nothing_vanish() {
        let folder = tempfile::tempdir().unwrap();
        symlink("../../../../../..", folder.path().join("upward")).unwrap();
        let moved = [folder.path().join("one"), folder.path().join("other")];
        symlink("nowhere", &moved[0]).unwrap();
        let root = Root::tree(folder.path()).unwrap();
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    rustix::fs::rename(&moved[0], &moved[1]).unwrap();
                    rustix::fs::rename(&moved[1], &moved[0]).unwrap();
                }
            });
            let flags = [OFlags::PATH, OFlags::RDONLY];
            let opened = (0..20_000).find_map(|count| root.open("/upward", flags[count % 2]).err());
            is_over.store(true, Ordering::Relaxed);
            assert!(opened.is_none(), "{opened:?}");
        });
    }
}
