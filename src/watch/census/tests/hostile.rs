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
fn the_largest_is_found_among_more_than_fit() {
    let made = Made::new();
    for pid in 20..400 {
        made.process(pid, "small", line(1, pid, pid, 0), 1);
    }
    // Wherever in the list it comes.
    for hog in [2, 399, 4_000_000] {
        made.process(hog, "hog", line(1, hog, hog, 0), 300);
        let mut census = made.census_of(7, Capacities { processes: 100, jobs: 20, groups: 5 });
        let counted = census.count(&sample(0)).unwrap();
        assert!(counted.processes <= 100 && counted.left_out_processes > 270, "{counted:?}");
        assert_eq!(census.jobs()[0].root, Some(hog));
        assert!(census.processes().is_sorted_by_key(|process| process.pid));
        // What was not seen could be anybody's.
        assert!(census.refresh(&sample(1_000)).is_none());
        std::fs::remove_dir_all(made.proc().join(hog.to_string())).unwrap();
    }
}

#[test]
fn names_may_hold_anything() {
    let made = Made::new();
    for (pid, name) in [(20, "a\nb"), (21, "\u{1b}[2J"), (22, "\u{9b}31m"), (23, ") S 1 1 1"), (24, "")] {
        made.process(pid, name, line(1, pid, pid, 0), 90);
        let status = format!("Name:\t{name}\nRssAnon:\t4 kB\n");
        made.file(&format!("{pid}/status"), status.as_bytes());
    }
    made.process(25, "x", line(1, 25, 25, 0), 90);
    made.file(
        "25/stat",
        b"25 (\xff\xfe(\x00) S 1 25 25 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 99999999 20000 1\n",
    );
    let told = made.jobs();
    assert_eq!(told.len(), 6);
    assert!(told.iter().all(|told| !told.contains(char::is_control)), "{told:?}");
}

#[test]
fn a_group_with_too_long_a_path_is_told_by_its_trees() {
    let made = Made::unified();
    made.group("/user.slice", &[], None);
    let name = "n".repeat(200);
    let path = format!("/user.slice/{name}/{name}/{name}");
    made.group(&format!("/user.slice/{name}"), &[], None);
    made.group(&format!("/user.slice/{name}/{name}"), &[], None);
    made.group(&path, &[20, 21], None);
    made.group(&format!("{path}/long.service"), &[22], Some(90));
    made.process(20, "hog", line(1, 20, 20, 0), 90);
    made.process(21, "hog", line(20, 20, 20, 0), 90);
    made.process(22, "part", line(1, 22, 22, 0), 90);
    let mut census = made.census();
    assert!(census.count(&sample(0)).unwrap().left_out_groups > 0);
    assert_eq!(told(&census), ["hog: 20 21", "part: 22"]);
}

#[test]
fn what_vanishes_between_the_looks_does_no_harm() {
    let made = Made::unified();
    made.group("/system.slice", &[], None);
    made.group("/system.slice/gone.service", &[20, 21], Some(300));
    made.group("/user.slice", &[], None);
    made.group("/user.slice/session-1.scope", &[30, 31], None);
    made.process(20, "work", line(1, 20, 20, 0), 150);
    made.process(21, "work", line(20, 20, 20, 0), 150);
    made.process(30, "tool", line(1, 30, 30, 0), 50);
    made.process(31, "tool", line(30, 30, 30, 0), 50);
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    // Counted, and not yet ranked: the unit ends, and one of two processes, and of another all files but its folder.
    std::fs::remove_dir_all(made.groups().join("system.slice/gone.service")).unwrap();
    for pid in [20, 21, 30] {
        std::fs::remove_dir_all(made.proc().join(pid.to_string())).unwrap();
    }
    for job in 0..census.jobs().len() {
        census.look_closer(job);
    }
    let at = |name: &str| census.jobs().iter().position(|job| job.name.as_str() == name).unwrap();
    let (gone, tool) = (at("gone.service"), at("tool"));
    assert_eq!((census.look_before_the_end(gone), census.look_before_the_end(tool)), (0, 1));
    assert_eq!(census.jobs()[gone].spared, Some(Spared::HasNothingToEnd));
    assert_eq!(census.jobs()[tool].spared, None);
    // The ranking goes on to the one that is left.
    let mut ranking = crate::watch::ranking::Ranking::new(300);
    let rules = crate::watch::ranking::Rules::default();
    crate::watch::ranking::choose(&mut census, &mut ranking, &rules, &sample(20_000), &[], None).unwrap();
    assert_eq!(ranking.chosen().map(|job| census.jobs()[job].name.to_string()).as_deref(), Some("tool"));
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
