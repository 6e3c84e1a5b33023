//! /proc/slabinfo.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::slabs::parse;

fuzz_target!(|text: &str| {
    let _ = parse(text);
});
