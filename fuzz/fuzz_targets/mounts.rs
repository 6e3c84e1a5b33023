//! /proc/self/mountinfo and /proc/mounts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::mounts::{Mount, holding, parse_detailed, parse_plain};

fuzz_target!(|text: &str| {
    for mounts in [parse_detailed(text), parse_plain(text)].into_iter().flatten() {
        mounts.iter().filter_map(Mount::size_option).max();
        holding(&mounts, text);
    }
});
