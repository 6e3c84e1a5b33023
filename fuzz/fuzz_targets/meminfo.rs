//! /proc/meminfo, and with it the shape of /proc/vmstat.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::meminfo::parse;

fuzz_target!(|text: &str| {
    let _ = parse(text).map(|meminfo| (meminfo.total(), meminfo.available(), meminfo.swap_total()));
});
