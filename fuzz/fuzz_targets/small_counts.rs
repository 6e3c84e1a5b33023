//! Files of one number or one line: mongod's version, EDAC, huge page pools, ZFS's cache, the peaks of control groups.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memtune::facts::{cgroup_peaks, edac, hugetlb, mongod, zfs_cache};

fuzz_target!(|text: &str| {
    let _ = cgroup_peaks::parse(text);
    mongod::major_version(text);
    edac::parse_count(text);
    hugetlb::size_of_name(text);
    zfs_cache::parse(text);
});
