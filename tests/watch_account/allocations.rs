//! Counts what is allocated.

use std::alloc::{GlobalAlloc, Layout, System};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use memtune::watch::account::book::{Book, Readers};
use memtune::watch::account::event::{Event, Happened};
use memtune::watch::replay::recorder::Recorder;

use crate::scenes;

pub(crate) struct Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);

#[expect(unsafe_code, reason = "the trait is unsafe; it hands everything on to the system's allocator")]
// SAFETY: as the system's allocator, which gets the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

pub(crate) fn count<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = COUNT.load(Ordering::Relaxed);
    let answer = work();
    (COUNT.load(Ordering::Relaxed) - before, answer)
}

/// Text, JSON, journal and both files; then each of them failing.
pub(crate) fn an_event_of_each_kind_allocates_nothing() {
    assert!(count(|| std::hint::black_box(vec![1u8; 7])).0 > 0, "the counter does not count");
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("journal");
    let journal = UnixDatagram::bind(&place).unwrap();
    let file = |name: &str| std::fs::File::create(folder.path().join(name)).unwrap();
    let readers = Readers {
        people: Some((file("people").into(), Some(80))),
        programs: Some(file("programs").into()),
        journal: Some(place.clone()),
        log: Some(file("log").into()),
        state: Some(folder.path().join("watch.json")),
        metrics: Some(folder.path().join("memtune.prom")),
        recorder: Some(Recorder::open(&folder.path().join("recording")).unwrap()),
    };
    let (mut book, lacking) = Book::open(readers, 7, scenes::now());
    its_scribe_waits(&book, &folder.path().join("recording"));
    assert_eq!(lacking, Vec::<String>::new());
    // A scene is set from tables that are there; these are made here.
    scenes::choice(book.scene());
    journal.set_nonblocking(true).unwrap();
    scenes::with_each(|events| {
        let (allocated, heard) = count(|| tell_all(&mut book, events, &journal));
        assert_eq!((allocated, heard), (0, events.len()));
        assert_eq!(book.state().counts.lost, 0);
        drop(folder);
        let (nobody, _) = UnixDatagram::pair().unwrap();
        nobody.set_nonblocking(true).unwrap();
        let (allocated, heard) = count(|| tell_all(&mut book, events, &nobody));
        assert_eq!((allocated, heard), (0, 0), "where nobody can be told");
    });
    assert!(book.state().counts.lost > 0);
}

/// The thread that writes the recording allocates when it waits for the first time.
fn its_scribe_waits(book: &Book, recording: &Path) {
    let pause = || std::thread::sleep(Duration::from_millis(20));
    let length = || std::fs::metadata(recording).map_or(0, |file| file.len());
    for _ in 0..2 {
        let before = length();
        pause();
        book.begin(scenes::event(Happened::Simulate).sample.total, scenes::now());
        while length() == before {
            pause();
        }
    }
    pause();
}

/// Answers how many entries came to the journal.
fn tell_all(book: &mut Book, events: &[Event<'_>], journal: &UnixDatagram) -> usize {
    let mut heard = 0;
    for event in events {
        book.see(&event.sample);
        book.tell(event);
        book.tend(scenes::now());
        let mut buffer = [0; 1 << 16];
        heard += std::iter::from_fn(|| journal.recv(&mut buffer).ok()).count();
    }
    heard
}
