#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::kernel_modules;

fuzz_target!(|text: &str| {
    kernel_modules::parse(text);
});
