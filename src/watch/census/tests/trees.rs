//! Logins, terminals, and what is started in them.

use super::Made;
use super::made::line;

const USER: &str = "/user.slice/user-1000.slice";

/// sshd at 10, a login's sshd at 100, its shell at 101.
fn login() -> Made {
    let made = Made::unified();
    made.group("/system.slice", &[], None);
    made.group("/system.slice/ssh.service", &[10], Some(5));
    made.group("/user.slice", &[], None);
    made.group(USER, &[], None);
    made.process(10, "sshd", line(1, 10, 10, 0), 5);
    made.process(100, "sshd-session", line(10, 100, 100, 0), 5);
    made.process(101, "bash", line(100, 101, 101, 34816), 5);
    made
}

fn in_session(made: &Made, pids: std::ops::RangeInclusive<u32>) {
    let pids: Vec<u32> = pids.collect();
    made.group(&format!("{USER}/session-3.scope"), &pids, Some(500));
}

#[test]
fn what_is_typed_into_a_shell_is_the_job_and_the_shell_lives() {
    let made = login();
    made.process(102, "make", line(101, 102, 101, 34816), 5);
    made.process(103, "sh", line(102, 102, 101, 34816), 5);
    made.process(104, "cc1", line(103, 102, 101, 34816), 90);
    made.process(105, "hog", line(101, 105, 101, 34816), 90);
    made.process(106, "sort", line(101, 106, 101, 34816), 9);
    made.process(107, "uniq", line(101, 106, 101, 34816), 9);
    in_session(&made, 100..=107);
    assert_eq!(made.jobs(), ["hog: 105", "make: 102 103 104", "sort: 106 107"]);
}

#[test]
fn a_job_whose_parent_has_ended_is_one_job() {
    let made = login();
    for pid in 200..240 {
        made.process(pid, "grow", line(1, 199, 101, 34816), 9);
    }
    // Started with setsid: no terminal, another session, and groups of their own.
    for pid in 300..303 {
        made.process(pid, "daemon", line(1, pid, 299, 0), 9);
    }
    in_session(&made, 100..=302);
    let jobs = made.jobs();
    assert_eq!(jobs.len(), 2, "{jobs:?}");
    assert_eq!(jobs[0], "daemon: 300 301 302");
    assert!(jobs[1].starts_with("grow: 200 201 ") && jobs[1].ends_with(" 239"));
}

#[test]
fn a_program_without_a_shell_is_a_job() {
    let made = login();
    made.process(110, "sshd-session", line(10, 110, 110, 0), 5);
    made.process(111, "python3", line(110, 111, 111, 34817), 90);
    made.process(112, "sshd-session", line(10, 112, 112, 0), 5);
    made.process(113, "bash", line(112, 113, 113, 0), 5);
    made.process(114, "rsync", line(113, 113, 113, 0), 50);
    in_session(&made, 100..=114);
    assert_eq!(made.jobs(), ["bash: 113 114", "python3: 111"]);
}

#[test]
fn a_shell_in_a_shell_lives_too() {
    let made = login();
    made.process(120, "sudo", line(101, 120, 101, 34816), 5);
    made.process(121, "su", line(120, 120, 101, 34816), 5);
    made.process(122, "bash", line(121, 122, 101, 34816), 5);
    made.process(123, "hog", line(122, 123, 101, 34816), 90);
    // A script starts its programs in its own group.
    made.process(124, "sh", line(101, 124, 101, 34816), 5);
    made.process(125, "work", line(124, 124, 101, 34816), 5);
    in_session(&made, 100..=125);
    assert_eq!(made.jobs(), ["hog: 123", "sh: 124 125"]);
}

#[test]
fn the_windows_of_tmux_are_apart() {
    let made = login();
    // The server left the shell's session; each window is a session of its own.
    made.process(130, "tmux: server", line(1, 130, 130, 0), 20);
    made.process(131, "bash", line(130, 131, 131, 34820), 5);
    made.process(132, "hog", line(131, 132, 131, 34820), 90);
    made.process(133, "zsh", line(130, 133, 133, 34821), 5);
    made.process(134, "vim", line(133, 134, 133, 34821), 30);
    made.process(135, "htop", line(130, 135, 135, 34822), 5);
    in_session(&made, 100..=135);
    assert_eq!(made.jobs(), ["hog: 132", "htop: 135", "vim: 134"]);
}

#[test]
fn an_editor_with_a_terminal_is_one_job_and_what_is_typed_there_another() {
    let made = login();
    made.process(140, "emacs", line(101, 140, 101, 34816), 300);
    made.process(141, "clangd", line(140, 140, 101, 34816), 90);
    made.process(142, "bash", line(140, 142, 142, 34825), 5);
    made.process(143, "hog", line(142, 143, 142, 34825), 90);
    in_session(&made, 100..=143);
    assert_eq!(made.jobs(), ["emacs: 140 141", "hog: 143"]);
}

#[test]
fn without_groups_the_trees_tell_all() {
    let made = Made::new();
    made.process(10, "sshd", line(1, 10, 10, 0), 5);
    made.process(20, "postgres", line(1, 20, 20, 0), 90);
    made.process(21, "postgres", line(20, 21, 21, 0), 90);
    made.process(100, "sshd-session", line(10, 100, 100, 0), 5);
    made.process(101, "bash", line(100, 101, 101, 34816), 5);
    made.process(102, "hog", line(101, 102, 101, 34816), 90);
    assert_eq!(made.census().version(), None);
    assert_eq!(made.jobs(), ["hog: 102", "postgres: 20 21"]);
}

#[test]
fn the_jobs_of_a_timetable_are_apart() {
    let made = Made::unified();
    made.group("/system.slice", &[], None);
    made.group("/system.slice/cron.service", &[10, 11, 12, 13, 14], Some(90));
    made.process(10, "cron", line(1, 10, 10, 0), 1);
    made.process(11, "cron", line(10, 10, 10, 0), 1);
    made.process(12, "sh", line(11, 12, 12, 0), 1);
    made.process(13, "backup", line(12, 12, 12, 0), 80);
    made.process(14, "other", line(11, 14, 14, 0), 8);
    assert_eq!(made.jobs(), ["other: 14", "sh: 12 13"]);
}
