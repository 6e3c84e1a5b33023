//! What the service manager is told (sd_notify(3)): one datagram each, without allocating.

use std::ffi::OsStr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// The manager, where there is one that wants to be told.
#[derive(Debug)]
pub(super) struct Notify {
    socket: Option<UnixDatagram>,
    /// It wants a sign of life at least so often, in milliseconds.
    watchdog: Option<u64>,
    last: u64,
}

impl Notify {
    /// From what the manager left in the environment: `place` is NOTIFY_SOCKET, `watchdog` WATCHDOG_USEC.
    pub(super) fn of(place: Option<&OsStr>, watchdog: Option<&str>) -> Self {
        let socket = place.and_then(|place| connect(place.as_bytes()).ok());
        let microseconds = watchdog.and_then(|text| text.parse::<u64>().ok());
        let watchdog = microseconds.map(|time| time / 1000).filter(|&time| time > 0);
        Self { watchdog: watchdog.filter(|_| socket.is_some()), socket, last: 0 }
    }

    /// It runs.
    pub(super) fn ready(&self) {
        self.say(b"READY=1\nSTATUS=watches the memory");
    }

    /// It is about to end.
    pub(super) fn stopping(&self) {
        self.say(b"STOPPING=1");
    }

    /// A sign of life where it is time for one, half of what is allowed after the last.
    pub(super) fn lives(&mut self, now: u64) {
        if self.watchdog.is_some_and(|every| now.saturating_sub(self.last) >= every / 3) {
            self.say(b"WATCHDOG=1");
            self.last = now;
        }
    }

    /// The loop must not sleep longer.
    pub(super) fn longest(&self) -> Option<Duration> {
        self.watchdog.map(|every| Duration::from_millis(every / 3))
    }

    fn say(&self, what: &[u8]) {
        // A manager that is behind does not hold the watchdog up.
        let _ = self.socket.as_ref().map(|socket| socket.send(what));
    }
}

fn connect(place: &[u8]) -> std::io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    match place.strip_prefix(b"@") {
        Some(name) => socket.connect_addr(&SocketAddr::from_abstract_name(name)?)?,
        None => socket.connect(OsStr::from_bytes(place))?,
    }
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manager_hears_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("notify");
        let manager = UnixDatagram::bind(&place).unwrap();
        manager.set_nonblocking(true).unwrap();
        let mut notify = Notify::of(Some(place.as_os_str()), Some("3000000"));
        let mut heard = [0; 64];
        let mut next = || manager.recv(&mut heard).map(|length| heard[..length].to_vec()).unwrap_or_default();
        notify.ready();
        assert!(next().starts_with(b"READY=1\n"));
        notify.lives(999);
        assert_eq!(next(), b"");
        notify.lives(1000);
        assert_eq!(next(), b"WATCHDOG=1");
        notify.lives(1999);
        assert_eq!(next(), b"");
        assert_eq!(notify.longest(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn without_a_manager_nothing_is_said() {
        let mut notify = Notify::of(None, Some("3000000"));
        notify.lives(5000);
        assert_eq!(notify.longest(), None);
        assert!(Notify::of(Some(OsStr::new("/nowhere/at/all")), None).socket.is_none());
    }
}
