//! Keeps two of us from changing one machine at the same time.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::process::Stdio;

use rustix::fd::OwnedFd;
use rustix::fs::{FlockOperation, OFlags};
use rustix::io::Errno;

use crate::host::Host;

use super::folder::{Folder, split};

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
        let file = folder.create_file(name, OFlags::RDWR | OFlags::CREATE, 0o600)?;
        take(file)
    }
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
