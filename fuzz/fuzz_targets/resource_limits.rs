//! /proc/PID/limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::resource_limits::parse;

fuzz_target!(|text: &str| {
    let _ = parse(text);
});
