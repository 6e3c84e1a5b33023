//! A recording of samples, and what the watchdog's policy makes of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::sys::bytes::Bytes;
use memtune::watch::replay::run::replay;
use memtune::watch::settings::Settings;

fuzz_target!(|text: &[u8]| {
    let settings = Settings { gpu_percent: Some(85.0), ..Settings::default() };
    for step in replay(text, &settings, Bytes::from_gib(1)).flatten() {
        assert!((20..=10_000).contains(&step.decision.sleep.as_millis()));
    }
});
