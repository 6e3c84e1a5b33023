//! /proc/swaps.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::swaps::parse;

fuzz_target!(|text: &str| {
    let _ = parse(text);
});
