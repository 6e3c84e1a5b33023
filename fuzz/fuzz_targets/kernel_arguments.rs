//! /proc/cmdline.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::kernel_arguments::parse;

fuzz_target!(|text: &str| {
    parse(text);
});
