//! Lines of tmpfiles.d.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::tmpfiles::parse;

fuzz_target!(|text: &str| {
    parse(text);
});
