//! An entry of the journal: in a tree it may have been written by anybody.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::change::Change;
use memtune::change::diff;
use memtune::change::journal::parse;

fuzz_target!(|text: &str| {
    let Ok(entry) = parse(text) else { return };
    for change in entry.plan().steps() {
        if let Change::File(file) = change {
            let _ = diff::of(file);
        }
        let _ = change.describe();
    }
});
