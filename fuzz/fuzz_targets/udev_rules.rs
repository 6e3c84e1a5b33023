//! Rules of udev that set kernel knobs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::udev_rules::parse;

fuzz_target!(|text: &str| {
    parse(text);
});
