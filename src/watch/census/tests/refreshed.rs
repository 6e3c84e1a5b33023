//! What is read again between two counts, and when that is not enough.

use super::Made;
use super::made::{job, line, members, sample, told};
use crate::sys::bytes::Bytes;
use crate::watch::census::Census;
use crate::watch::sample::Sample;

/// A hog, a database, and many that hold little. The number that was given last is 5000.
fn machine() -> Made {
    let made = Made::new();
    made.process(20, "database", line(1, 20, 20, 0), 200);
    made.process(30, "hog", line(1, 30, 30, 0), 100);
    for pid in 100..600 {
        made.process(pid, "daemon", line(1, pid, pid, 0), 1);
    }
    newest(&made, 5000);
    made
}

fn newest(made: &Made, pid: u32) {
    made.file("loadavg", format!("0.00 0.00 0.00 1/1 {pid}\n").as_bytes());
}

fn counted(made: &Made) -> Census {
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    census
}

fn later(at: u64, available: u64) -> Sample {
    Sample { available: Bytes::from_mib(available), ..sample(at) }
}

fn at(census: &Census, name: &str) -> usize {
    census.jobs().iter().position(|job| job.name.as_str() == name).unwrap()
}

#[test]
fn the_largest_are_read_again_and_nobody_else() {
    let made = machine();
    let mut census = counted(&made);
    made.process(30, "hog", line(1, 30, 30, 0), 180);
    let counted = census.refresh(&later(1_000, 20)).unwrap();
    // No more than that, however many there are: two files each.
    assert!(counted.calls < 64 * 6 + 60, "{}", counted.calls);
    assert_eq!(job(&census, "hog").memory, Bytes::from_mib(180));
    assert_eq!(job(&census, "hog").growth, Bytes::from_mib(80));
    assert_eq!(counted.processes, 503);
}

#[test]
fn who_became_something_else_is_called_what_it_is_now() {
    let made = machine();
    let mut census = counted(&made);
    made.process(30, "python3", line(1, 30, 30, 0), 180);
    census.refresh(&later(1_000, 20)).unwrap();
    assert_eq!(job(&census, "python3").memory, Bytes::from_mib(180));
}

#[test]
fn newcomers_are_found_by_the_number_that_was_given_last() {
    let made = machine();
    let mut census = counted(&made);
    made.process(5003, "fresh", line(1, 5003, 5003, 0), 70);
    made.process(5004, "worker", line(5003, 5003, 5003, 0), 5);
    // A thread has its own number, and is no process.
    std::fs::create_dir(made.proc().join("5005")).unwrap();
    made.file("5005/stat", b"5005 (worker) S 5003 5003 5003 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 8192 2 1 1 1 0 0 0 0 0 0 0 0 0 0 -1 0\n");
    newest(&made, 5010);
    let counted = census.refresh(&later(1_000, 25)).unwrap();
    assert_eq!(counted.processes, 505);
    assert_eq!(members(&census, at(&census, "fresh")), "5003 5004");
    assert_eq!(job(&census, "fresh").memory, Bytes::from_mib(75));
    // And once more, from the same count.
    made.process(5011, "late", line(1, 5011, 5011, 0), 5);
    newest(&made, 5011);
    assert_eq!(census.refresh(&later(1_500, 20)).unwrap().processes, 506);
}

#[test]
fn what_is_not_explained_takes_a_new_count() {
    let made = machine();
    let mut census = counted(&made);
    assert!(census.refresh(&later(1_000, 100)).is_some());
    // 80 MiB have gone, and none of the large ones has them.
    made.process(400, "daemon", line(1, 400, 400, 0), 80);
    assert!(census.refresh(&later(1_000, 20)).is_none());
    census.count(&later(1_000, 20)).unwrap();
    assert!(census.refresh(&later(2_000, 20)).is_some());
    // Memory came back that nobody of the large ones gave.
    assert!(census.refresh(&later(2_000, 90)).is_none());
}

#[test]
fn who_has_gone_is_left_out() {
    let made = machine();
    let mut census = counted(&made);
    std::fs::remove_dir_all(made.proc().join("30")).unwrap();
    // Ended, and nobody has looked after it.
    made.file("20/statm", b"0 0 0 0 0 0 0\n");
    census.refresh(&later(1_000, 400)).unwrap();
    assert!(!told(&census).iter().any(|job| job.starts_with("hog") || job.starts_with("database")));
    assert_eq!(census.processes().len(), 501);
}

#[test]
fn a_job_of_which_nobody_is_left_is_not_chosen() {
    let made = machine();
    let mut census = counted(&made);
    for pid in 100..600 {
        std::fs::remove_dir_all(made.proc().join(pid.to_string())).unwrap();
    }
    // It is known from before; at the last look nobody is there.
    let ghost = census.jobs().iter().position(|job| job.root == Some(100)).unwrap();
    assert_eq!(census.look_before_the_end(ghost), 0);
    assert_eq!(census.jobs()[ghost].spared, Some(crate::watch::job::Spared::HasNothingToEnd));
}

#[test]
fn where_too_much_may_have_changed_there_is_a_new_count() {
    let made = machine();
    let mut census = made.census();
    assert!(census.refresh(&sample(0)).is_none(), "there was no count");
    census.count(&sample(0)).unwrap();
    assert!(census.refresh(&sample(10_001)).is_none(), "too old");
    newest(&made, 4990);
    assert!(census.refresh(&sample(1_000)).is_none(), "the numbers began anew");
    newest(&made, 5513);
    assert!(census.refresh(&sample(1_000)).is_none(), "too many numbers");
    for pid in 5001..5060 {
        made.process(pid, "fork", line(1, pid, pid, 0), 0);
    }
    newest(&made, 5060);
    assert!(census.refresh(&sample(1_000)).is_none(), "too many newcomers");
    std::fs::remove_file(made.proc().join("loadavg")).unwrap();
    assert!(census.refresh(&sample(1_000)).is_none(), "the kernel does not tell");
}

#[test]
fn newcomers_in_groups_are_told_by_their_file() {
    let made = Made::unified();
    made.group("/system.slice", &[], None);
    made.group("/system.slice/db.service", &[20], Some(100));
    made.group("/user.slice", &[], None);
    made.group("/user.slice/session-1.scope", &[30], None);
    made.process(20, "postgres", line(1, 20, 20, 0), 100);
    made.process(30, "tool", line(1, 30, 30, 0), 20);
    newest(&made, 40);
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    made.process(41, "postgres", line(20, 20, 20, 0), 1);
    made.process(42, "fresh", line(1, 42, 42, 0), 9);
    made.file("41/cgroup", b"0::/system.slice/db.service\n");
    made.file("42/cgroup", b"12:cpu:/\n0::/user.slice/session-1.scope\n");
    made.group("/system.slice/db.service", &[20, 41], Some(140));
    newest(&made, 42);
    census.refresh(&later(1_000, 50)).unwrap();
    assert_eq!(told(&census), ["db.service: 20 41", "fresh: 42", "tool: 30"]);
    assert_eq!(job(&census, "db.service").memory, Bytes::from_mib(140));
    // Of a group that was made since nothing is known.
    made.process(43, "new", line(1, 43, 43, 0), 9);
    made.file("43/cgroup", b"0::/system.slice/new.service\n");
    newest(&made, 43);
    assert!(census.refresh(&later(1_500, 50)).is_none());
    // A group that was removed holds nothing.
    std::fs::remove_dir_all(made.groups().join("system.slice/db.service")).unwrap();
    for pid in [20, 41, 43] {
        std::fs::remove_dir_all(made.proc().join(pid.to_string())).unwrap();
    }
    census.refresh(&later(2_000, 190)).unwrap();
    assert_eq!(job(&census, "db.service").memory, Bytes(0));
}
