#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::compressors;

fuzz_target!(|text: &str| {
    compressors::parse(text);
});
