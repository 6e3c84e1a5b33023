//! SIGTERM, grace, SIGKILL, and what is left to see afterwards.
#![expect(clippy::zombie_processes, reason = "the victims end with their namespace")]

use super::super::executioner::{Executioner, Powers, Room};
use super::super::outcome::{Begun, End, Progress};
use super::super::victim::Manner;
use super::namespace::*;
use crate::sys::bytes::Bytes;
use rustix::process::{Pid, Signal, kill_process};

/// Holds 32 MiB of its own.
const HOG: &str =
    "x=$(head -c 33554432 /dev/zero | tr '\\0' x); touch /proc/self/comm; while :; do sleep 0.05; done";

#[test]
fn a_hog_goes_when_it_is_asked() {
    inside("escalation::a_hog_goes_when_it_is_asked", || {
        let child = shell("while :; do sleep 0.05; done");
        let victim = listed();
        let outcome = end(&mut executioner(5_000), &victim, vec![target(child.id())], Manner::Ask);
        assert_eq!((outcome.end, outcome.killed, outcome.processes), (End::Gone, None, 1), "{outcome:?}");
        assert!(!lives(child.id()));
        assert_eq!(outcome.errors, Default::default());
    });
}

#[test]
fn memory_comes_back_and_is_counted() {
    inside("escalation::memory_comes_back_and_is_counted", || {
        let child = shell(HOG);
        until("the hog has its memory", || resident(child.id()) > 30 << 10);
        let mut executioner = executioner(5_000);
        let clock = Clock::start();
        let victim = listed();
        let begun = clock.now();
        assert_eq!(executioner.begin(&victim, [target(child.id())], Manner::AtOnce, begun), Begun::Started);
        let outcome = run(&mut executioner, &clock);
        assert_eq!((outcome.end, outcome.killed), (End::Gone, Some(begun.at)), "{outcome:?}");
        assert_eq!(outcome.available_before, begun.available);
        let before = executioner.outcome().available_before;
        let much = super::super::victim::Moment {
            at: outcome.gone.unwrap() + 1_000,
            available: before + Bytes::from_mib(32),
        };
        let Progress::ASecondLater(last) = executioner.tick(much) else {
            panic!("{:?}", executioner.outcome())
        };
        assert_eq!(last.freed_after_a_second, Some(Bytes::from_mib(32)));
        assert_eq!(executioner.tick(much), Progress::Idle);
    });
}

fn resident(pid: u32) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "what the kernel says")]
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    crate::facts::process_fields::number(&text, "VmRSS").unwrap_or_default()
}

#[test]
fn who_does_not_listen_is_killed_after_its_grace() {
    inside("escalation::who_does_not_listen_is_killed_after_its_grace", || {
        let child = shell("trap '' TERM; while :; do sleep 0.05; done");
        until("it ignores the signal", || ignores_term(child.id()));
        let victim = listed();
        let clock = Clock::start();
        let outcome = timed(&mut executioner(400), &victim, vec![target(child.id())], Manner::Ask, &clock);
        assert_eq!(outcome.end, End::Gone, "{outcome:?}");
        let (asked, killed, gone) = (outcome.asked.unwrap(), outcome.killed.unwrap(), outcome.gone.unwrap());
        assert!(killed - asked >= 400 && is_within(&clock, 450, killed - asked), "{outcome:?}");
        assert!(is_within(&clock, 400 + 300, gone - asked), "{outcome:?}");
        assert!(survivors().is_empty(), "the sleep that came later went with it: {:?}", survivors());
    });
}

fn ignores_term(pid: u32) -> bool {
    #[expect(clippy::disallowed_methods, reason = "what the kernel says")]
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let ignored = crate::facts::process_fields::word(&text, "SigIgn");
    ignored.and_then(|word| u64::from_str_radix(word, 16).ok()).is_some_and(|set| set >> 14 & 1 == 1)
}

#[test]
fn worse_news_shorten_the_grace() {
    inside("escalation::worse_news_shorten_the_grace", || {
        let child = shell("trap '' TERM; while :; do sleep 0.05; done");
        until("it ignores the signal", || ignores_term(child.id()));
        let (mut executioner, clock, victim) = (executioner(30_000), Clock::start(), listed());
        assert_eq!(
            executioner.begin(&victim, [target(child.id())], Manner::Ask, clock.now()),
            Begun::Started
        );
        assert_eq!(executioner.begin(&victim, [], Manner::Ask, clock.now()), Begun::Busy);
        let now = clock.now();
        assert_eq!(executioner.tick(now), Progress::Asked);
        executioner.hasten(now.at);
        assert_eq!(executioner.tick(now), Progress::Killed);
        assert_eq!(run(&mut executioner, &clock).end, End::Gone);
    });
}

#[test]
fn a_stopped_victim_hears_that_it_is_asked_and_is_killed_where_it_stands() {
    inside("escalation::a_stopped_victim_hears_that_it_is_asked_and_is_killed_where_it_stands", || {
        for (manner, killed) in [(Manner::Ask, false), (Manner::AtOnce, true)] {
            let child = shell("while :; do sleep 0.05; done");
            kill_process(Pid::from_child(&child), Signal::STOP).unwrap();
            until("it is stopped", || state(child.id()) == Some('T'));
            let victim = listed();
            let outcome = end(&mut executioner(5_000), &victim, vec![target(child.id())], manner);
            assert_eq!((outcome.end, outcome.killed.is_some()), (End::Gone, killed), "{outcome:?}");
            assert!(!lives(child.id()));
        }
    });
}

#[test]
fn a_rehearsal_does_everything_but_the_signal() {
    inside("escalation::a_rehearsal_does_everything_but_the_signal", || {
        let child = shell("while :; do sleep 0.05; done");
        let powers = Powers { is_rehearsal: true, ..powers() };
        let mut executioner = Executioner::new(kill(50), powers, Room::default()).unwrap();
        for manner in [Manner::Ask, Manner::AtOnce] {
            let victim = listed();
            let outcome = end(&mut executioner, &victim, vec![target(child.id())], manner);
            assert!(
                outcome.is_rehearsal && outcome.killed.is_some() && outcome.gone.is_none(),
                "{outcome:?}"
            );
            assert_eq!((outcome.end, outcome.ended), (End::Rehearsed, 0), "{outcome:?}");
            assert!(outcome.processes >= 1 && lives(child.id()));
            assert!(!executioner.is_overdue(target(child.id())));
        }
        // Nor was it stopped; D is what a shell is in until its child has begun.
        assert!(state(child.id()).is_some_and(|state| "SRD".contains(state)));
    });
}
