//! The side of who asks; it may allocate, and waits no longer than it is told.

use std::fmt;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use super::answer::Answer;
use super::request::Request;

/// No answer is longer, in bytes.
const LONGEST: u64 = 64 << 10;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nobody listens there.
    NoWatchdog,
    /// The caller may not ask.
    NotAllowed,
    /// Somebody listens, and does not answer in time.
    Silent,
    /// Something else.
    Failed(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWatchdog => formatter.write_str("no watchdog runs here"),
            Self::NotAllowed => formatter.write_str("only root may ask the watchdog"),
            Self::Silent => formatter.write_str("the watchdog does not answer"),
            Self::Failed(what) => write!(formatter, "the watchdog cannot be asked: {what}"),
        }
    }
}

impl std::error::Error for NoAnswer {}

/// Asks the watchdog at `path`, and waits no longer than `patience` for its answer.
///
/// # Errors
/// Says why there is none.
pub fn ask(path: &str, request: Request, patience: Duration) -> Result<Answer, NoAnswer> {
    let end = Instant::now() + patience;
    let mut stream = connect(path, patience)?;
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => NoAnswer::Silent,
        _ => NoAnswer::Failed(error.to_string()),
    };
    stream.write_all(format!("{}\n", request.line()).as_bytes()).map_err(failed)?;
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(NoAnswer::Silent);
        }
        stream.set_read_timeout(Some(left)).map_err(failed)?;
        let count = match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            // Who turns a caller away does not read what it said.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        bytes.extend(piece.iter().take(count));
        if bytes.len() as u64 > LONGEST {
            return Err(NoAnswer::Failed("its answer has no end".to_owned()));
        }
    }
    if bytes.is_empty() {
        return Err(NoAnswer::NotAllowed);
    }
    serde_json::from_slice(&bytes).map_err(|_| NoAnswer::Failed("its answer is not understood".to_owned()))
}

/// Where its queue is full, connecting would wait without end.
fn connect(path: &str, patience: Duration) -> Result<UnixStream, NoAnswer> {
    let failed = |errno: Errno| NoAnswer::Failed(errno.to_string());
    let socket =
        rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
            .map_err(failed)?;
    set_socket_timeout(&socket, Timeout::Send, Some(patience)).map_err(failed)?;
    let address = SocketAddrUnix::new(path).map_err(failed)?;
    rustix::net::connect(&socket, &address).map_err(|errno| match errno {
        Errno::NOENT | Errno::CONNREFUSED => NoAnswer::NoWatchdog,
        Errno::ACCESS | Errno::PERM => NoAnswer::NotAllowed,
        Errno::AGAIN | Errno::TIMEDOUT => NoAnswer::Silent,
        errno => failed(errno),
    })?;
    Ok(UnixStream::from(socket))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::super::answer::tests::status;
    use super::super::server::Controls;
    use super::*;

    const SOON: Duration = Duration::from_millis(200);

    fn place() -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watch.sock").display().to_string();
        (folder, path)
    }

    #[test]
    fn both_sides_understand_each_other() {
        let (_folder, path) = place();
        let mut controls = Controls::new(&path).unwrap();
        let asking = std::thread::spawn(move || ask(&path, Request::Status, Duration::from_secs(10)));
        while !asking.is_finished() {
            controls.serve(0);
            if let Some((caller, request)) = controls.next_request() {
                assert_eq!(request, Request::Status);
                controls.answer(caller, &Answer::Status(status()), 0);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(asking.join().unwrap(), Ok(Answer::Status(status())));
    }

    #[test]
    fn who_does_not_answer_is_not_waited_for() {
        let (_folder, path) = place();
        assert_eq!(ask(&path, Request::Status, SOON), Err(NoAnswer::NoWatchdog));
        let listener = UnixListener::bind(&path).unwrap();
        assert_eq!(ask(&path, Request::Status, SOON), Err(NoAnswer::Silent));
        drop(listener);
        assert_eq!(ask(&path, Request::Status, SOON), Err(NoAnswer::NoWatchdog));
    }

    #[test]
    fn what_it_says_is_not_believed() {
        for said in [b"nonsense".as_slice(), b"", b"{\"answer\":\"what\"}", &vec![b'x'; 100_000]] {
            let (_folder, path) = place();
            let listener = UnixListener::bind(&path).unwrap();
            let said = said.to_vec();
            let saying = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut line = [0; 7];
                stream.read_exact(&mut line).unwrap();
                let _ = stream.write_all(&said);
            });
            let answer = ask(&path, Request::Status, Duration::from_secs(10)).unwrap_err();
            assert!(matches!(answer, NoAnswer::Failed(_) | NoAnswer::NotAllowed), "{answer:?}");
            saying.join().unwrap();
        }
    }
}
