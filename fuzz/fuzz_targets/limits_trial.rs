//! Limits of processes as they are typed, and what systemd says of its version.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::systemd_version;
use memtune::limits::trial::rlimit::Rlimit;

fuzz_target!(|text: &str| {
    let _ = systemd_version::parse(text);
    if let Ok(rlimit) = text.parse::<Rlimit>() {
        let _ = (rlimit.argument(), rlimit.amount());
    }
});
