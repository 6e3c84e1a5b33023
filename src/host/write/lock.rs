//! Keeps two of us from changing one machine at the same time.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::process::Stdio;

use rustix::fd::OwnedFd;
use rustix::fs::{FileType, FlockOperation, OFlags, Stat};
use rustix::io::Errno;

use crate::host::Host;

use super::folder::{Folder, split};
use super::trust::{Stranger, is_ours};

/// Holds until it is dropped, or all processes that share it have ended in whatever way.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// The lock as a program's input, at the end of which it stands. Who has it shares the lock.
    pub(super) fn share(&self) -> io::Result<Stdio> {
        Ok(Stdio::from(self.file.try_clone()?))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A program that is being started may share it for an instant; what is closed by us alone would then still be held.
        let _ = rustix::fs::flock(&self.file, FlockOperation::Unlock);
    }
}

/// Why a lock was not given.
#[derive(Debug)]
pub enum LockFailure {
    /// Somebody holds it: the number of that process, as it wrote it.
    Held(Option<u32>),
    /// What lies in its place is none of ours.
    Stranger(Stranger),
    /// It could not be asked for.
    Failed(io::Error),
}

impl From<io::Error> for LockFailure {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl Host {
    /// Takes the lock that the file `path` stands for, without waiting. The file and its folder are made where they are missing,
    /// closed to others. For `change/` only.
    ///
    /// # Errors
    /// Says who holds it, or what stood in the way.
    pub fn lock(&self, path: &str) -> Result<Lock, LockFailure> {
        let (folder, name) = split(path)?;
        let folder = Folder::make(self, folder, 0o700)?;
        // A pipe or a terminal in its place shall neither hold us up nor become ours.
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = folder.create_file(name, flags, 0o600)?;
        refuse_stranger(path, &rustix::fs::fstat(&file).map_err(io::Error::from)?)?;
        take(file)
    }
}

/// The number of the holder is written over what is there: that has to be a lock, and nothing that has another name besides.
fn refuse_stranger(path: &str, stat: &Stat) -> Result<(), LockFailure> {
    let why = if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        "is not a regular file".to_owned()
    } else if stat.st_nlink != 1 {
        format!("has {} names (hard links)", stat.st_nlink)
    } else if !is_ours(stat) {
        format!("belongs to user {}", stat.st_uid)
    } else {
        return Ok(());
    };
    Err(LockFailure::Stranger(Stranger { path: path.to_owned(), why }))
}

fn take(file: OwnedFd) -> Result<Lock, LockFailure> {
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => return Err(LockFailure::Held(holder(File::from(file)))),
        Err(error) => return Err(LockFailure::Failed(error.into())),
    }
    let mut file = File::from(file);
    file.set_len(0)?;
    file.write_all(format!("{}\n", std::process::id()).as_bytes())?;
    Ok(Lock { file })
}

fn holder(file: File) -> Option<u32> {
    let mut text = [0; 16];
    let length = file.read_at(&mut text, 0).ok()?;
    str::from_utf8(text.get(..length)?).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    #[test]
    fn a_lock_holds_until_it_is_dropped() {
        let (_folder, host) = made_tree(&[("/etc/a", "x")]);
        let lock = host.lock("/var/lib/memtune/lock").unwrap();
        match host.lock("/var/lib/memtune/lock") {
            Err(LockFailure::Held(process)) => assert_eq!(process, Some(std::process::id())),
            answer => panic!("{answer:?}"),
        }
        assert_eq!(host.status("/var/lib/memtune/lock").unwrap().mode, 0o600);
        assert_eq!(host.status("/var/lib/memtune").unwrap().mode, 0o700);
        drop(lock);
        host.lock("/var/lib/memtune/lock").unwrap();
    }

    #[test]
    fn what_is_no_lock_of_ours_is_left_alone() {
        let (folder, host) =
            made_tree(&[("/home/linked", "x"), ("/home/theirs", "x"), ("/home/folder/a", "x")]);
        let home = folder.path().join("home");
        std::fs::hard_link(home.join("linked"), home.join("other")).unwrap();
        let pipe = rustix::fs::FileType::Fifo;
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, home.join("pipe"), pipe, mode, 0).unwrap();
        let stranger = |path: &str| match host.lock(path) {
            Err(LockFailure::Stranger(stranger)) => stranger.why,
            answer => panic!("{path}: {answer:?}"),
        };
        assert_eq!(stranger("/home/pipe"), "is not a regular file");
        assert_eq!(stranger("/home/linked"), "has 2 names (hard links)");
        assert_eq!(host.read("/home/other").unwrap(), "x");
        assert!(matches!(host.lock("/home/folder"), Err(LockFailure::Failed(_))));
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(home.join("theirs"), Some(65_000), None).unwrap();
            assert_eq!(stranger("/home/theirs"), "belongs to user 65000");
            assert_eq!(host.read("/home/theirs").unwrap(), "x");
        } else {
            eprintln!("skipped: only root can give files away");
        }
    }

    #[test]
    fn a_program_that_outlives_us_keeps_the_lock() {
        let (_folder, host) = made_tree(&[("/etc/a", "x")]);
        let mut lock = host.lock("/lock").unwrap();
        let input = lock.share().unwrap();
        #[expect(clippy::disallowed_methods, reason = "plays a program that was left behind")]
        let mut child = std::process::Command::new("sleep").arg("600").stdin(input).spawn().unwrap();
        // As the kernel does it for whoever is killed: closed, but not given back.
        drop(std::mem::replace(&mut lock.file, tempfile::tempfile().unwrap()));
        drop(lock);
        assert!(matches!(host.lock("/lock"), Err(LockFailure::Held(_))));
        child.kill().unwrap();
        child.wait().unwrap();
        host.lock("/lock").unwrap();
    }

    #[test]
    fn a_lock_behind_a_link_is_refused() {
        let (_folder, host) = made_tree(&[("/etc/a", "x"), ("/lock", "->/etc/a")]);
        assert!(matches!(host.lock("/lock"), Err(LockFailure::Failed(_))));
        assert_eq!(host.read("/etc/a").unwrap(), "x");
    }
}
