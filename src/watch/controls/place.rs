//! Where the socket is, and that only one watchdog holds it.

use std::fmt;

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, CWD, FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

/// Callers that may wait in the kernel for their turn.
const QUEUE: i32 = 8;

/// Why the controls cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// Another watchdog has them.
    RunsAlready {
        /// Its process, where it said so.
        pid: Option<u32>,
    },
    /// What stood in the way.
    Failed(String),
}

impl fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RunsAlready { pid: Some(pid) } => {
                write!(formatter, "a watchdog runs already, as process {pid}")
            }
            Self::RunsAlready { pid: None } => formatter.write_str("a watchdog runs already"),
            Self::Failed(what) => formatter.write_str(what),
        }
    }
}

impl std::error::Error for Unavailable {}

/// A socket that listens, and the lock that keeps others away from it.
#[derive(Debug)]
pub(super) struct Place {
    path: String,
    /// The socket, which never waits.
    pub(super) listener: OwnedFd,
    _lock: OwnedFd,
}

impl Place {
    /// Takes the place at `path`; what a watchdog that died left there is replaced.
    pub(super) fn take(path: &str) -> Result<Self, Unavailable> {
        prepare_folder(path)?;
        let lock = lock(path)?;
        clear(path)?;
        let failed =
            |what: &str, errno: Errno| Unavailable::Failed(format!("cannot {what} `{path}`: {errno}"));
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let listener = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
            .map_err(|errno| failed("make the socket", errno))?;
        let address = SocketAddrUnix::new(path).map_err(|errno| failed("name a socket", errno))?;
        rustix::net::bind(&listener, &address).map_err(|errno| failed("make", errno))?;
        // Nobody can connect before it listens, whatever its mode is by then.
        rustix::fs::chmodat(CWD, path, Mode::from_raw_mode(0o600), AtFlags::empty())
            .map_err(|errno| failed("close to others", errno))?;
        rustix::net::listen(&listener, QUEUE).map_err(|errno| failed("listen at", errno))?;
        Ok(Self { path: path.to_owned(), listener, _lock: lock })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The lock is still held, so that it is ours. The lock's file stays: deleting it would let two of them in.
        let _ = rustix::fs::unlink(self.path.as_str());
    }
}

/// The folder is there, and nobody else can put something else in the socket's place.
fn prepare_folder(path: &str) -> Result<(), Unavailable> {
    let folder =
        path.rsplit_once('/').map_or(".", |(folder, _)| if folder.is_empty() { "/" } else { folder });
    let failed = |errno: Errno| Unavailable::Failed(format!("cannot use the folder `{folder}`: {errno}"));
    match rustix::fs::mkdir(folder, Mode::from_raw_mode(0o755)) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(errno) => return Err(failed(errno)),
    }
    let opened = rustix::fs::open(folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let stat = rustix::fs::fstat(opened.map_err(failed)?).map_err(failed)?;
    let own = rustix::process::geteuid().as_raw();
    if stat.st_mode & 0o022 != 0 || (stat.st_uid != 0 && stat.st_uid != own) {
        return Err(Unavailable::Failed(format!(
            "others can write into the folder `{folder}`: the controls would not be safe there"
        )));
    }
    Ok(())
}

/// The kernel lets go of it when the process ends, whatever it dies of.
fn lock(path: &str) -> Result<OwnedFd, Unavailable> {
    let name = format!("{path}.lock");
    let failed = |errno: Errno| Unavailable::Failed(format!("cannot lock `{name}`: {errno}"));
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let lock = rustix::fs::open(&name, flags, Mode::from_raw_mode(0o600)).map_err(failed)?;
    match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => return Err(Unavailable::RunsAlready { pid: holder(&lock) }),
        Err(errno) => return Err(failed(errno)),
    }
    // Who it is helps whoever is refused; where there is no room for that, it is held all the same.
    let own = format!("{}\n", std::process::id());
    let _ = rustix::fs::ftruncate(&lock, 0).and_then(|()| rustix::io::pwrite(&lock, own.as_bytes(), 0));
    Ok(lock)
}

fn holder(lock: &OwnedFd) -> Option<u32> {
    let mut bytes = [0; 16];
    let count = rustix::io::pread(lock, &mut bytes, 0).ok()?;
    std::str::from_utf8(bytes.get(..count)?).ok()?.trim().parse().ok()
}

/// Takes away the socket of one that died; anything else at its place stays where it is.
fn clear(path: &str) -> Result<(), Unavailable> {
    let failed = |errno: Errno| Unavailable::Failed(format!("cannot take away the old `{path}`: {errno}"));
    match rustix::fs::lstat(path) {
        Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(failed(errno)),
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Socket => {
            rustix::fs::unlink(path).map_err(failed)
        }
        Ok(_) => Err(Unavailable::Failed(format!("`{path}` is no socket: somebody else put it there"))),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn path(folder: &tempfile::TempDir) -> String {
        folder.path().join("own/watch.sock").display().to_string()
    }

    #[test]
    fn one_watchdog_has_it_and_the_next_takes_over_what_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        let first = Place::take(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = Place::take(&path).unwrap_err();
        assert_eq!(second, Unavailable::RunsAlready { pid: Some(std::process::id()) });
        assert!(second.to_string().contains(&format!("process {}", std::process::id())));
        drop(first);
        assert!(!std::fs::exists(&path).unwrap());
        // A watchdog that was killed leaves its socket.
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(std::fs::exists(&path).unwrap());
        assert!(Place::take(&path).is_ok());
    }

    #[test]
    fn what_is_not_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        std::fs::create_dir_all(&path).unwrap();
        assert!(Place::take(&path).unwrap_err().to_string().contains("no socket"));
        assert!(std::fs::exists(&path).unwrap());
    }

    #[test]
    fn a_folder_that_others_write_into_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let path = folder.path().join("watch.sock").display().to_string();
        assert!(Place::take(&path).unwrap_err().to_string().contains("others can write"));
        let long = format!("{}/{}", folder.path().display(), "x".repeat(120));
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        assert!(matches!(Place::take(&long), Err(Unavailable::Failed(_))));
    }
}
