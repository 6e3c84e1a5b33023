//! A disk that is full.

use std::fs;
use std::path::Path;
use std::process::Command;

use memtune::watch::account::book::{Book, Readers};
use memtune::watch::account::event::Happened;
use memtune::watch::account::state::State;
use memtune::watch::level::Level;

use crate::scenes;

struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

pub(crate) fn is_said_once_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mount =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "memtune-test"]).arg(&disk).output();
    if !mount.is_ok_and(|mount| mount.status.success()) {
        println!("skipped: to mount a file system takes root");
        return;
    }
    let mounted = Mounted(&disk);
    let json = disk.join("lines");
    let people = folder.path().join("people");
    let readers = Readers {
        people: Some((fs::File::create(&people).unwrap().into(), None)),
        programs: Some(fs::File::create(&json).unwrap().into()),
        state: Some(disk.join("watch.json")),
        metrics: Some(disk.join("memtune.prom")),
        ..Readers::default()
    };
    let (mut book, _) = Book::open(readers, 7, scenes::now());
    scenes::choice(book.scene());
    let mut kill = scenes::event(Happened::Kill { reason: scenes::REASON, ignored_for: None });
    kill.level = Level::Warning;
    let tell = |book: &mut Book| {
        book.see(&kill.sample);
        book.tell(&kill);
        book.tend(scenes::now());
    };
    tell(&mut book);
    let before = fs::read_to_string(disk.join("watch.json")).unwrap();
    assert_eq!(State::parse(&before).unwrap().kills.len(), 1);
    let _ = fs::write(disk.join("filler"), vec![b'x'; 1 << 20]);
    (0..20).for_each(|_| tell(&mut book));
    let said = fs::read_to_string(&people).unwrap();
    for who in ["lines for programs", "file of the state", "file of the metrics"] {
        let line = format!("cannot write the {who}: no space is left; it goes on");
        assert_eq!(said.matches(&line).count(), 1, "{who}:\n{said}");
    }
    assert_eq!(said.matches("*KILL*").count(), 21);
    assert_eq!(fs::read_to_string(disk.join("watch.json")).unwrap(), before);
    fs::remove_file(disk.join("filler")).unwrap();
    tell(&mut book);
    let after = State::parse(&fs::read_to_string(disk.join("watch.json")).unwrap()).unwrap();
    assert_eq!(after.kills.len(), 16);
    assert!(fs::read_to_string(disk.join("memtune.prom")).unwrap().contains("memtune_watch_lost_total"));
    drop(mounted);
}
