//! How many system calls a count takes: the measure of its cost that no clock is needed for.

use super::Made;
use super::made::{job, line, sample, told};
use crate::sys::bytes::Bytes;
use crate::watch::census::Census;
use crate::watch::ranking::{Ranking, Rules, choose};
use crate::watch::sample::Sample;

const PROCESSES: u32 = 1_000;

/// Daemons of which nine in ten hold little, each its own tree.
fn many(made: &Made) {
    for pid in 100..100 + PROCESSES {
        made.process(pid, "daemon", line(1, pid, pid, 0), if pid % 10 == 0 { 20 } else { 2 });
    }
    made.file("loadavg", format!("0.00 0.00 0.00 1/1 {}\n", 100 + PROCESSES).as_bytes());
}

/// The same with something that each may have in swap.
fn hide(made: &Made, pid: u32, swap: u64) {
    let size = 200u64 << 20;
    let stat = format!(
        "{pid} (daemon) S 1 {pid} {pid} 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 {} {size} 512 184\n",
        pid * 10
    );
    made.file(&format!("{pid}/stat"), stat.as_bytes());
    made.status(pid, 2048, swap);
}

fn choice(census: &mut Census, sample: &Sample) -> u32 {
    let mut ranking = Ranking::new(300);
    choose(census, &mut ranking, &Rules::default(), sample, &[], None).unwrap().calls
}

#[test]
fn a_choice_takes_less_than_four_calls_a_process() {
    let made = Made::new();
    many(&made);
    let mut census = made.census();
    let calls = choice(&mut census, &sample(0));
    assert!(calls < 4 * PROCESSES, "{calls}");
    assert!(calls >= 3 * PROCESSES, "{calls}: they were not counted");
}

#[test]
fn where_groups_tell_the_memory_processes_cost_next_to_nothing() {
    let made = Made::unified();
    many(&made);
    made.group("/system.slice", &[], None);
    for unit in 0..50u32 {
        let pids: Vec<u32> = (0..20).map(|pid| 100 + unit * 20 + pid).collect();
        made.group(&format!("/system.slice/unit{unit}.service"), &pids, Some(10 + u64::from(unit)));
    }
    let mut census = made.census();
    let counted = census.count(&sample(0)).unwrap();
    assert_eq!(counted.processes, PROCESSES + 1);
    assert!(counted.calls < PROCESSES, "{}", counted.calls);
    let calls = choice(&mut census, &sample(20_000));
    assert!(calls < 4 * PROCESSES, "{calls}");
}

#[test]
fn swap_that_is_in_use_does_not_double_it() {
    let made = Made::new();
    many(&made);
    (100..100 + PROCESSES).for_each(|pid| hide(&made, pid, 100));
    hide(&made, 500, 150 << 10);
    let used = Sample { swap_total: Bytes::from_gib(4), swap_free: Bytes::from_gib(3), ..sample(0) };
    let mut census = made.census();
    for round in 0..9u64 {
        let calls = choice(&mut census, &Sample { at: round * 11_000, ..used });
        assert!(calls < 4 * PROCESSES, "{round}: {calls}");
    }
    // By then each was looked at once.
    assert_eq!(census.jobs().iter().map(|job| job.swap).max(), Some(Bytes::from_mib(150)));
}

#[test]
fn who_keeps_still_is_not_read_each_time() {
    let made = Made::new();
    many(&made);
    let mut census = made.census();
    let mut calls = Vec::new();
    for round in 0..4 {
        let counted = census.count(&sample(round * 11_000)).unwrap();
        assert_eq!(counted.processes, PROCESSES + 1);
        assert_eq!(census.jobs().len(), 300);
        calls.push(counted.calls);
    }
    // The large ones, and one in eight of the small ones.
    assert!(calls[1] >= 3 * PROCESSES && calls[2] < PROCESSES && calls[3] < PROCESSES, "{calls:?}");
}

#[test]
fn who_was_passed_over_is_read_when_memory_is_lacking_that_nobody_holds() {
    let made = Made::new();
    many(&made);
    let mut census = made.census();
    for round in 0..3 {
        census.count(&sample(round * 11_000)).unwrap();
    }
    // 777 is not due in the fourth round: (777 ^ 4) % 8 is not 0.
    made.process(777, "daemon", line(1, 777, 777, 0), 60);
    let small = census.count(&sample(33_000)).unwrap();
    assert!(small.passed_over > 0 && job_of(&census, 777) != Some(Bytes::from_mib(60)));
    let less = Sample { available: Bytes::from_mib(40), ..sample(44_000) };
    let counted = census.count(&less).unwrap();
    assert_eq!((counted.passed_over, job_of(&census, 777)), (0, Some(Bytes::from_mib(60))));
}

fn job_of(census: &Census, pid: u32) -> Option<Bytes> {
    let process = census.processes().iter().find(|process| process.pid == pid)?;
    Some(process.memory)
}

#[test]
fn who_got_another_parent_is_read() {
    let made = Made::new();
    made.process(20, "tool", line(1, 20, 20, 0), 1);
    made.process(21, "helper", line(20, 21, 21, 0), 1);
    let mut census = made.census();
    for round in 0..4 {
        census.count(&sample(round * 11_000)).unwrap();
    }
    assert_eq!(told(&census), ["tool: 20 21"]);
    std::fs::remove_dir_all(made.proc().join("20")).unwrap();
    made.process(21, "helper", line(1, 21, 21, 0), 1);
    census.count(&sample(44_000)).unwrap();
    assert_eq!(told(&census), ["helper: 21"]);
    assert_eq!(job(&census, "helper").root, Some(21));
}
