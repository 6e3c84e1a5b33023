//! Unit files and drop-ins.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::unit_files::parse;

fuzz_target!(|text: &str| {
    parse("a.service", "/etc/systemd/system/a.service", text);
});
