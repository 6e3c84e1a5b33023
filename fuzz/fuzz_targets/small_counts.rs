//! Files of one number or one line: mongod's version, EDAC, huge page pools, ZFS's cache.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::{edac, hugetlb, mongod, zfs_cache};

fuzz_target!(|text: &str| {
    mongod::major_version(text);
    edac::parse_count(text);
    hugetlb::size_of_name(text);
    zfs_cache::parse(text);
});
