//! /etc/fstab, and the octal escapes in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::fstab::{Entry, parse};

fuzz_target!(|text: &str| {
    let _ = parse(text).map(|entries| entries.iter().filter_map(Entry::priority).max());
});
