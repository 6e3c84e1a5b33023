//! The journal's protocol, heard by a socket of the test.

use std::collections::HashMap;
use std::os::unix::net::UnixDatagram;

use memtune::watch::account::book::{Book, Readers};
use memtune::watch::account::event::Happened;
use memtune::watch::account::kind::Kind;

use crate::scenes;

/// The fields of an entry, read as journald reads them.
fn fields(mut entry: &[u8]) -> HashMap<String, Vec<u8>> {
    let mut fields = HashMap::new();
    while !entry.is_empty() {
        let end = entry.iter().position(|&byte| byte == b'\n').expect("a field ends with a line end");
        let (line, rest) = (&entry[..end], &entry[end + 1..]);
        let (name, value, rest) = match line.iter().position(|&byte| byte == b'=') {
            Some(at) => (&line[..at], &line[at + 1..], rest),
            None => {
                let (length, rest) = rest.split_first_chunk::<8>().unwrap();
                let (value, rest) = rest.split_at(u64::from_le_bytes(*length) as usize);
                (line, value, rest.strip_prefix(b"\n").unwrap())
            }
        };
        let name = std::str::from_utf8(name).unwrap();
        assert!(name.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_')), "{name}");
        assert!(fields.insert(name.to_owned(), value.to_vec()).is_none(), "{name} comes twice");
        entry = rest;
    }
    fields
}

pub(crate) fn takes_every_entry() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("socket");
    let journal = UnixDatagram::bind(&place).unwrap();
    let (mut book, lacking) =
        Book::open(Readers { journal: Some(place), ..Readers::default() }, 7, scenes::now());
    assert!(lacking.is_empty());
    let hostile = "evil\nPRIORITY=0\nMESSAGE=owned.service";
    scenes::named(book.scene(), &["a.service".to_owned(), hostile.to_owned(), "b.service".to_owned()]);
    scenes::with_each(|events| {
        for event in events {
            book.tell(event);
            let mut buffer = vec![0; 1 << 17];
            let length = journal.recv(&mut buffer).unwrap();
            let fields = fields(&buffer[..length]);
            let text = |name: &str| String::from_utf8(fields[name].clone()).unwrap();
            assert_eq!(text("MESSAGE_ID"), event.kind().message_id());
            assert_eq!(text("PRIORITY"), (event.priority() as u8).to_string());
            assert_eq!(text("MEMTUNE_AVAILABLE"), "432013312");
            if event.is_about_a_victim() {
                assert_eq!(text("MEMTUNE_UNIT"), hostile);
                assert_eq!(text("OBJECT_SYSTEMD_UNIT"), hostile);
                assert_eq!(text("OBJECT_PID"), u32::MAX.to_string());
                assert_eq!(text("MEMTUNE_PIDS").split(' ').count(), 64);
            }
            if event.kind() == Kind::Kill && event.has_walk() {
                assert!(text("MEMTUNE_STORY").contains("*KILL*"));
            }
        }
    });
    assert_eq!(book.state().counts.lost, 0);
}

pub(crate) fn without_one_lines_have_priorities() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let readers = Readers {
        journal: Some(folder.path().join("no-socket")),
        log: Some(std::fs::File::create(&log).unwrap().into()),
        ..Readers::default()
    };
    let (mut book, lacking) = Book::open(readers, 7, scenes::now());
    assert_eq!(lacking.len(), 1);
    scenes::choice(book.scene());
    book.tell(&scenes::event(Happened::Kill { reason: scenes::REASON, ignored_for: None }));
    book.tell(&scenes::event(Happened::Error(format_args!("cannot do `this`\nor that"))));
    let lines = std::fs::read_to_string(&log).unwrap();
    let (errors, kill): (Vec<&str>, Vec<&str>) = lines.lines().partition(|line| line.starts_with("<3>"));
    assert!(kill.len() > 20 && kill.iter().all(|line| line.starts_with("<2>watch: ")), "{lines}");
    assert_eq!(errors.len(), 1, "{lines}");
}
