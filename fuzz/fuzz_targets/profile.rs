//! Any text is a profile, or is refused with a line.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(profile) = memtune::profile::read("fuzzed.toml", text, "fuzzed") {
        // What was taken can be put together with itself under another name.
        let mut other = profile.clone();
        other.names = vec!["other".to_owned()];
        let _ = memtune::profile::compose(vec![profile, other]);
    }
});
