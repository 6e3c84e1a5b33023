//! /proc/PID/stat and what ps prints.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::processes::{parse_processor_time, parse_ps, parse_stat};
use memtune::sys::bytes::Bytes;

fuzz_target!(|text: &str| {
    let _ = parse_stat(text, Bytes(65536));
    let _ = parse_ps(text);
    let _ = parse_processor_time(text, 100);
});
