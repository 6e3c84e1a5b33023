//! Profiles of tuned.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::tuned::parse;

fuzz_target!(|text: &str| {
    parse(text);
});
