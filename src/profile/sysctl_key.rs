//! Which sysctls a profile may set, and to what. A profile may come from anywhere, and some sysctls run programs as root.

use crate::sysctl::bounds;

/// The knobs of memory management that a kernel from 4.9 on may have; those that start something once and read back
/// nothing (drop_caches, compact_memory) are none of a profile's.
const VM: [&str; 40] = [
    "admin_reserve_kbytes",
    "compact_unevictable_allowed",
    "compaction_proactiveness",
    "defrag_mode",
    "dirty_background_bytes",
    "dirty_background_ratio",
    "dirty_bytes",
    "dirty_expire_centisecs",
    "dirty_ratio",
    "dirty_writeback_centisecs",
    "dirtytime_expire_seconds",
    "extfrag_threshold",
    "highmem_is_dirtyable",
    "laptop_mode",
    "lowmem_reserve_ratio",
    "max_map_count",
    "min_free_kbytes",
    "min_slab_ratio",
    "min_unmapped_ratio",
    "nr_hugepages",
    "nr_hugepages_mempolicy",
    "nr_overcommit_hugepages",
    "oom_dump_tasks",
    "oom_kill_allocating_task",
    "overcommit_kbytes",
    "overcommit_memory",
    "overcommit_ratio",
    "page-cluster",
    "page_lock_unfairness",
    "panic_on_oom",
    "percpu_pagelist_fraction",
    "percpu_pagelist_high_fraction",
    "stat_interval",
    "swappiness",
    "user_reserve_kbytes",
    "vfs_cache_pressure",
    "vfs_cache_pressure_denom",
    "watermark_boost_factor",
    "watermark_scale_factor",
    "zone_reclaim_mode",
];

/// What the shipped documents set besides, and what belongs to it.
const OTHERS: [&str; 32] = [
    "fs.aio-max-nr",
    "fs.file-max",
    "fs.inotify.max_queued_events",
    "fs.inotify.max_user_instances",
    "fs.inotify.max_user_watches",
    "fs.nr_open",
    "kernel.hung_task_timeout_secs",
    "kernel.keys.root_maxbytes",
    "kernel.keys.root_maxkeys",
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.nmi_watchdog",
    "kernel.numa_balancing",
    "kernel.panic",
    "kernel.panic_on_oops",
    "kernel.pid_max",
    "kernel.sched_autogroup_enabled",
    "kernel.sched_latency_ns",
    "kernel.sched_migration_cost_ns",
    "kernel.sched_min_granularity_ns",
    "kernel.sched_wakeup_granularity_ns",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.softlockup_panic",
    "kernel.split_lock_mitigate",
    "kernel.threads-max",
    "kernel.timer_migration",
    "kernel.watchdog",
    "kernel.watchdog_thresh",
];

/// Below these every knob is a number that only sizes or times something.
const PREFIXES: [&str; 3] = ["net.core.", "net.ipv4.tcp_", "net.ipv4.udp_"];

/// Refuses what is no key in its normal spelling, or none that a profile may set.
pub(super) fn check(key: &str) -> Result<(), String> {
    let is_sound = |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.');
    if key.contains('/') {
        return Err(format!(
            "`{}` is not spelled as a sysctl: write it with dots, as `vm.swappiness`",
            plain(key)
        ));
    }
    let is_behind =
        |prefix: &str| key.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && !rest.contains('.'));
    let is_known = known().any(|one| one == key)
        || (key.len() <= 100 && key.bytes().all(is_sound) && PREFIXES.iter().any(|prefix| is_behind(prefix)));
    if is_known { Ok(()) } else { Err(unknown(key)) }
}

/// Refuses what is no number, or several numbers, and what the kernel would not take.
pub(super) fn check_value(key: &str, value: &str) -> Result<(), String> {
    let is_number = |word: &str| {
        let digits = word.strip_prefix('-').unwrap_or(word);
        (1..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_list = !value.is_empty() && value.len() <= 200 && value.split(' ').all(is_number);
    // The reserve of the lowest zones is written with one number for each zone.
    match is_list {
        true => bounds::check(key, value)
            .map_err(|allowed| format!("`{key}` cannot be `{value}`: allowed is {allowed}")),
        false => Err(format!("`{key}` takes a whole number, or several with one blank between them")),
    }
}

fn known() -> impl Iterator<Item = String> {
    VM.iter().map(|name| format!("vm.{name}")).chain(OTHERS.iter().map(|&name| name.to_owned()))
}

fn unknown(key: &str) -> String {
    let nearest = known()
        .map(|one| (strsim::damerau_levenshtein(&one, key), one))
        .min()
        .filter(|(distance, _)| *distance <= 4)
        .map(|(_, one)| format!(": did you mean `{one}`?"));
    format!(
        "`{}` is no sysctl that a profile may set{}; allowed are the knobs of vm., some of kernel. and fs. that concern \
         memory, and those of {}",
        plain(key),
        nearest.unwrap_or_default(),
        PREFIXES.join(", ")
    )
}

fn plain(key: &str) -> String {
    crate::facts::malformed::shortened(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_run_programs_or_open_doors_are_refused() {
        for key in [
            "kernel.core_pattern",
            "kernel.modprobe",
            "kernel.poweroff_cmd",
            "kernel.sysrq",
            "fs.suid_dumpable",
            "fs.protected_symlinks",
            "net.ipv4.ip_forward",
            "net.core.",
            "net.core.a\nb",
            "vm.drop_caches",
            "vm.*",
            "vm.swappiness\n",
        ] {
            assert!(check(key).is_err(), "{key}");
        }
    }

    #[test]
    fn a_misspelled_key_is_told_the_right_one() {
        assert_eq!(check("vm.swappiness"), Ok(()));
        assert_eq!(check("vm.page-cluster"), Ok(()));
        assert_eq!(check("net.core.somaxconn"), Ok(()));
        assert!(check("vm.swapiness").unwrap_err().contains("`vm.swappiness`?"));
        assert!(check("vm/swappiness").unwrap_err().contains("dots"));
        assert!(!check("nonsense").unwrap_err().contains("did you mean"));
    }

    #[test]
    fn values_are_numbers_that_the_kernel_takes() {
        assert_eq!(check_value("vm.swappiness", "180"), Ok(()));
        assert_eq!(check_value("kernel.sem", "250 32000 32 128"), Ok(()));
        for value in ["", "a", "1  2", "1\n2", "0x10", "1 # c", "-", "|/bin/sh", " 1"] {
            assert!(check_value("vm.swappiness", value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn what_the_kernel_refuses_is_refused_with_what_is_allowed() {
        let wrong = check_value("vm.swappiness", "201").unwrap_err();
        assert!(wrong.contains("`vm.swappiness`") && wrong.contains("200"), "{wrong}");
    }
}
