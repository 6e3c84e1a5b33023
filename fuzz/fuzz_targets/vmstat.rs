//! /proc/vmstat.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::vmstat::parse;

fuzz_target!(|text: &str| {
    let _ = parse(text).map(|vmstat| vmstat.allocation_stalls());
});
