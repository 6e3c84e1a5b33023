//! What control groups and systemd say of limits, and what owners declare of the parts of units.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::{cgroup_memory, unit_listing};
use memtune::limits::budget::{claims, instances};
use memtune::limits::shown::entry::path_of_slice;
use memtune::limits::shown::tree::Tree;
use memtune::limits::shown::unit::{PROPERTIES, Unit};

fuzz_target!(|text: &str| {
    let _ = cgroup_memory::parse_limit(text);
    let _ = cgroup_memory::parse_events(text);
    let _ = instances::parse(text);
    let _ = text.parse::<instances::Instance>();
    let mut tree = Tree::default();
    for unit in unit_listing::parse(text, &PROPERTIES).into_iter().filter_map(Unit::of) {
        let _ = (unit.files(), unit.group(), unit.limit("MemoryMax"), unit.cpu_quota());
        let _ = unit.text("Slice").and_then(path_of_slice);
        if let Some(path) = unit.group() {
            tree.insert(path, cgroup_memory::GroupMemory::default());
        }
    }
    let _ = claims::holders(&tree, &claims::Declared::default());
});
