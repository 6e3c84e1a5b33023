//! /etc/passwd and shell assignments.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::{identity, users};

fuzz_target!(|text: &str| {
    users::parse(text);
    identity::assignment(text, "PRETTY_NAME");
});
