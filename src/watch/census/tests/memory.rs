//! What jobs hold, and how fast they grow.

use super::Made;
use super::made::{job, line, members, sample};
use crate::sys::bytes::Bytes;
use crate::watch::census::Census;
use crate::watch::job::{Spared, Wish};
use crate::watch::ranking::{Ranking, Rules, choose};
use crate::watch::sample::Sample;

fn at(census: &Census, name: &str) -> usize {
    census.jobs().iter().position(|job| job.name.as_str() == name).unwrap()
}

#[test]
fn a_second_look_tells_files_from_memory() {
    let made = Made::new();
    made.process(20, "reader", line(1, 20, 20, 0), 500);
    made.status(20, 2048, 0);
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    assert_eq!(job(&census, "reader").memory, Bytes::from_mib(500));
    census.look_closer(at(&census, "reader"));
    assert_eq!(job(&census, "reader").memory, Bytes::from_mib(2));
}

#[test]
fn what_lies_in_swap_counts() {
    let made = Made::new();
    made.process(20, "asleep", line(1, 20, 20, 0), 0);
    let size = 900u64 << 20;
    let stat = format!("20 (asleep) S 1 20 20 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 200 {size} 0 1\n");
    made.file("20/stat", stat.as_bytes());
    made.status(20, 0, 800 << 10);
    let swapping = Sample { swap_total: Bytes::from_gib(2), swap_free: Bytes::from_gib(1), ..sample(0) };
    let mut census = made.census();
    census.count(&swapping).unwrap();
    assert_eq!(job(&census, "asleep").memory, Bytes::from_mib(800));
    assert_eq!(job(&census, "asleep").swap, Bytes::from_mib(800));
    // Nothing is in swap: nobody looks for it.
    census.count(&sample(0)).unwrap();
    assert_eq!(job(&census, "asleep").memory, Bytes(0));
}

#[test]
fn growth_is_told_by_processes_and_by_groups() {
    let made = Made::unified();
    made.group("/system.slice", &[], None);
    made.group("/system.slice/db.service", &[20], Some(200));
    made.group("/system.slice/leak.service", &[21], Some(10));
    made.process(20, "db", line(1, 20, 20, 0), 1);
    made.process(21, "leak", line(1, 21, 21, 0), 1);
    made.process(30, "still", line(1, 30, 30, 0), 90);
    made.process(31, "build", line(1, 31, 31, 0), 10);
    made.process(32, "cc1", line(31, 31, 31, 0), 50);
    made.process(40, "grows", line(1, 40, 40, 0), 10);
    let mut census = made.census();
    census.count(&sample(1_000)).unwrap();
    assert!(census.jobs().iter().all(|job| job.growth == Bytes(0)));

    made.group("/system.slice/leak.service", &[21], Some(30));
    // One compiler ends, another begins.
    std::fs::remove_dir_all(made.proc().join("32")).unwrap();
    made.process(33, "cc1", line(31, 31, 31, 0), 50);
    made.process(40, "grows", line(1, 40, 40, 0), 20);
    made.process(41, "grows", line(40, 40, 40, 0), 20);
    census.count(&sample(3_000)).unwrap();
    for (name, mib) in [("db.service", 0), ("leak.service", 10), ("still", 0), ("build", 0), ("grows", 15)] {
        assert_eq!(job(&census, name).growth, Bytes::from_mib(mib), "{name}");
    }
}

#[test]
fn a_job_is_followed_when_its_root_has_ended() {
    let made = Made::new();
    made.process(20, "start", line(1, 20, 20, 0), 1);
    for pid in 21..25 {
        made.process(pid, "grow", line(20, 20, 20, 0), 10);
    }
    let mut census = made.census();
    census.count(&sample(1_000)).unwrap();
    std::fs::remove_dir_all(made.proc().join("20")).unwrap();
    for pid in 21..25 {
        made.process(pid, "grow", line(1, 20, 20, 0), 20);
    }
    census.count(&sample(2_000)).unwrap();
    assert_eq!(members(&census, at(&census, "grow")), "21 22 23 24");
    assert_eq!(job(&census, "grow").growth, Bytes::from_mib(40).less(Bytes::from_mib(1)));
}

#[test]
fn a_number_that_is_used_again_is_another_process() {
    let made = Made::new();
    made.process(20, "old", line(1, 20, 20, 0), 100);
    let mut census = made.census();
    census.count(&sample(1_000)).unwrap();
    made.file("20/stat", b"20 (new) S 1 20 20 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 999999 104857600 25600 1\n");
    census.count(&sample(2_000)).unwrap();
    assert_eq!(job(&census, "new").growth, Bytes::from_mib(100));
}

#[test]
fn the_owners_wishes_are_read_of_what_may_be_chosen() {
    let made = Made::new();
    made.process(20, "guarded", line(1, 20, 20, 0), 100);
    made.process(21, "last", line(1, 21, 21, 0), 100);
    made.process(22, "tab", line(1, 22, 22, 0), 100);
    made.process(30, "mixed", line(1, 30, 30, 0), 5);
    made.process(31, "guarded", line(30, 30, 30, 0), 2);
    made.process(32, "work", line(30, 30, 30, 0), 90);
    for (pid, adjustment) in [(20, "-1000"), (21, "-900"), (22, "300"), (31, "-1000")] {
        made.file(&format!("{pid}/oom_score_adj"), adjustment.as_bytes());
    }
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    (0..census.jobs().len()).for_each(|job| census.look_closer(job));
    assert_eq!(job(&census, "guarded").spared, Some(Spared::ByItsOwner));
    assert_eq!(job(&census, "last").wish, Wish::Avoid);
    assert_eq!(job(&census, "tab").adjustment, 300);
    let mixed = at(&census, "mixed");
    assert_eq!(census.jobs()[mixed].spared, None);
    assert_eq!((members(&census, mixed).as_str(), census.jobs()[mixed].processes), ("30 32", 2));
    assert_eq!(census.look_before_the_end(at(&census, "guarded")), 0);
}

#[test]
fn memory_of_the_gpu_goes_to_the_job() {
    let made = Made::new();
    made.process(20, "model", line(1, 20, 20, 0), 5);
    made.process(21, "runner", line(20, 20, 20, 0), 5);
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    assert!(census.holds_on_gpu(21, Bytes::from_gib(4)) && !census.holds_on_gpu(99, Bytes(1)));
    assert_eq!(job(&census, "model").gpu, Bytes::from_gib(4));
}

#[test]
fn the_list_of_a_boards_gpu_is_read_with_each_count() {
    let made = Made::new();
    made.process(2831, "gnome-shell", line(1, 2831, 2831, 0), 90);
    made.process(1_792_595, "VLLM::EngineCor", line(1, 1_792_595, 1_792_595, 0), 3);
    made.file("loadavg", b"0 0 0 1/1 1792600\n");
    let list = |model: u64| {
        // More than one piece of it.
        let others: String = (0..100).map(|pid| format!("user  other  {}  4K\n", 90_000 + pid)).collect();
        format!(
            "CLIENT  PROCESS  PID  SIZE\n{others}user VLLM::EngineCor 1792595 {model}K\nuser  gnome-shell  2831  5384K\ntotal  {model}K\n"
        )
    };
    let clients = made.proc().join("clients");
    made.file("clients", list(14_617_792).as_bytes());
    let mut census = made.census();
    census.watch_gpu(&clients);
    census.count(&sample(0)).unwrap();
    assert_eq!(job(&census, "VLLM::EngineCor").gpu, Bytes::from_kib(14_617_792));
    // It grows between two counts, and nothing is added twice.
    made.file("clients", list(15_000_000).as_bytes());
    census.refresh(&sample(1_000)).unwrap();
    assert_eq!(job(&census, "VLLM::EngineCor").gpu, Bytes::from_kib(15_000_000));
    assert_eq!(job(&census, "gnome-shell").gpu, Bytes::from_kib(5384));
    // 3 MiB of its own, and yet the first to go.
    let mut ranking = Ranking::new(300);
    choose(&mut census, &mut ranking, &Rules::default(), &sample(2_000), &[], None).unwrap();
    let chosen = ranking.chosen().map(|job| census.jobs()[job].name.to_string());
    assert_eq!(chosen.as_deref(), Some("VLLM::EngineCor"));
}

#[test]
fn many_alike_are_told_from_some_of_them() {
    let made = Made::new();
    made.process(100, "pool", line(1, 100, 100, 0), 40);
    made.status(100, 30 << 10, 0);
    // Of 10 MiB each 8 are of a file that all share.
    for pid in 101..1_000 {
        made.process(pid, "worker", line(100, 100, 100, 0), 10);
        made.file(&format!("{pid}/statm"), b"9000 2560 2048 0 0 0 0\n");
    }
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    let before = census.calls();
    census.look_closer(at(&census, "pool"));
    assert!(census.calls() - before < 600, "{}", census.calls() - before);
    let expected = Bytes::from_mib(30 + 899 * 2);
    let told = job(&census, "pool").memory;
    assert!(told.0.abs_diff(expected.0) < 4 << 20, "{told} instead of {expected}");
}
