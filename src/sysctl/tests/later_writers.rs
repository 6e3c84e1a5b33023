//! udev, tmpfiles.d and tuned, who come behind sysctl's files.

use crate::facts::readings::Readings;
use crate::host::made_tree::made_tree;
use crate::sysctl::{Model, Origin};

use super::small::{forecast, outcome_is};

const SYSCTL: (&str, &str) = ("/etc/sysctl.d/99-zz.conf", "vm.swappiness = 10\n");

#[test]
fn udev_wins_and_its_condition_is_told() {
    let rule = "ACTION==\"change\", KERNEL==\"zram0\", SYSCTL{vm.swappiness}=\"150\"\n";
    let files = [SYSCTL, ("/usr/lib/udev/rules.d/30-zram.rules", rule)];
    outcome_is(&files, "vm.swappiness", "150", "/usr/lib/udev/rules.d/30-zram.rules:1");
    assert!(forecast(&files, "vm.swappiness").remarks[0].contains("KERNEL==\"zram0\""));
    // A device may appear behind what usually comes later.
    let later = [files[0], files[1], ("/etc/tmpfiles.d/a.conf", "w /proc/sys/vm/swappiness - - - - 20\n")];
    let forecast = forecast(&later, "vm.swappiness");
    assert_eq!(forecast.next_boot.as_deref(), Some("20"));
    assert!(forecast.remarks[0].contains("whenever a device appears"), "{:?}", forecast.remarks);
}

/// Tried with systemd 252 and 257.
#[test]
fn of_tmpfiles_the_first_line_for_a_path_counts() {
    let ours = ("/etc/tmpfiles.d/00-memtune.conf", "w! /proc/sys/vm/swappiness - - - - 71\n");
    let other = ("/etc/tmpfiles.d/50-x.conf", "w+ /proc//sys/vm/swappiness - - - - 72\n");
    outcome_is(&[SYSCTL, ours, other], "vm.swappiness", "71", "/etc/tmpfiles.d/00-memtune.conf:1");
    let pattern = ("/usr/lib/tmpfiles.d/90-x.conf", "w /proc/sys/vm/swapp* - - - - 73\n");
    outcome_is(&[ours, other, pattern], "vm.swappiness", "73", "/usr/lib/tmpfiles.d/90-x.conf:1");
}

#[test]
fn tuned_comes_last_and_reads_etc_once_more() {
    let profile = "[sysctl]\nvm.swappiness=30\nvm.dirty_ratio=>40\n[vm]\ndirty_background_bytes=4194304\ntransparent_hugepages=never\n";
    let vendors = ("/usr/lib/sysctl.d/zz.conf", "vm.swappiness = 20\n");
    let mut files =
        vec![vendors, ("/etc/tuned/active_profile", "own\n"), ("/etc/tuned/own/tuned.conf", profile)];
    outcome_is(&files, "vm.swappiness", "30", "/etc/tuned/own/tuned.conf:2");
    outcome_is(&files, "vm.dirty_background_ratio", "0", "/etc/tuned/own/tuned.conf:5");
    let computed = forecast(&files, "vm.dirty_ratio");
    assert_eq!((computed.next_boot.is_none(), computed.winner.is_some()), (true, true));
    // Our dash would hide the line from tuned.
    files.push(("/etc/sysctl.d/50-a.conf", "-vm.swappiness = 10\n"));
    outcome_is(&files, "vm.swappiness", "30", "/etc/tuned/own/tuned.conf:2");
    files.push(("/etc/sysctl.conf", "vm.swappiness = 11\n"));
    outcome_is(&files, "vm.swappiness", "11", "/etc/sysctl.conf:1");
    assert_eq!(forecast(&files, "vm.swappiness").winner.unwrap().origin, Origin::TunedAgain);
    files.push(("/etc/tuned/tuned-main.conf", "reapply_sysctl = 0\n"));
    outcome_is(&files, "vm.swappiness", "30", "/etc/tuned/own/tuned.conf:2");
    // A daemon that is not enabled will not start.
    files.push(("/etc/systemd/system/multi-user.target.wants/ssh.service", "->/x"));
    outcome_is(&files, "vm.swappiness", "20", "/usr/lib/sysctl.d/zz.conf:1");
}

#[test]
fn an_older_tuned_takes_dots_for_slashes_and_slashes_too() {
    const PLUGIN: &str = "/usr/lib/python3/dist-packages/tuned/plugins/plugin_sysctl.py";
    let mut files = vec![
        ("/etc/tuned/active_profile", "own\n"),
        ("/etc/tuned/own/tuned.conf", "[sysctl]\nvm.swappiness=30\n"),
        ("/etc/sysctl.d/a.conf", "  vm/./swappiness= 12 \n-vm/swappiness = 13\nvm/.swappiness = x\n"),
        ("/etc/sysctl.d/b.conf", "vm.swappiness = 1\\\n"),
    ];
    outcome_is(&files, "vm.swappiness", "30", "/etc/tuned/own/tuned.conf:2");
    files.push((PLUGIN, "\treturn \"/proc/sys/%s\" % option.replace(\".\", \"/\")\n"));
    outcome_is(&files, "vm.swappiness", "12", "/etc/sysctl.d/a.conf:1");
}

#[test]
fn knobs_of_sys_are_set_by_arguments_and_tmpfiles() {
    const ENABLED: &str = "/sys/kernel/mm/transparent_hugepage/enabled";
    let (_folder, host) = made_tree(&[
        ("/proc/cmdline", "transparent_hugepage=never zswap.enabled=1\n"),
        (ENABLED, "[always] madvise never\n"),
        ("/sys/module/zswap/parameters/enabled", "N\n"),
        ("/etc/tmpfiles.d/a.conf", "w! /sys/kernel/mm/transparent_hugepage/enabled - - - - madvise\n"),
    ]);
    let readings = Readings::new(&host, None);
    let model = Model::read(&readings).unwrap();
    let enabled = model.forecast_path(&readings, ENABLED);
    assert_eq!((enabled.running.as_deref(), enabled.next_boot.as_deref()), (Some("always"), Some("madvise")));
    assert_eq!(enabled.losers[0].origin, Origin::CommandLine);
    let zswap = model.forecast_path(&readings, "/sys/module/zswap/parameters/enabled");
    assert_eq!((zswap.running.as_deref(), zswap.next_boot.as_deref()), (Some("N"), Some("Y")));
    assert_eq!(
        model.keys(),
        ["/sys/kernel/mm/transparent_hugepage/enabled", "/sys/module/zswap/parameters/enabled"]
    );
}

#[test]
fn a_masked_service_sets_nothing() {
    let files = [SYSCTL, ("/etc/systemd/system/systemd-sysctl.service", "->/dev/null")];
    assert_eq!(forecast(&files, "vm.swappiness").next_boot, None);
}

#[test]
fn keys_hold_what_patterns_stand_for() {
    let (_folder, host) = made_tree(&[
        ("/proc/sys/vm/swappiness", "60\n"),
        ("/proc/sys/vm/dirty_ratio", "20\n"),
        ("/proc/sys/vm/dirty_bytes", "0\n"),
        ("/etc/sysctl.d/a.conf", "vm.dirty_* = 1\nvm.swappiness=1\nnet.none.* = 1\n-vm.dirty_bytes\n"),
    ]);
    let model = Model::read(&Readings::new(&host, None)).unwrap();
    assert_eq!(model.keys(), ["vm.dirty_ratio", "vm.swappiness"]);
}
