//! Any text lists processors, or is refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::processors;

fuzz_target!(|text: &str| {
    let _ = processors::parse(text);
    processors::count_in_stat(text);
    processors::count_in_zones(text);
});
