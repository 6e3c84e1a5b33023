//! The kernel's command line and sysctl's files.

use super::small::{KNOBS, forecast, outcome, outcome_is};

#[test]
fn the_last_file_by_name_wins_whatever_its_folder() {
    let files = [
        ("/etc/sysctl.d/99-mine.conf", "vm.swappiness = 10\n"),
        ("/usr/lib/sysctl.d/protect-links.conf", "# comment\nvm/swappiness=0x20\n"),
        ("/proc/cmdline", "quiet sysctl.vm.swappiness=5\n"),
    ];
    outcome_is(&files, "vm.swappiness", "32", "/usr/lib/sysctl.d/protect-links.conf:2");
    let losers: Vec<String> = forecast(&files, "vm.swappiness")
        .losers
        .into_iter()
        .map(|one| format!("{} {}", one.place.file, one.value))
        .collect();
    assert_eq!(losers.len(), 2);
    assert!(losers.contains(&"/proc/cmdline 5".to_owned()), "{losers:?}");
    outcome_is(&files[2..], "vm.swappiness", "5", "/proc/cmdline:1");
}

#[test]
fn a_stronger_folder_masks_a_namesake() {
    let vendors = ("/usr/lib/sysctl.d/50-a.conf", "vm.swappiness = 10\n");
    for (path, mask) in [("/etc/sysctl.d/50-a.conf", "->/dev/null"), ("/run/sysctl.d/50-a.conf", "")] {
        assert_eq!(outcome(&[vendors, (path, mask)], "vm.swappiness"), (None, None));
    }
    let files = [vendors, ("/usr/local/lib/sysctl.d/50-a.conf", "vm.swappiness = 20\n")];
    outcome_is(&files, "vm.swappiness", "20", "/usr/local/lib/sysctl.d/50-a.conf:1");
}

#[test]
fn sysctl_conf_counts_where_a_link_leads_to_it() {
    let conf = ("/etc/sysctl.conf", "vm.swappiness = 41\n");
    let drop_in = ("/etc/sysctl.d/50-other.conf", "vm.swappiness = 42\n");
    let link = ("/etc/sysctl.d/99-sysctl.conf", "->../sysctl.conf");
    outcome_is(&[conf, drop_in, link], "vm.swappiness", "41", "/etc/sysctl.conf:1");
    outcome_is(&[conf, drop_in], "vm.swappiness", "42", "/etc/sysctl.d/50-other.conf:1");
    let remarks = forecast(&[conf, drop_in], "vm.swappiness").remarks;
    assert!(remarks[0].contains("`sysctl --system` would set vm.swappiness to `41`"), "{remarks:?}");
    assert!(forecast(&[conf, drop_in, link], "vm.swappiness").remarks.is_empty());
    // Without systemd it is the last of all.
    let later = ("/etc/sysctl.d/zz.conf", "vm.swappiness = 43\n");
    outcome_is(
        &[conf, drop_in, later, ("/proc/1/comm", "init\n")],
        "vm.swappiness",
        "41",
        "/etc/sysctl.conf:1",
    );
}

#[test]
fn patterns_reach_what_no_line_names() {
    let named = ("/etc/sysctl.d/10-a.conf", "vm.swappiness = 10\n");
    let pattern = ("/etc/sysctl.d/50-b.conf", "vm.swap* = 20\n");
    let excluded = ("/etc/sysctl.d/60-c.conf", "-vm.swappiness\n");
    outcome_is(&[pattern], "vm.swappiness", "20", "/etc/sysctl.d/50-b.conf:1");
    outcome_is(&[named, pattern], "vm.swappiness", "10", "/etc/sysctl.d/10-a.conf:1");
    let forecast = forecast(&[pattern, excluded], "vm.swappiness");
    assert_eq!((forecast.next_boot, forecast.winner, forecast.losers.len()), (None, None, 1));
}

#[test]
fn what_the_kernel_refuses_leaves_what_was_before() {
    let files =
        [("/etc/sysctl.d/a.conf", "vm.swappiness = 10\n"), ("/run/sysctl.d/b.conf", "vm.swappiness = 201\n")];
    // The second line took the first out of systemd's map before anything was written.
    let refused = forecast(&files, "vm.swappiness");
    assert_eq!((refused.next_boot, refused.winner, refused.losers.len()), (None, None, 2));
    assert!(refused.remarks[0].contains("refuses `201` of /run/sysctl.d/b.conf:1"), "{:?}", refused.remarks);
    assert!(refused.remarks[0].contains("0 to 200"));
    let before = [files[1], ("/proc/cmdline", "sysctl.vm.swappiness=5\n")];
    outcome_is(&before, "vm.swappiness", "5", "/proc/cmdline:1");
}

#[test]
fn of_a_pair_the_last_write_counts_and_zeroes_the_other() {
    let files = [("/etc/sysctl.d/a.conf", "vm.dirty_bytes = 16777216\nvm.dirty_ratio = 30\n")];
    outcome_is(&files, "vm.dirty_ratio", "30", "/etc/sysctl.d/a.conf:2");
    outcome_is(&files, "vm.dirty_bytes", "0", "/etc/sysctl.d/a.conf:2");
    // A line with another value goes to the end of the order, one with the same value does not.
    for (again, ratio, bytes) in [("16777216", "30", "0"), ("0x2000000", "0", "33554432")] {
        let text = format!("{}vm.dirty_bytes = {again}\n", files[0].1);
        let files = [("/etc/sysctl.d/a.conf", text.as_str())];
        assert_eq!(outcome(&files, "vm.dirty_ratio").0.as_deref(), Some(ratio));
        assert_eq!(outcome(&files, "vm.dirty_bytes").0.as_deref(), Some(bytes));
    }
    // systemd writes nothing that is there already; procps does, and the kernel then forgets the ratio.
    let zero = ("/etc/sysctl.d/a.conf", "vm.overcommit_kbytes = 0\n");
    assert_eq!(outcome(&[zero], "vm.overcommit_ratio"), (None, None));
    outcome_is(&[zero, ("/proc/1/comm", "init\n")], "vm.overcommit_ratio", "0", "/etc/sysctl.d/a.conf:1");
}

#[test]
fn an_amount_that_nobody_sets_is_zero() {
    assert_eq!(outcome(&[], "vm.dirty_bytes"), (Some("0".to_owned()), None));
    assert_eq!(outcome(&[], "vm.dirty_ratio"), (None, None));
}

#[test]
fn a_knob_that_the_kernel_lacks_is_set_by_nobody() {
    let mut files = KNOBS.to_vec();
    files.push(("/etc/sysctl.d/a.conf", "vm.block_dump = 1\nvm.swappiness = 10\n"));
    let missing = forecast(&files, "vm.block_dump");
    assert_eq!((missing.next_boot, missing.winner, missing.losers.len()), (None, None, 1));
    assert_eq!(missing.remarks, ["no knob is to be seen here by the name of vm.block_dump"]);
    let there = forecast(&files, "vm.swappiness");
    assert_eq!((there.running.as_deref(), there.next_boot.as_deref()), (Some("60"), Some("10")));
}

#[test]
fn a_container_sets_nothing_of_its_host() {
    let files = [("/run/systemd/container", "lxc\n"), ("/etc/sysctl.d/a.conf", "vm.swappiness = 10\n")];
    let forecast = forecast(&files, "vm.swappiness");
    assert_eq!(forecast.next_boot, None);
    assert!(forecast.remarks[0].contains("belongs to its host"), "{:?}", forecast.remarks);
}

#[test]
fn a_pattern_that_stands_for_both_of_a_pair_goes_by_name() {
    let files = [("/etc/sysctl.d/a.conf", "vm.overcommit_[kr]* = 70\n")];
    outcome_is(&files, "vm.overcommit_ratio", "70", "/etc/sysctl.d/a.conf:1");
    outcome_is(&files, "vm.overcommit_kbytes", "0", "/etc/sysctl.d/a.conf:1");
}
