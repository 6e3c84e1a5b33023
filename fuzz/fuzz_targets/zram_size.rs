//! The formula of a zram size.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::zram_size::evaluate;

fuzz_target!(|text: &str| {
    let _ = evaluate(text, 4096.0);
});
