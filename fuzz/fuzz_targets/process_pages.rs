//! /proc/PID/statm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::process_pages::Pages;

fuzz_target!(|line: &[u8]| {
    let _ = Pages::parse(line).map(Pages::anonymous);
});
