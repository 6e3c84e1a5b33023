//! mm_stat of zram.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::zram::parse_mm_stat;

fuzz_target!(|text: &str| {
    let _ = parse_mm_stat(text).map(|stat| stat.ratio());
});
