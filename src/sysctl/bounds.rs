//! What the kernel takes for a knob, and how it reads it.
//!
//! The bounds are those of the kernel's own tables (mm/, kernel/ and fs/ of Linux 6.1 and 6.12), each tried on a live one.

use super::kernel_number::{all_numbers, first_number};
use super::names::dotted;

/// The largest value of a knob that counts with 32 bits.
const INT: i64 = i32::MAX as i64;

/// Pages of another size than 4 KiB shift the least value of vm.dirty_bytes, which is two of them.
const PAGE: u64 = 4096;

/// How the kernel reads a knob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One number of 32 bits, between these.
    Int(i64, i64),
    /// One number of 64 bits, between these.
    Long(u64, u64),
    /// Bytes of dirty pages: at least as many, and not more pages than 32 bits count.
    DirtyBytes(u64),
    /// 0, or at least as many.
    ZeroOrAtLeast(i64),
    /// Seconds, which the kernel multiplies by its ticks.
    Seconds,
    /// Anything but 0 becomes 1.
    Switch,
    /// Several numbers; those that are not given stay.
    Numbers,
    /// Any text.
    Text,
    /// Writing it does something at once; it keeps nothing.
    Action,
}

const KINDS: &[(&str, Kind)] = &[
    ("fs.aio-max-nr", Kind::Long(0, u64::MAX)),
    ("fs.file-max", Kind::Long(0, i64::MAX as u64)),
    ("fs.inotify.max_queued_events", Kind::Int(0, INT)),
    ("fs.inotify.max_user_instances", Kind::Int(0, INT)),
    ("fs.inotify.max_user_watches", Kind::Int(0, INT)),
    ("fs.protected_fifos", Kind::Int(0, 2)),
    ("fs.protected_hardlinks", Kind::Int(0, 1)),
    ("fs.protected_regular", Kind::Int(0, 2)),
    ("fs.protected_symlinks", Kind::Int(0, 1)),
    ("fs.suid_dumpable", Kind::Int(0, 2)),
    ("kernel.core_pattern", Kind::Text),
    ("kernel.domainname", Kind::Text),
    ("kernel.hostname", Kind::Text),
    ("kernel.modprobe", Kind::Text),
    ("kernel.numa_balancing", Kind::Int(0, 4)),
    ("kernel.panic", Kind::Int(-INT - 1, INT)),
    ("kernel.panic_on_oops", Kind::Int(-INT - 1, INT)),
    ("kernel.pid_max", Kind::Int(301, 4_194_304)),
    ("kernel.printk", Kind::Numbers),
    ("kernel.sem", Kind::Numbers),
    ("kernel.shmall", Kind::Long(0, u64::MAX)),
    ("kernel.shmmax", Kind::Long(0, u64::MAX)),
    ("kernel.sysrq", Kind::Int(-INT - 1, INT)),
    ("net.core.default_qdisc", Kind::Text),
    ("net.ipv4.tcp_congestion_control", Kind::Text),
    ("vm.admin_reserve_kbytes", Kind::Long(0, u64::MAX)),
    ("vm.compact_memory", Kind::Action),
    ("vm.compact_unevictable_allowed", Kind::Int(0, 1)),
    ("vm.compaction_proactiveness", Kind::Int(0, 100)),
    ("vm.dirty_background_bytes", Kind::DirtyBytes(1)),
    ("vm.dirty_background_ratio", Kind::Int(0, 100)),
    ("vm.dirty_bytes", Kind::DirtyBytes(2 * PAGE)),
    ("vm.dirty_expire_centisecs", Kind::Int(0, INT)),
    ("vm.dirty_ratio", Kind::Int(0, 100)),
    ("vm.dirty_writeback_centisecs", Kind::Int(-INT - 1, INT)),
    ("vm.dirtytime_expire_seconds", Kind::Int(0, INT)),
    ("vm.drop_caches", Kind::Action),
    ("vm.enable_soft_offline", Kind::Int(0, 1)),
    ("vm.extfrag_threshold", Kind::Int(0, 1000)),
    ("vm.hugetlb_optimize_vmemmap", Kind::Switch),
    ("vm.hugetlb_shm_group", Kind::Int(-INT - 1, INT)),
    ("vm.laptop_mode", Kind::Seconds),
    ("vm.lowmem_reserve_ratio", Kind::Numbers),
    ("vm.max_map_count", Kind::Int(0, INT)),
    ("vm.memfd_noexec", Kind::Int(0, 2)),
    ("vm.memory_failure_early_kill", Kind::Int(0, 1)),
    ("vm.memory_failure_recovery", Kind::Int(0, 1)),
    ("vm.min_free_kbytes", Kind::Int(0, INT)),
    ("vm.min_slab_ratio", Kind::Int(0, 100)),
    ("vm.min_unmapped_ratio", Kind::Int(0, 100)),
    ("vm.mmap_min_addr", Kind::Long(0, u64::MAX)),
    ("vm.nr_hugepages", Kind::Long(0, u64::MAX)),
    ("vm.nr_overcommit_hugepages", Kind::Long(0, u64::MAX)),
    ("vm.numa_stat", Kind::Int(0, 1)),
    ("vm.oom_dump_tasks", Kind::Int(-INT - 1, INT)),
    ("vm.oom_kill_allocating_task", Kind::Int(-INT - 1, INT)),
    ("vm.overcommit_kbytes", Kind::Long(0, u64::MAX)),
    ("vm.overcommit_memory", Kind::Int(0, 2)),
    ("vm.overcommit_ratio", Kind::Int(-INT - 1, INT)),
    ("vm.page-cluster", Kind::Int(0, 31)),
    ("vm.page_lock_unfairness", Kind::Int(0, INT)),
    ("vm.panic_on_oom", Kind::Int(0, 2)),
    ("vm.percpu_pagelist_high_fraction", Kind::ZeroOrAtLeast(8)),
    ("vm.stat_interval", Kind::Seconds),
    ("vm.stat_refresh", Kind::Action),
    ("vm.swappiness", Kind::Int(0, 200)),
    ("vm.unprivileged_userfaultfd", Kind::Int(0, 1)),
    ("vm.user_reserve_kbytes", Kind::Long(0, u64::MAX)),
    ("vm.vfs_cache_pressure", Kind::Int(0, INT)),
    ("vm.watermark_boost_factor", Kind::Int(0, INT)),
    ("vm.watermark_scale_factor", Kind::Int(1, 3000)),
    ("vm.zone_reclaim_mode", Kind::Int(0, INT)),
];

/// The kernel ticks 100 to 1000 times a second; distributions for servers and desktops choose 250, mostly.
const MOST_SECONDS: i64 = INT / 250;

/// How the kernel reads the knob `key`; `None` of one that is not known here.
pub(super) fn kind_of(key: &str) -> Option<Kind> {
    let place = KINDS.binary_search_by_key(&key, |&(known, _)| known).ok()?;
    KINDS.get(place).map(|&(_, kind)| kind)
}

/// Whether the kernel takes `value` for `key`; a knob that is not known here may have any value.
///
/// # Errors
/// Says what is allowed, such as `0 to 200`.
pub fn check(key: &str, value: &str) -> Result<(), String> {
    let key = dotted(key);
    let Some(kind) = kind_of(&key) else { return Ok(()) };
    let is_taken = match kind {
        Kind::Text | Kind::Action => true,
        Kind::Numbers => all_numbers(value).is_some(),
        Kind::Switch => all_numbers(value).is_some_and(|numbers| matches!(numbers[..], [0 | 1])),
        _ => all_numbers(value).is_some_and(|numbers| numbers.len() == 1) && shown(kind, value).is_some(),
    };
    if is_taken { Ok(()) } else { Err(allowed(kind)) }
}

/// What the knob `key` shows when `value` is written to it; `None` where the kernel refuses the value.
pub fn taken(key: &str, value: &str) -> Option<String> {
    written(&dotted(key), value, None, None)
}

/// Whether the bounds of the knob `key` are known here.
pub fn is_known(key: &str) -> bool {
    kind_of(&dotted(key)).is_some()
}

/// Whether two values of `key` are the same to the kernel, as 0x10 and 16 are.
pub fn same(key: &str, a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    if a == b {
        return true;
    }
    let is_one_number = match kind_of(&dotted(key)) {
        Some(Kind::Text) => return false,
        Some(Kind::Numbers) | None => false,
        Some(_) => true,
    };
    if is_one_number {
        let number =
            |text| first_number(text).map(|number| (number.is_negative && number.amount > 0, number.amount));
        return number(a).is_some() && number(a) == number(b);
    }
    let numbers = all_numbers(a);
    numbers.is_some() && numbers == all_numbers(b)
}

/// The major and the minor number of a kernel's release.
pub(super) type KernelVersion = (u32, u32);

/// What a knob shows behind a write, `current` being what it showed before; `None` where the kernel refuses the value.
pub(super) fn written(
    key: &str,
    value: &str,
    current: Option<&str>,
    kernel: Option<KernelVersion>,
) -> Option<String> {
    let kind = match (key, kernel) {
        // Linux 6.1 bounds it only from below; a larger value than 31 makes it shift beyond its numbers.
        ("vm.page-cluster", Some(version)) if version < (6, 2) => Some(Kind::Int(0, INT)),
        _ => kind_of(key),
    };
    match kind.or_else(|| looks_like(current)) {
        Some(Kind::Numbers) => numbers_over(key, value, current),
        Some(kind) => shown(kind, value),
        // Nothing is known of it: a lone number is shown as one, anything else as it was written.
        None => Some(match all_numbers(value).as_deref() {
            Some([number]) => number.to_string(),
            _ => value.trim().to_owned(),
        }),
    }
}

/// What an unknown knob is, by what it shows now.
fn looks_like(current: Option<&str>) -> Option<Kind> {
    match all_numbers(current?)?.as_slice() {
        [_] => None,
        _ => Some(Kind::Numbers),
    }
}

fn shown(kind: Kind, value: &str) -> Option<String> {
    if matches!(kind, Kind::Text | Kind::Action) {
        return Some(value.trim().to_owned());
    }
    let number = first_number(value)?;
    let long = (!number.is_negative).then_some(number.amount);
    let int = number.as_int();
    match kind {
        Kind::Int(least, most) => int.filter(|int| (least..=most).contains(int)).map(|int| int.to_string()),
        Kind::Seconds => int.filter(|&int| int <= MOST_SECONDS).map(|int| int.to_string()),
        Kind::ZeroOrAtLeast(least) => int.filter(|&int| int == 0 || int >= least).map(|int| int.to_string()),
        Kind::Long(least, most) => {
            long.filter(|long| (least..=most).contains(long)).map(|long| long.to_string())
        }
        Kind::DirtyBytes(least) => {
            // The kernel rounds up to pages without looking for an overflow.
            let pages = |long: u64| long.wrapping_add(PAGE - 1) / PAGE;
            long.filter(|&long| long >= least && pages(long) <= u64::from(u32::MAX))
                .map(|long| long.to_string())
        }
        Kind::Switch => Some(u8::from(number.amount != 0).to_string()),
        Kind::Numbers | Kind::Text | Kind::Action => None,
    }
}

/// The numbers that are given take the places of the first ones; the kernel stops at the first that it cannot read, and some
/// knobs do not even complain of that.
fn numbers_over(key: &str, value: &str, current: Option<&str>) -> Option<String> {
    let mut shown: Vec<String> = current.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let mut left = value;
    let mut place = 0;
    while let Some(number) = first_number(left) {
        let int = number.as_int()?;
        let text = if key == "vm.lowmem_reserve_ratio" { int.max(0) } else { int }.to_string();
        match shown.get_mut(place) {
            Some(known) => *known = text,
            None if current.is_none() => shown.push(text),
            None => break,
        }
        place += 1;
        left = number.rest;
    }
    (place > 0).then(|| shown.join("\t"))
}

fn allowed(kind: Kind) -> String {
    match kind {
        Kind::Int(least, INT) if least > -INT => format!("a whole number, {least} or more"),
        Kind::Int(least, INT) if least < 0 => "a whole number".to_owned(),
        Kind::Int(least, most) => format!("{least} to {most}"),
        Kind::Long(..) => "a whole number, 0 or more".to_owned(),
        Kind::DirtyBytes(least) => format!("a number of bytes, {least} or more"),
        Kind::ZeroOrAtLeast(least) => format!("0, or {least} and more"),
        Kind::Seconds => format!("a number of seconds, at most {MOST_SECONDS}"),
        Kind::Switch => "0 or 1".to_owned(),
        Kind::Numbers => "whole numbers with blanks between them".to_owned(),
        Kind::Text | Kind::Action => "any text".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_is_sorted_for_the_search() {
        assert!(KINDS.is_sorted_by_key(|(key, _)| key));
    }

    #[test]
    fn says_what_is_allowed() {
        let refused = [
            ("vm.swappiness", "201", "0 to 200"),
            ("vm/swappiness", "", "0 to 200"),
            ("vm.swappiness", "60 # as before", "0 to 200"),
            ("vm.dirty_bytes", "8191", "a number of bytes, 8192 or more"),
            ("vm.dirty_background_bytes", "0", "a number of bytes, 1 or more"),
            ("vm.percpu_pagelist_high_fraction", "7", "0, or 8 and more"),
            ("vm.max_map_count", "2147483648", "a whole number, 0 or more"),
            ("vm.overcommit_ratio", "x", "a whole number"),
            ("vm.lowmem_reserve_ratio", "256 x", "whole numbers with blanks between them"),
        ];
        for (key, value, allowed) in refused {
            assert_eq!(check(key, value), Err(allowed.to_owned()), "{key} = {value}");
        }
        for (key, value) in [
            ("vm.swappiness", "0xc8"),
            ("vm.dirty_bytes", "8192"),
            ("vm.percpu_pagelist_high_fraction", "0"),
            ("vm.watermark_scale_factor", "3000"),
            ("vm.lowmem_reserve_ratio", "256 32"),
            ("net.ipv4.ip_forward", "whatever"),
        ] {
            assert_eq!(check(key, value), Ok(()), "{key} = {value}");
        }
    }

    #[test]
    fn values_are_compared_as_the_kernel_reads_them() {
        assert!(same("vm.swappiness", "0x10", "16"));
        assert!(same("vm.swappiness", "61 # inline", "61"));
        assert!(!same("vm.swappiness", "010", "10"));
        assert!(same("vm.lowmem_reserve_ratio", "256 256 32", "256\t256\t0x20"));
        assert!(!same("vm.lowmem_reserve_ratio", "256 256", "256 256 32"));
        assert!(same("net.ipv4.x", "1", "01"));
        assert!(!same("kernel.hostname", "01", "1"));
        assert!(!same("vm.swappiness", "", "0"));
    }

    /// As a live kernel answered.
    #[test]
    fn a_write_shows_what_the_kernel_makes_of_it() {
        let cases = [
            ("vm.swappiness", "0x10", "60", Some("16")),
            ("vm.swappiness", "61#foo", "60", None),
            ("vm.dirty_bytes", "9223372036854775807", "0", None),
            ("vm.dirty_bytes", "18446744073709551615", "0", Some("18446744073709551615")),
            ("vm.overcommit_ratio", "-7", "50", Some("-7")),
            ("vm.lowmem_reserve_ratio", "200 -1", "256\t256\t32\t0\t0", Some("200\t0\t32\t0\t0")),
            ("vm.lowmem_reserve_ratio", "1 2 3 4 5 6", "256\t256\t32\t0\t0", Some("1\t2\t3\t4\t5")),
            ("kernel.printk", "", "4\t4\t1\t7", None),
            ("net.ipv4.tcp_rmem", "1 2 3", "4096\t131072\t6291456", Some("1\t2\t3")),
            ("vm.hugetlb_optimize_vmemmap", "2", "0", Some("1")),
            ("vm.stat_interval", "10000000", "1", None),
            ("kernel.core_pattern", "core x # y", "core", Some("core x # y")),
        ];
        for (key, value, current, shown) in cases {
            assert_eq!(written(key, value, Some(current), None).as_deref(), shown, "{key} = {value}");
        }
        assert_eq!(written("net.x", "0x10", None, None).as_deref(), Some("16"));
        for (kernel, shown) in [((6, 1), Some("32")), ((6, 12), None)] {
            assert_eq!(
                written("vm.page-cluster", "32", Some("3"), Some(kernel)).as_deref(),
                shown,
                "{kernel:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_allowed_is_taken(place in 0..KINDS.len(), value in "(\\PC|[0-9x -]){0,12}", current in "(\\PC|[0-9\t]){0,12}") {
            let (key, kind) = KINDS[place];
            if check(key, &value).is_ok() && kind != Kind::Numbers {
                prop_assert!(written(key, &value, Some(&current), None).is_some());
            }
            same(key, &value, &current);
        }
    }
}
