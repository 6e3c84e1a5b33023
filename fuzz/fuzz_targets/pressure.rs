//! /proc/pressure/memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::pressure::parse;

fuzz_target!(|text: &str| {
    let _ = parse(text);
});
