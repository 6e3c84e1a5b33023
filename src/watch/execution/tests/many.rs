//! Victims of many processes, and such as become more while they are ended.
#![expect(clippy::zombie_processes, reason = "the victims end with their namespace")]

use std::os::unix::process::CommandExt;
use std::time::Duration;

use super::super::executioner::{Executioner, Room};
use super::super::outcome::End;
use super::super::victim::Manner;
use super::namespace::*;

#[test]
fn of_two_hundred_nobody_survives() {
    inside("many::of_two_hundred_nobody_survives", || {
        let _parent = shell("for i in $(seq 200); do (trap '' TERM; sleep 60; sleep 60) & done; wait");
        until("all are there", || survivors().len() >= 401);
        let victim = listed();
        let clock = Clock::start();
        let outcome = timed(&mut executioner(200), &victim, everybody(), Manner::Ask, &clock);
        assert_eq!(outcome.end, End::Gone, "{outcome:?}");
        assert!(survivors().is_empty(), "{:?} {outcome:?}", survivors());
        assert!(is_within(&clock, 200 + 500, outcome.gone.unwrap()), "{outcome:?}");
        assert_eq!((outcome.release_refused, outcome.errors.not_allowed), (0, 0), "{outcome:?}");
    });
}

#[test]
fn with_few_handles_they_are_ended_in_rounds() {
    inside("many::with_few_handles_they_are_ended_in_rounds", || {
        let _parent = shell("for i in $(seq 100); do (trap '' TERM; sleep 60; sleep 60) & done; wait");
        until("all are there", || survivors().len() >= 201);
        let victim = listed();
        let room = Room { handles: 7, ..Room::default() };
        let mut executioner = Executioner::new(kill(100), powers(), room).unwrap();
        let outcome = end(&mut executioner, &victim, everybody(), Manner::AtOnce);
        assert_eq!(outcome.end, End::Gone, "{outcome:?}");
        assert!(survivors().is_empty(), "{:?} {outcome:?}", survivors());
    });
}

#[test]
fn beyond_the_table_is_said_and_left_to_the_next() {
    inside("many::beyond_the_table_is_said_and_left_to_the_next", || {
        let children: Vec<u32> = (0..5).map(|_| shell("while :; do sleep 0.05; done").id()).collect();
        let victim = listed();
        let room = Room { members: 3, ..Room::default() };
        let mut executioner = Executioner::new(kill(100), powers(), room).unwrap();
        let targets = children.iter().map(|&pid| target(pid)).collect();
        let outcome = end(&mut executioner, &victim, targets, Manner::AtOnce);
        assert!(outcome.passed_over.beyond_the_table >= 2, "{outcome:?}");
        assert_eq!(children.iter().filter(|&&pid| lives(pid)).count(), 2);
    });
}

/// Twenty lines of processes, each of which forks its successor and ends: all but the first are orphans, and whoever was counted is gone
/// within a tenth of a second. How many there are stays the same, so that the machine is safe.
pub(super) const BOMB: &str =
    "relay() { sleep 0.04; relay & }; for i in $(seq 20); do relay & done; while :; do sleep 0.1; done";

#[test]
fn a_bomb_that_forks_faster_than_it_is_counted_is_ended() {
    inside("many::a_bomb_that_forks_faster_than_it_is_counted_is_ended", || {
        // As its unit has it: the watchdog has its turn before all others, however many there are. It takes root.
        let _ = rustix::process::setpriority_process(None, -20);
        let bomb = program("nice").args(["-n", "20", "sh", "-c", BOMB]).process_group(0).spawn().unwrap();
        until("it goes off", || survivors().len() > 20);
        let (victim, targets) = (listed(), everybody());
        // It goes on after the count.
        std::thread::sleep(Duration::from_millis(200));
        let outcome = end(&mut executioner(100), &victim, targets, Manner::AtOnce);
        assert_eq!(outcome.end, End::Gone, "{outcome:?}");
        assert!(outcome.newcomers > 0 && outcome.passed_over.gone > 0, "{outcome:?}");
        // Who was killed may take a moment to go, where the processors are busy.
        let born = count();
        until("nobody is left", || {
            !everybody().iter().any(|target| target.started < born && lives(target.pid))
        });
        assert!(survivors().is_empty(), "{:?} of {} {outcome:?}", survivors(), bomb.id());
    });
}

#[test]
fn who_was_counted_and_left_out_is_left_alone() {
    inside("many::who_was_counted_and_left_out_is_left_alone", || {
        let parent = shell("sleep 61 & while :; do sleep 0.05; done");
        let its_child = || everybody().into_iter().find(|target| is_sleep(target.pid, "61"));
        until("its child is there", || its_child().is_some());
        let spared = its_child().unwrap();
        let stranger = shell("while :; do sleep 0.05; done");
        let victim = listed();
        let outcome = end(&mut executioner(100), &victim, vec![target(parent.id())], Manner::AtOnce);
        assert_eq!(outcome.end, End::Gone, "{outcome:?}");
        assert!(lives(spared.pid) && lives(stranger.id()) && !lives(parent.id()));
    });
}

fn is_sleep(pid: u32, seconds: &str) -> bool {
    #[expect(clippy::disallowed_methods, reason = "what the kernel says")]
    let text = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    text == [b"sleep\0", seconds.as_bytes(), b"\0"].concat()
}
