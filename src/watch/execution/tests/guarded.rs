//! The guard right before each signal: the first process, the watchdog, who started it.
#![expect(clippy::zombie_processes, reason = "the victims end with their namespace")]

use super::super::executioner::Executioner;
use super::super::guard::Guard;
use super::super::outcome::Begun;
use super::super::roll::Held;
use super::super::victim::{Manner, Target};
use super::namespace::*;
use crate::sys::process_handle::ProcessHandle;
use crate::watch::process_folder::ProcessFolder;

#[test]
fn the_first_process_and_the_watchdog_are_not_taken() {
    inside("guarded::the_first_process_and_the_watchdog_are_not_taken", || {
        let (mut executioner, clock, victim) = (executioner(100), Clock::start(), listed());
        let own = target(1);
        for manner in [Manner::Ask, Manner::AtOnce] {
            assert_eq!(executioner.begin(&victim, [own], manner, clock.now()), Begun::NobodyLeft);
            assert_eq!(executioner.outcome().passed_over.guarded, 1);
        }
    });
}

/// Were the guard's first word not heard, its last one is.
#[test]
fn no_signal_reaches_an_ancestor_even_from_the_roll() {
    inside("guarded::no_signal_reaches_an_ancestor_even_from_the_roll", || {
        const NAME: &str =
            "watch::execution::tests::guarded::no_signal_reaches_an_ancestor_even_from_the_roll";
        if std::process::id() == 1 {
            // The parent in between is a shell that would go by SIGTERM, and SIGKILL; the watchdog is its child.
            let test = std::env::current_exe().unwrap();
            let script = format!("{} --exact {NAME} --nocapture; exit $?", test.display());
            let mut parent = program("sh").args(["-c", &script]).spawn().unwrap();
            assert!(parent.wait().unwrap().success());
            return;
        }
        let parent = std::os::unix::process::parent_id();
        assert!(parent > 1 && std::process::id() > 1);
        let mut executioner = executioner(100);
        let (clock, victim) = (Clock::start(), listed());
        let all = [1, parent, std::process::id()].map(target);
        assert_eq!(executioner.begin(&victim, all, Manner::AtOnce, clock.now()), Begun::NobodyLeft);
        assert_eq!(executioner.outcome().passed_over.guarded, 3);
        smuggle(&mut executioner, &all);
        executioner.ask_all();
        executioner.strike(clock.now().at);
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(all.iter().all(|target| state(target.pid).is_some_and(|state| "SRD".contains(state))));
    });
}

fn smuggle(executioner: &mut Executioner, targets: &[Target]) {
    for &target in targets {
        let handle = ProcessHandle::open(target.pid).unwrap();
        assert!(executioner.roll.add(target, Some(Held { handle, process_group: 0 })));
    }
}

#[test]
fn a_proc_of_another_namespace_ends_nobody() {
    inside("guarded::a_proc_of_another_namespace_ends_nobody", || {
        if std::env::var_os("MEMTUNE_TEST_OTHER_PROC").is_none() {
            // A second namespace that still shows the first one's /proc.
            let test = std::env::current_exe().unwrap();
            let status = program("unshare")
                .args(["-fp", "--kill-child"])
                .arg(test)
                .args([
                    "--exact",
                    "watch::execution::tests::guarded::a_proc_of_another_namespace_ends_nobody",
                ])
                .env("MEMTUNE_TEST_OTHER_PROC", "1")
                .status()
                .unwrap();
            assert!(status.success());
            return;
        }
        // In both namespaces the first process is a test; only what /proc says of whoever asks tells them apart.
        assert!(Guard::look(&ProcessFolder::open().unwrap()).is_blind());
        let child = shell("exec sleep 60");
        let (mut executioner, clock, victim) = (executioner(100), Clock::start(), listed());
        let believed = Target { pid: child.id(), started: 0 };
        assert_eq!(executioner.begin(&victim, [believed], Manner::AtOnce, clock.now()), Begun::NobodyLeft);
        assert!(executioner.is_blind() && executioner.outcome().passed_over.guarded == 1);
    });
}
