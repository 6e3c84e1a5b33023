//! zram-generator.conf.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::zram_generator::take;

fuzz_target!(|text: &str| {
    take(&mut Vec::new(), "zram-generator.conf", text);
});
