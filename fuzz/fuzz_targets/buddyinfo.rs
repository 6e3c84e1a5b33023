//! /proc/buddyinfo.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::buddyinfo::parse;

fuzz_target!(|text: &str| {
    let _ = parse(text).map(|zones| zones.iter().map(|zone| zone.pages().max(zone.at_least(9))).max());
});
