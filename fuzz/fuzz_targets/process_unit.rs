//! /proc/PID/cgroup.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::process_unit::parse;

fuzz_target!(|text: &str| {
    parse(text);
});
