//! The text of a drop-in of memtune's own, which somebody may have edited.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::limits::setting::drop_in::{properties, with, without};

fuzz_target!(|text: &str| {
    let set = with(text, "Service", "MemoryMax", "1G");
    // A last line that goes on takes in whatever follows it.
    if !text.trim_end_matches(['\n', '\r']).ends_with('\\') {
        assert_eq!(with(&set, "Service", "MemoryMax", "1G"), set);
    }
    assert!(properties(&without(&set, &["MemoryMax"], "service"), "service").iter().all(|key| key != "MemoryMax"));
});
