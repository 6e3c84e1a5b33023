//! The first page of a swap area.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::swap_header::parse;

fuzz_target!(|start: &[u8]| {
    parse(start);
});
