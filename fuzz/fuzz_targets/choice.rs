//! Knobs that mark their present choice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::choice::parse;

fuzz_target!(|text: &str| {
    parse(text);
});
