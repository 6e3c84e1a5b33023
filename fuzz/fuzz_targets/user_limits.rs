//! limits.conf.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::user_limits::parse;

fuzz_target!(|text: &str| {
    parse("limits.conf", text);
});
