//! /proc/PID/status and smaps_rollup.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::{process_fields, process_status};

fuzz_target!(|text: &str| {
    process_fields::number(text, "Pss");
    process_status::parse(text);
});
