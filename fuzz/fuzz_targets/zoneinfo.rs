//! /proc/zoneinfo.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::zoneinfo::{lowmem_pages, parse};

fuzz_target!(|text: &str| {
    let _ = parse(text).map(|zones| lowmem_pages(&zones));
});
