//! Control groups: ended as a whole by the kernel, frozen where it cannot, left alone where somebody in it must live.
#![expect(clippy::disallowed_methods, reason = "makes, fills and removes groups of the tests' own")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::super::executioner::{Executioner, Powers, Room};
use super::super::outcome::{Begun, End};
use super::super::victim::{Manner, Reach, Victim};
use super::many::BOMB;
use super::namespace::*;
use crate::watch::job::GroupPath;

/// A group that is emptied and removed when the test is over, however it ends.
struct TestGroup {
    folder: PathBuf,
    path: GroupPath,
}

impl TestGroup {
    fn make(name: &str) -> Option<Self> {
        let hierarchy = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].into_iter().map(Path::new);
        let hierarchy = hierarchy.into_iter().find(|folder| folder.join("cgroup.procs").exists())?;
        // Who ran before and was cut off may have left one.
        let name = format!("memtune-test-{name}");
        let folder = hierarchy.join(&name);
        let group = Self { path: GroupPath::from(&format!("/{name}")).unwrap(), folder };
        group.empty();
        fs::create_dir(&group.folder).ok()?;
        Some(group)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn take(&self, pid: u32) {
        fs::write(self.file("cgroup.procs"), pid.to_string()).unwrap();
    }

    fn members(&self) -> usize {
        fs::read_to_string(self.file("cgroup.procs")).unwrap().lines().count()
    }

    fn is_populated(&self) -> bool {
        fs::read_to_string(self.file("cgroup.events")).is_ok_and(|events| events.contains("populated 1"))
    }

    /// A shell in it.
    fn shell(&self, script: &str) -> u32 {
        shell(&format!("echo $$ > {}; {script}", self.file("cgroup.procs").display())).id()
    }

    fn victim(&self, reach: Reach) -> Victim<'_> {
        Victim { group: Some(&self.path), reach, counted: count(), may_keep_memory: false }
    }

    fn empty(&self) {
        let _ = fs::write(self.file("cgroup.freeze"), "0");
        let _ = fs::write(self.file("cgroup.kill"), "1");
        let start = Instant::now();
        while self.is_populated() && start.elapsed().as_secs() < 5 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let _ = fs::remove_dir(self.file("below"));
        let _ = fs::remove_dir(&self.folder);
    }
}

impl Drop for TestGroup {
    fn drop(&mut self) {
        // Were the first process in it, it would end itself.
        let _ = fs::write(self.folder.with_file_name("cgroup.procs"), "1");
        self.empty();
        assert!(std::thread::panicking() || !self.folder.exists());
    }
}

fn group(name: &str) -> Option<TestGroup> {
    let group = TestGroup::make(name);
    if group.is_none() {
        eprintln!("skipped: there is no hierarchy of version 2");
    }
    group
}

fn without_group_kill() -> Executioner {
    let powers = Powers { group_kill: false, ..powers() };
    Executioner::new(kill(100), powers, Room::default()).unwrap()
}

const CROWD: &str = "trap '' TERM; for i in $(seq 150); do sleep 60 & done; wait";
const THOUSAND: &str = "trap '' TERM; for i in $(seq 1000); do sleep 60 & done; wait";

#[test]
fn the_kernel_ends_all_of_it() {
    inside("control_groups::the_kernel_ends_all_of_it", || {
        let Some(group) = group("whole") else { return };
        fs::create_dir(group.file("below")).unwrap();
        let main = group.shell(THOUSAND);
        let below =
            shell(&format!("echo $$ > {}/below/cgroup.procs; exec sleep 60", group.folder.display())).id();
        let stranger = shell("exec sleep 60").id();
        until("all are there", || group.members() == 1001 && is_in(below, "below"));
        let victim = group.victim(Reach::WholeGroup);
        // Only the main process was counted.
        let clock = Clock::start();
        let outcome = timed(&mut executioner(100), &victim, vec![target(main)], Manner::AtOnce, &clock);
        assert!(outcome.by_group && outcome.end == End::Gone, "{outcome:?}");
        let took = outcome.gone.unwrap();
        eprintln!("1,002 processes were gone after {took} ms");
        assert!(is_within(&clock, 500, took), "{outcome:?}");
        assert_eq!(survivors(), [stranger]);
        assert_eq!((outcome.errors, outcome.release_refused), Default::default());
    });
}

fn is_in(pid: u32, group: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|text| text.contains(group))
}

#[test]
fn without_cgroup_kill_it_is_frozen_ended_and_thawed() {
    inside("control_groups::without_cgroup_kill_it_is_frozen_ended_and_thawed", || {
        let Some(group) = group("frozen") else { return };
        let main = group.shell(CROWD);
        until("all are there", || group.members() == 151);
        let victim = group.victim(Reach::WholeGroup);
        let outcome = end(&mut without_group_kill(), &victim, vec![target(main)], Manner::AtOnce);
        assert!(!outcome.by_group && outcome.end == End::Gone, "{outcome:?}");
        assert_eq!((outcome.processes, outcome.newcomers), (151, 150), "{outcome:?}");
        assert!(survivors().is_empty(), "{:?}", survivors());
        assert_eq!(fs::read_to_string(group.file("cgroup.freeze")).unwrap(), "0\n");
        assert_eq!(outcome.errors.group, 0);
    });
}

#[test]
fn a_fork_bomb_in_a_group_is_ended_either_way() {
    inside("control_groups::a_fork_bomb_in_a_group_is_ended_either_way", || {
        let Some(group) = group("bomb") else { return };
        for executioner in [&mut executioner(100), &mut without_group_kill()] {
            let main = group.shell(BOMB);
            until("it goes off", || {
                reap();
                group.members() > 20
            });
            let victim = group.victim(Reach::WholeGroup);
            let outcome = end(executioner, &victim, vec![target(main)], Manner::AtOnce);
            assert_eq!(outcome.end, End::Gone, "{outcome:?}");
            assert!(survivors().is_empty() && !group.is_populated(), "{:?} {outcome:?}", survivors());
            reap();
        }
    });
}

#[test]
fn a_group_that_holds_the_watchdog_is_not_ended_as_a_whole() {
    inside("control_groups::a_group_that_holds_the_watchdog_is_not_ended_as_a_whole", || {
        let Some(group) = group("own") else { return };
        group.take(1);
        let child = shell("while :; do sleep 0.05; done").id();
        let victim = group.victim(Reach::WholeGroup);
        let outcome = end(&mut executioner(100), &victim, vec![target(child), target(1)], Manner::AtOnce);
        assert!(!outcome.by_group && outcome.end == End::Gone, "{outcome:?}");
        assert_eq!(outcome.passed_over.guarded, 1);
        assert!(survivors().is_empty(), "{:?}", survivors());
    });
}

#[test]
fn who_has_left_the_group_is_left_alone() {
    inside("control_groups::who_has_left_the_group_is_left_alone", || {
        let Some(group) = group("left") else { return };
        let [stays, leaves] = [(); 2].map(|()| group.shell("exec sleep 60"));
        until("both are there", || group.members() == 2);
        let victim = group.victim(Reach::WholeGroup);
        let targets = vec![target(stays), target(leaves)];
        fs::write(group.folder.with_file_name("cgroup.procs"), leaves.to_string()).unwrap();
        let outcome = end(&mut executioner(100), &victim, targets, Manner::AtOnce);
        assert_eq!((outcome.passed_over.moved, outcome.processes), (1, 1), "{outcome:?}");
        assert_eq!(survivors(), [leaves]);
    });
}

#[test]
fn a_group_that_was_removed_since_the_count_ends_nobody() {
    inside("control_groups::a_group_that_was_removed_since_the_count_ends_nobody", || {
        let Some(group) = group("removed") else { return };
        let child = group.shell("exec sleep 60");
        until("it is there", || group.members() == 1);
        let (victim, targets) = (group.victim(Reach::WholeGroup), [target(child)]);
        fs::write(group.folder.with_file_name("cgroup.procs"), child.to_string()).unwrap();
        fs::remove_dir(&group.folder).unwrap();
        let (mut executioner, clock) = (executioner(100), Clock::start());
        assert_eq!(executioner.begin(&victim, targets, Manner::AtOnce, clock.now()), Begun::NobodyLeft);
        // The same name again is another group.
        fs::create_dir(&group.folder).unwrap();
        assert_eq!(executioner.begin(&victim, targets, Manner::AtOnce, clock.now()), Begun::NobodyLeft);
        assert_eq!((executioner.outcome().passed_over.moved, survivors()), (1, vec![child]));
    });
}

#[test]
fn of_a_group_that_is_not_the_victims_alone_only_newcomers_are_added() {
    inside("control_groups::of_a_group_that_is_not_the_victims_alone_only_newcomers_are_added", || {
        let Some(group) = group("shared") else { return };
        let [chosen, other] = [(); 2].map(|()| group.shell("exec sleep 60"));
        until("both are there", || group.members() == 2);
        let victim = group.victim(Reach::Listed);
        let newcomer = group.shell("exec sleep 60");
        until("a third one came", || group.members() == 3);
        let outcome = end(&mut executioner(100), &victim, vec![target(chosen)], Manner::AtOnce);
        assert_eq!((outcome.processes, outcome.newcomers, outcome.by_group), (2, 1, false), "{outcome:?}");
        assert_eq!(survivors(), [other], "{newcomer}");
    });
}
