//! The mounts that live in memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::tmpfs::parse;

fuzz_target!(|text: &str| {
    let _ = parse(text);
});
