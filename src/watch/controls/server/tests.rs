use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::time::Duration;

use proptest::prelude::*;

use super::super::answer::tests::status;
use super::super::caller::PATIENCE;
use super::*;

struct Served {
    _folder: tempfile::TempDir,
    path: String,
    controls: Controls,
}

impl Served {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watch.sock").display().to_string();
        let controls = Controls::new(&path).unwrap();
        Self { _folder: folder, path, controls }
    }

    fn connect(&self) -> UnixStream {
        let stream = UnixStream::connect(&self.path).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream
    }

    /// Serves at `now`, and answers each request with its own line.
    fn tick(&mut self, now: u64) -> Vec<Request> {
        self.controls.serve(now);
        let mut asked = Vec::new();
        while let Some((caller, request)) = self.controls.next_request() {
            self.controls.answer(caller, &Answer::done(request.line()), now);
            asked.push(request);
        }
        asked
    }

    fn connected(&self) -> usize {
        self.controls.callers.len()
    }
}

fn heard(mut stream: UnixStream) -> String {
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    text
}

#[test]
fn each_line_gets_its_answer_and_the_end() {
    let mut served = Served::new();
    for request in Request::ALL {
        let mut stream = served.connect();
        stream.write_all(format!("{}\n", request.line()).as_bytes()).unwrap();
        assert_eq!(served.tick(0), [request]);
        let answer: Answer = serde_json::from_str(&heard(stream)).unwrap();
        assert_eq!(answer, Answer::done(request.line()));
        assert_eq!(served.connected(), 0);
    }
}

#[test]
fn a_line_may_come_in_pieces() {
    let mut served = Served::new();
    let mut stream = served.connect();
    for piece in ["st", "at", "us"] {
        stream.write_all(piece.as_bytes()).unwrap();
        assert_eq!(served.tick(0), []);
    }
    stream.write_all(b"\nmore").unwrap();
    assert_eq!(served.tick(0), [Request::Status]);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let mut served = Served::new();
    let long = vec![b'a'; 4096];
    for line in [b"kill 1\n".as_slice(), b"\n", b"\0\xff\xfe\n", b"status \n", b"status\r\n", &long] {
        let mut stream = served.connect();
        stream.write_all(line).unwrap();
        assert_eq!(served.tick(0), []);
        let mut answer = [0; 400];
        let count = stream.read(&mut answer).unwrap();
        let answer: Answer = serde_json::from_slice(&answer[..count]).unwrap();
        assert!(matches!(answer, Answer::Refused { .. }), "{answer:?}");
        assert_eq!(served.connected(), 0);
    }
}

#[test]
fn who_hangs_up_is_gone() {
    let mut served = Served::new();
    let mut half = served.connect();
    half.write_all(b"sta").unwrap();
    served.tick(0);
    assert_eq!(served.connected(), 1);
    drop(half);
    served.tick(0);
    assert_eq!(served.connected(), 0);
    // Between the question and the answer, too.
    let mut asking = served.connect();
    asking.write_all(b"status\n").unwrap();
    served.controls.serve(0);
    drop(asking);
    assert_eq!(served.tick(0), [Request::Status]);
    assert_eq!(served.connected(), 0);
}

#[test]
fn who_says_nothing_is_let_go_of_and_nobody_else_waits_for_long() {
    let mut served = Served::new();
    let idle: Vec<UnixStream> = (0..MOST).map(|_| served.connect()).collect();
    served.tick(0);
    assert_eq!(served.connected(), MOST);
    // There is no room: the listener wakes nobody.
    assert_eq!(served.controls.interests().count(), MOST);
    let mut asking = served.connect();
    asking.write_all(b"stop\n").unwrap();
    assert_eq!(served.tick(PATIENCE - 1), []);
    assert_eq!(served.controls.deadline(), Some(PATIENCE));
    assert_eq!(served.tick(PATIENCE), [Request::Stop]);
    assert!(heard(asking).contains("stop"));
    assert!(idle.into_iter().all(|stream| heard(stream).is_empty()));
    assert_eq!((served.connected(), served.controls.deadline()), (0, None));
}

#[test]
fn who_drips_bytes_is_let_go_of_as_well() {
    let mut served = Served::new();
    let mut stream = served.connect();
    for now in 0..PATIENCE {
        if now % 100 == 0 {
            stream.write_all(b"x").unwrap();
        }
        served.tick(now);
    }
    assert_eq!(served.connected(), 1);
    served.tick(PATIENCE);
    assert_eq!(served.connected(), 0);
}

#[test]
fn an_answer_goes_only_to_who_asked() {
    let mut served = Served::new();
    let mut first = served.connect();
    first.write_all(b"status\n").unwrap();
    served.controls.serve(0);
    let (caller, _) = served.controls.next_request().unwrap();
    assert_eq!(served.controls.next_request(), None);
    // The watchdog took so long that the first was let go of, and another is in its place.
    served.controls.serve(60_000);
    assert_eq!(served.connected(), 0);
    let second = served.connect();
    served.controls.serve(60_000);
    served.controls.answer(caller, &Answer::Status(status()), 60_000);
    assert_eq!(served.connected(), 1);
    assert_eq!(heard(first), "");
    second.set_nonblocking(true).unwrap();
    assert!((&second).read(&mut [0; 8]).is_err());
}

#[test]
fn a_flood_is_served_in_portions() {
    let mut served = Served::new();
    let path = served.path.clone();
    let flood = std::thread::spawn(move || {
        for _ in 0..500 {
            if let Ok(mut stream) = UnixStream::connect(&path) {
                let _ = stream.write_all(&[b'x'; 1000]);
            }
        }
    });
    let mut now = 0;
    while !flood.is_finished() {
        now += 1;
        assert_eq!(served.tick(now), []);
    }
    flood.join().unwrap();
    // Whoever comes next finds it at work.
    let mut stream = served.connect();
    stream.write_all(b"status\n").unwrap();
    let asked = (0..100).find_map(|_| {
        now += 1;
        served.tick(now).pop()
    });
    assert_eq!(asked, Some(Request::Status));
}

#[test]
fn strangers_are_turned_away() {
    let (one, _other) = UnixStream::pair().unwrap();
    let own = rustix::process::geteuid().as_raw();
    assert!(may_ask(&one, own));
    if own != 0 {
        assert!(!may_ask(&one, own + 1));
        return;
    }
    // Somebody else connects, as root has opened the socket to all.
    let mut served = Served::new();
    let folder = std::path::Path::new(&served.path).parent().unwrap().to_owned();
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(&served.path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let script = format!(
        "import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect('{}')\ntry:\n s.sendall(b'stop\\n')\n print(s.recv(9) or 'away')\n\
         except ConnectionError:\n print('away')",
        served.path
    );
    #[expect(clippy::disallowed_methods, reason = "somebody else has to connect")]
    let mut stranger = std::process::Command::new("python3");
    stranger
        .args(["-c", &script])
        .uid(65_534)
        .gid(65_534)
        .env("HOME", "/")
        .stdout(std::process::Stdio::piped());
    let Ok(mut child) = stranger.spawn() else {
        eprintln!("skipped: there is no python3 to connect as somebody else");
        return;
    };
    while child.try_wait().unwrap().is_none() {
        assert_eq!(served.tick(0), [], "a stranger was heard");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(served.connected(), 0);
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "away\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_are_survived(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..6)) {
        let mut served = Served::new();
        let mut stream = served.connect();
        for piece in pieces {
            let _ = stream.write_all(&piece);
            served.tick(1);
        }
        drop(stream);
        served.tick(2);
        served.tick(PATIENCE * 2);
        prop_assert_eq!(served.connected(), 0);
    }
}
