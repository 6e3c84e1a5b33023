//! What the clients of a Jetson's GPU hold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::nvmap::Clients;

fuzz_target!(|text: &[u8]| {
    let mut clients = Clients::default();
    for piece in text.chunks(7) {
        clients.take(piece, |pid, _| assert!(pid > 0));
    }
    clients.finish(|pid, _| assert!(pid > 0));
});
