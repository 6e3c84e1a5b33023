//! Victims of many processes, and such as become more while they are ended.

use std::time::Duration;

use super::super::executioner::{Executioner, Powers, Room};
use super::super::outcome::End;
use super::super::victim::Manner;
use super::namespace::*;

#[test]
fn of_two_hundred_nobody_survives() {
    inside("many::of_two_hundred_nobody_survives", || {
        let _parent = shell("for i in $(seq 200); do (trap '' TERM; sleep 60; sleep 60) & done; wait");
        until("all are there", || survivors().len() >= 401);
        let victim = listed();
        let outcome = end(&mut executioner(200), &victim, everybody(), Manner::Ask);
        assert_eq!(outcome.end, End::Gone, "{outcome:?}");
        assert!(survivors().is_empty(), "{:?} {outcome:?}", survivors());
        assert!(outcome.gone.unwrap() <= 200 + 500, "{outcome:?}");
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
        let mut executioner = Executioner::new(kill(100), Powers::default(), room).unwrap();
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
        let mut executioner = Executioner::new(kill(100), Powers::default(), room).unwrap();
        let targets = children.iter().map(|&pid| target(pid)).collect();
        let outcome = end(&mut executioner, &victim, targets, Manner::AtOnce);
        assert!(outcome.passed_over.beyond_the_table >= 2, "{outcome:?}");
        assert_eq!(children.iter().filter(|&&pid| lives(pid)).count(), 2);
    });
}

/// The bomb's own pace and its bound of 200 processes keep the machine out of it.
pub(super) const BOMB: &str = "bomb() { while :; do (bomb) & sleep 0.05; done; }; bomb";

#[test]
fn a_fork_bomb_is_ended() {
    inside("many::a_fork_bomb_is_ended", || {
        if !bound_processes(300) {
            eprintln!("skipped: this kernel has one pid_max for all namespaces");
            return;
        }
        let bomb = shell(BOMB);
        until("it has spread", || survivors().len() > 60);
        let victim = listed();
        // Nobody listens to the count: it goes on meanwhile.
        let targets = everybody();
        std::thread::sleep(Duration::from_millis(100));
        let outcome = end(&mut executioner(100), &victim, targets, Manner::AtOnce);
        assert_eq!(outcome.end, End::Gone, "{outcome:?}");
        assert!(outcome.newcomers > 0, "{outcome:?}");
        assert!(survivors().is_empty(), "{:?} of {} {outcome:?}", survivors(), bomb.id());
    });
}

/// From Linux 6.14 on each PID namespace has a bound of its own.
pub(super) fn bound_processes(bound: u32) -> bool {
    let release = rustix::system::uname();
    let release = release.release().to_string_lossy().into_owned();
    let mut parts = release.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or_default());
    let version = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if version < (6, 14) {
        return false;
    }
    #[expect(clippy::disallowed_methods, reason = "the namespace's own knob")]
    std::fs::write("/proc/sys/kernel/pid_max", bound.max(301).to_string()).unwrap();
    true
}

#[test]
fn who_was_counted_and_left_out_is_left_alone() {
    inside("many::who_was_counted_and_left_out_is_left_alone", || {
        let parent = shell("sleep 61 & while :; do sleep 0.05; done");
        until("its child is there", || survivors().len() >= 2);
        let spared = everybody().into_iter().find(|target| is_sleep(target.pid, "61")).unwrap();
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
