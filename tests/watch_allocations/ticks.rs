//! The watchdog itself on this machine, in a rehearsal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use memtune::watch::account::book::Readers;
use memtune::watch::settings::Settings;
use memtune::watch::watchdog::{Options, Watchdog};

use crate::counting::count;

fn options(folder: &Path, socket: &str) -> Options {
    let file = |name: &str| Some(File::create(folder.join(name)).unwrap().into());
    Options {
        settings: Settings::default(),
        reload: |_| Err("there are none".to_owned()),
        file: folder.join("watch.toml"),
        is_dry_run: true,
        prints: false,
        readers: Readers {
            people: file("people").map(|file| (file, Some(80))),
            programs: file("programs"),
            log: file("log"),
            state: Some(folder.join("watch.json")),
            metrics: Some(folder.join("memtune.prom")),
            ..Readers::default()
        },
        socket: Some(socket.to_owned()),
        hooks: None,
    }
}

/// Asks by the socket as the command does; the answer is read later.
fn ask(socket: &str, request: &str) -> UnixStream {
    let mut caller = UnixStream::connect(socket).unwrap();
    caller.write_all(request.as_bytes()).unwrap();
    caller
}

pub(crate) fn calm_and_a_rehearsed_kill_allocate_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("watch.sock");
    let socket = socket.to_str().unwrap();
    let mut watchdog = Watchdog::start(options(folder.path(), socket)).unwrap();

    let (allocated, ()) = count(|| (0..1000).for_each(|_| _ = watchdog.tick()));
    assert_eq!(allocated, 0, "in 1,000 calm ticks");

    // Who is asked to end has a second; the ticks after it rehearse the rest.
    let requests = [
        ("status\n", 0),
        ("print on\n", 0),
        ("lowmem\n", 40),
        ("print off\n", 0),
        ("lowmem dry-run\n", 0),
        ("nonsense\n", 0),
    ];
    for (request, pause) in requests {
        let mut caller = ask(socket, request);
        let (allocated, ()) = count(|| {
            for _ in 0..50 {
                watchdog.tick();
                std::thread::sleep(Duration::from_millis(pause));
            }
        });
        assert_eq!(allocated, 0, "for `{}`", request.trim());
        let mut answer = String::new();
        caller.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("{\"answer\":") && answer.ends_with("}\n"), "{answer}");
    }
    // Somebody was chosen, or nobody here holds enough to be worth it; either way it went there.
    let said = std::fs::read_to_string(folder.path().join("people")).unwrap();
    let is_told = said.contains("*KILL*") || said.contains("there is no job that may be ended");
    assert!(is_told, "{said}");
}
