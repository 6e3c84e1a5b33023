//! /etc/memtune/ignore.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::doctor::ignore::parse;

fuzz_target!(|text: &str| {
    parse(text);
});
