//! The controls allocate nothing once they are made, whatever callers do: at the end of memory there is nothing to be had.
#![expect(unsafe_code, reason = "an allocator that counts")]
#![expect(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use memtune::sys::bytes::Bytes;
use memtune::watch::configuration::Bound;
use memtune::watch::controls::{Answer, Controls, Memory, Request, Status, Text};
use memtune::watch::level::Level;

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: all of it is the system's own allocator; the count is a number of the thread's own, which is there from its start.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn status() -> Status {
    let bound = |level| Bound { level, available: Bytes(u64::MAX), swap: Some(Bytes(1)) };
    Status {
        pid: 1,
        running: true,
        printing: true,
        simulating: true,
        dry_run: true,
        uptime: u64::MAX,
        interval: 1,
        level: Level::Redline,
        bounds: [bound(Level::Warning), bound(Level::Critical), bound(Level::Redline)],
        reached: [u64::MAX; 3],
        memory: Memory::default(),
        kills: u64::MAX,
        last: None,
        lacks: Text::from("\"quotes\" and\tcontrol characters").unwrap(),
    }
}

#[test]
fn nothing_is_allocated_whatever_callers_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watch.sock");
    let mut controls = Controls::new(path.to_str().unwrap()).unwrap();
    let answer = Answer::Status(status());
    let lines: Vec<Vec<u8>> = Request::ALL
        .iter()
        .map(|request| format!("{}\n", request.line()).into_bytes())
        .chain([b"nonsense\n".to_vec(), vec![b'x'; 500], b"half".to_vec(), Vec::new()])
        .collect();
    let mut answered = 0;
    // No more wait in the kernel at the same time.
    let batches = lines.chunks(6).cycle().take(40);
    for (round, lines) in (0u64..).zip(batches) {
        // The callers may allocate: only the watchdog's side is counted.
        let mut callers: Vec<UnixStream> =
            lines.iter().map(|_| UnixStream::connect(&path).unwrap()).collect();
        for (caller, line) in callers.iter_mut().zip(lines) {
            caller.write_all(line).unwrap();
        }
        let before = COUNT.get();
        for now in [round * 10_000, round * 10_000 + 1, round * 10_000 + 5_000] {
            controls.serve(now);
            while let Some((caller, _)) = controls.next_request() {
                controls.answer(caller, &answer, now);
                answered += 1;
            }
            assert!(controls.interests().count() > 0);
            let _ = controls.deadline();
        }
        assert_eq!(COUNT.get() - before, 0, "in round {round}");
        for caller in &mut callers {
            caller.set_nonblocking(true).unwrap();
            let _ = caller.read(&mut [0; 16]);
        }
    }
    assert!(answered >= 20 * Request::ALL.len() as u64, "{answered}");
}
