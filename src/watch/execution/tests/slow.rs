//! Zombies, and those who do not go.
#![expect(clippy::zombie_processes, reason = "the victims end with their namespace")]
#![expect(clippy::disallowed_methods, reason = "makes and removes a group of the tests' own")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::super::executioner::{Executioner, Powers, Room};
use super::super::outcome::{Begun, End};
use super::super::victim::{Manner, Moment, Victim};
use super::namespace::*;
use crate::sys::bytes::Bytes;

#[test]
fn zombies_have_gone() {
    inside("slow::zombies_have_gone", || {
        // A parent that does not take note of its children.
        let parent = shell("sh -c 'sleep 0.2 & exec sleep 60'");
        until("there is a zombie", || everybody().iter().any(|target| state(target.pid) == Some('Z')));
        let zombie = everybody().into_iter().find(|target| state(target.pid) == Some('Z')).unwrap();
        let (mut executioner, clock, victim) = (executioner(100), Clock::start(), listed());
        assert_eq!(executioner.begin(&victim, [zombie], Manner::Ask, clock.now()), Begun::NobodyLeft);
        assert_eq!(executioner.outcome().passed_over.gone, 1);
        let outcome = end(&mut executioner, &victim, everybody(), Manner::AtOnce);
        assert_eq!(outcome.end, End::Gone, "{outcome:?}");
        assert!(!lives(parent.id()) && survivors().is_empty());
    });
}

#[test]
fn who_does_not_end_is_passed_over() {
    inside("slow::who_does_not_end_is_passed_over", || {
        let Some(stuck) = Frozen::make() else {
            eprintln!("skipped: there is no freezer of version 1 to hold somebody up in");
            return;
        };
        let mut executioner = Executioner::new(kill(100), Powers::default(), Room::default()).unwrap();
        let clock = Clock::start();
        let victim = listed();
        let targets = [target(stuck.pid)];
        let begun = clock.now();
        assert_eq!(executioner.begin(&victim, targets, Manner::AtOnce, begun), Begun::Started);
        let outcome = run(&mut executioner, &clock);
        assert_eq!(outcome.end, End::DoesNotEnd, "{outcome:?}");
        // Its memory was taken back all the same.
        assert_eq!((outcome.released, outcome.release_refused), (1, 0), "{outcome:?}");
        let waited = clock.now().at - begun.at;
        assert!(waited >= 2_000 && is_within(&clock, 3_000, waited), "{waited} {outcome:?}");
        assert!(executioner.is_overdue(targets[0]) && !executioner.is_busy());
        let now = Moment { at: clock.now().at, available: Bytes(0) };
        assert_eq!(executioner.begin(&victim, targets, Manner::AtOnce, now), Begun::NobodyLeft);
        assert_eq!(executioner.outcome().passed_over.overdue, 1);
        // The next one is taken.
        let other = shell("exec sleep 60");
        let victim = listed();
        assert_eq!(
            executioner.begin(&victim, [target(other.id())], Manner::AtOnce, clock.now()),
            Begun::Started
        );
        assert_eq!(run(&mut executioner, &clock).processes, 1);
    });
}

/// Who runs leaves its memory within microseconds; at times the thread is not there in time, but never always. Who is gone within 20 ms of
/// SIGKILL was not helped by anything else.
#[test]
fn memory_that_may_be_kept_is_taken_back_as_the_signal_comes() {
    inside("slow::memory_that_may_be_kept_is_taken_back_as_the_signal_comes", || {
        let mut executioner = executioner(60_000);
        let is_taken_back = |_| {
            let child = shell("exec sleep 60");
            let victim = Victim { may_keep_memory: true, ..listed() };
            let outcome = end(&mut executioner, &victim, vec![target(child.id())], Manner::AtOnce);
            assert_eq!((outcome.end, outcome.release_refused), (End::Gone, 0), "{outcome:?}");
            let took = outcome.gone.unwrap() - outcome.killed.unwrap();
            outcome.released > 0 && took < 20
        };
        assert!((0..100).any(is_taken_back));
    });
}

/// Somebody else has its processor, and more right to it.
#[test]
fn who_is_asked_and_waits_for_its_turn_to_end_gives_its_memory_back_before() {
    inside("slow::who_is_asked_and_waits_for_its_turn_to_end_gives_its_memory_back_before", || {
        let mut executioner = executioner(60_000);
        let processor = first_processor();
        let _busy = shell(&format!("exec taskset --cpu-list {processor} sh -c 'while :; do :; done'"));
        let is_taken_back = |_| {
            let child = shell(&format!("exec taskset --cpu-list {processor} chrt --idle 0 sleep 60"));
            until("it sleeps", || state(child.id()) == Some('S'));
            let outcome = end(&mut executioner, &listed(), vec![target(child.id())], Manner::Ask);
            assert_eq!((outcome.end, outcome.killed), (End::Gone, None), "{outcome:?}");
            assert_eq!(outcome.release_refused, 0, "{outcome:?}");
            outcome.released > 0
        };
        assert!((0..20).any(is_taken_back));
    });
}

/// Of those that this test may run on.
fn first_processor() -> u32 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap();
    allowed.trim().split([',', '-']).next().unwrap().parse().unwrap()
}

/// Frozen by version 1 a process hears not even SIGKILL, until it is thawed.
struct Frozen {
    folder: PathBuf,
    pid: u32,
}

impl Frozen {
    fn make() -> Option<Self> {
        let freezer = Path::new("/sys/fs/cgroup/freezer");
        if !freezer.join("cgroup.procs").exists() {
            return None;
        }
        let folder = freezer.join("memtune-test-stuck");
        let _ = fs::write(folder.join("freezer.state"), "THAWED");
        let _ = fs::remove_dir(&folder);
        fs::create_dir(&folder).ok()?;
        let pid = shell(
            "x=$(head -c 16777216 /dev/zero | tr '\\0' x); exec 2>/dev/null; while :; do sleep 0.05; done",
        )
        .id();
        let frozen = Self { folder, pid };
        std::thread::sleep(std::time::Duration::from_millis(200));
        fs::write(frozen.folder.join("cgroup.procs"), pid.to_string()).unwrap();
        fs::write(frozen.folder.join("freezer.state"), "FROZEN").unwrap();
        let state = frozen.folder.join("freezer.state");
        until("it is frozen", || fs::read_to_string(&state).is_ok_and(|state| state == "FROZEN\n"));
        Some(frozen)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        let _ = fs::write(self.folder.join("freezer.state"), "THAWED");
        let start = Instant::now();
        while fs::remove_dir(&self.folder).is_err() && start.elapsed().as_secs() < 5 {
            let members = fs::read_to_string(self.folder.join("cgroup.procs")).unwrap_or_default();
            for pid in members.lines() {
                let _ = fs::write(self.folder.with_file_name("cgroup.procs"), pid);
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}
