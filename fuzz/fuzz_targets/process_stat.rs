//! /proc/PID/stat.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::process_stat::parse;

fuzz_target!(|line: &[u8]| {
    let _ = parse(line).map(|stat| (stat.pid, stat.command.len()));
});
