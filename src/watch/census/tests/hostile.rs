//! Files of any content, tables that are too small, processes that go.

use proptest::prelude::*;

use super::Made;
use super::made::{job, line, sample, told};
use crate::sys::bytes::Bytes;
use crate::watch::census::{Capacities, Census, Places};
use crate::watch::job::Spared;

#[test]
fn garbage_is_passed_over() {
    let made = Made::new();
    made.process(20, "evil) R 1 1\n(x", line(1, 20, 20, 0), 50);
    for (pid, stat) in [
        (30, &b""[..]),
        (31, b"31 (a"),
        (32, b"\xff\xfe\x00"),
        (33, b"34 (other) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 1"),
        (35, b"35 (k) S 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 1"),
        (36, b"36 (z) Z 1 36 36 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 1"),
        (37, b"37 (lives) Z 1 37 37 0 -1 0 0 0 0 0 0 0 0 0 20 0 3 0 5 0 0 1"),
        (38, b"38 (huge) S 1 38 38 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 18446744073709551615 18446744073709551615 1"),
    ] {
        std::fs::create_dir(made.proc().join(pid.to_string())).unwrap();
        made.file(&format!("{pid}/stat"), stat);
    }
    std::fs::create_dir(made.proc().join("40")).unwrap();
    for name in ["0", "self", "99999999999", "1x"] {
        std::fs::create_dir(made.proc().join(name)).unwrap();
    }
    let mut census = made.census();
    let counted = census.count(&sample(0)).unwrap();
    assert_eq!((counted.processes, counted.unread), (4, 5));
    assert_eq!((counted.kernel_threads, counted.zombies), (1, 1));
    assert_eq!(told(&census), ["evil) R 1 1\u{fffd}(x: 20", "huge: 38", "lives: 37"]);
    assert_eq!(job(&census, "huge").memory, Bytes(u64::MAX));
    census.count(&sample(9_000)).unwrap();
}

#[test]
fn what_does_not_fit_is_counted_and_the_largest_are_kept() {
    let made = Made::unified();
    for pid in 20..60 {
        made.process(pid, "small", line(1, pid, pid, 0), 1);
    }
    made.process(60, "hog", line(1, 60, 60, 0), 90);
    made.group("/system.slice", &[], None);
    for number in 0..9 {
        made.group(&format!("/system.slice/unit{number}.service"), &[20 + number], None);
    }
    let mut census = made.census_of(7, Capacities { processes: 41, jobs: 3, groups: 5 });
    let counted = census.count(&sample(0)).unwrap();
    assert_eq!((counted.processes, counted.left_out_processes), (41, 1));
    assert_eq!(counted.jobs, 3);
    assert!(counted.left_out_jobs > 30 && counted.left_out_groups > 0);
    let mut census = made.census_of(7, Capacities { processes: 100, jobs: 3, groups: 5 });
    census.count(&sample(0)).unwrap();
    assert_eq!(census.jobs()[0].name.as_str(), "hog");
    let mut census = made.census_of(7, Capacities { processes: 0, jobs: 0, groups: 0 });
    assert_eq!(census.count(&sample(0)).unwrap().jobs, 0);
}

#[test]
fn processes_that_cannot_be_seen_are_no_mistake() {
    // hidepid=2: neither the first process nor parents are seen, and groups tell of more than there are.
    let made = Made::unified();
    made.group("/user.slice", &[], None);
    made.group("/user.slice/session-1.scope", &[10, 20, 21], None);
    made.group("/hidden.service", &[11, 12], Some(300));
    std::fs::remove_dir_all(made.proc().join("1")).unwrap();
    made.process(20, "bash", line(10, 20, 20, 34816), 5);
    made.process(21, "hog", line(20, 21, 20, 34816), 90);
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    assert_eq!(told(&census), ["hog: 21"]);
    assert_eq!(job(&census, "hidden.service").spared, Some(Spared::HasNothingToEnd));
}

#[test]
fn a_loop_of_parents_ends() {
    let made = Made::new();
    made.process(20, "a", line(22, 0, 0, 0), 1);
    made.process(21, "b", line(20, 0, 0, 0), 1);
    made.process(22, "c", line(21, 0, 0, 0), 1);
    made.process(23, "d", line(23, 0, 0, 0), 1);
    assert_eq!(made.jobs().len(), 2);
}

#[test]
fn without_the_folder_of_processes_it_says_so() {
    let made = Made::new();
    let (nowhere, groups) = (made.proc().join("none"), made.groups());
    let places = Places { processes: &nowhere, groups: &groups };
    let lacking = Census::new(places, Capacities::default(), 1).unwrap_err().to_string();
    assert!(lacking.starts_with("cannot open the folder of all processes: "), "{lacking}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_tree_is_counted(
        lines in prop::collection::vec((2u32..40, 0u32..40, 0u32..40, 0u32..40, 0u32..2, 0u64..9), 0..30),
        shells in prop::collection::vec(any::<bool>(), 30),
    ) {
        let made = Made::new();
        for ((pid, parent, group, session, terminal, memory), is_shell) in lines.into_iter().zip(shells) {
            let name = if is_shell { "bash" } else { "work" };
            made.process(pid, name, line(parent, group, session, terminal), memory);
        }
        let mut census = made.census();
        let counted = census.count(&sample(0)).unwrap();
        // Each process is in one job, and no job loses any.
        let inside: usize = (0..census.jobs().len()).map(|job| {
            census.processes().iter().filter(|process| process.job as usize == job).count()
        }).sum();
        prop_assert_eq!(inside, counted.processes as usize);
        let held: Bytes = census.jobs().iter().map(|job| job.memory).sum();
        prop_assert_eq!(held, census.processes().iter().map(|process| process.memory).sum());
        let first = census.processes()[0].job as usize;
        prop_assert_eq!(census.jobs()[first].spared, Some(Spared::KeepsTheMachineUsable));
    }
}
