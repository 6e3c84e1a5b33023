//! Files of sysctl.d, and names and values of knobs as they stand in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::sysctl_files::{Content, parse};
use memtune::sysctl::bounds::{check, same, taken};
use memtune::sysctl::names::{dotted, path_of};

fuzz_target!(|text: &str| {
    for line in parse(text) {
        let key = dotted(&line.key);
        assert_eq!(dotted(&key), key, "the normal form of a name is its own normal form");
        path_of(&key);
        if let Content::Value { value, .. } = &line.content {
            let _ = check(&key, value);
            taken(&key, value);
            assert!(same(&key, value, value));
        }
    }
});
