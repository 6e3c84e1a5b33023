//! The way into the journal.

use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SendFlags, SocketAddrUnix, SocketFlags, SocketType, sendto, socket_with};

/// Where the journal listens.
pub const PLACE: &str = "/run/systemd/journal/socket";

/// A socket of our own, and the journal's address: it may be started anew, and listens at the same place then.
#[derive(Debug)]
pub struct JournalSocket {
    socket: OwnedFd,
    address: SocketAddrUnix,
}

impl JournalSocket {
    /// Looks whether somebody listens at `place`; `None` where nobody does.
    pub fn open(place: &str) -> Option<Self> {
        let address = SocketAddrUnix::new(place).ok()?;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(AddressFamily::UNIX, SocketType::DGRAM, flags, None).ok()?;
        rustix::fs::access(place, rustix::fs::Access::EXISTS).ok()?;
        Some(Self { socket, address })
    }

    /// Sends an entry, without waiting.
    ///
    /// # Errors
    /// `AGAIN` where the journal is behind, `CONNREFUSED` or `NOENT` where it is gone.
    pub fn send(&self, entry: &[u8]) -> Result<(), Errno> {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        sendto(&self.socket, entry, flags, &self.address).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixDatagram;

    #[test]
    fn a_journal_that_is_behind_or_gone_holds_up_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("socket");
        let place = place.to_str().unwrap();
        assert!(JournalSocket::open(place).is_none());
        let journal = UnixDatagram::bind(place).unwrap();
        let socket = JournalSocket::open(place).unwrap();
        let refused = (0..10_000).find_map(|_| socket.send(b"MESSAGE=x\n").err());
        assert_eq!(refused, Some(Errno::AGAIN));
        drop(journal);
        assert_eq!(socket.send(b"MESSAGE=x\n"), Err(Errno::CONNREFUSED));
        std::fs::remove_file(place).unwrap();
        assert_eq!(socket.send(b"MESSAGE=x\n"), Err(Errno::NOENT));
        let again = UnixDatagram::bind(place).unwrap();
        socket.send(b"MESSAGE=y\n").unwrap();
        let mut buffer = [0; 64];
        let length = again.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"MESSAGE=y\n");
    }
}
