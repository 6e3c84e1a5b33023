//! Units and containers.

use super::Made;
use super::made::{job, line, sample, told};
use crate::sys::bytes::Bytes;
use crate::watch::census::{Asks, Capacities, Version};
use crate::watch::job::{Kind, Spared};
use crate::watch::sample::Sample;

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn server() -> Made {
    let made = Made::unified();
    made.group("/system.slice", &[], None);
    made.group("/system.slice/db.service", &[20, 21], Some(200));
    made.group("/system.slice/dbus.service", &[30], Some(3));
    made.group(&format!("/system.slice/docker-{ID}.scope"), &[40], Some(50));
    made.group(&format!("/system.slice/docker-{ID}.scope/inner"), &[41], None);
    for pid in [20, 21, 30, 40, 41] {
        made.process(pid, "sshd", line(1, pid, pid, 0), 5);
    }
    made
}

#[test]
fn a_unit_is_one_job_with_what_its_group_holds() {
    let made = server();
    let mut census = made.census();
    assert_eq!(census.version(), Some(Version::Two));
    let counted = census.count(&sample(0)).unwrap();
    assert_eq!((counted.processes, counted.jobs, counted.unread), (6, 4, 0));
    assert_eq!(told(&census), ["db.service: 20 21", "docker-0123456789ab: 40 41"]);
    let db = job(&census, "db.service");
    assert_eq!((db.kind, db.memory, db.processes), (Kind::Unit, Bytes::from_mib(200), 2));
    assert_eq!(db.group.unwrap().as_str(), "/system.slice/db.service");
    assert_eq!(job(&census, "docker-0123456789ab").kind, Kind::Container);
    assert_eq!(job(&census, "dbus.service").spared, Some(Spared::KeepsTheMachineUsable));
    assert_eq!(job(&census, "init.scope").spared, Some(Spared::KeepsTheMachineUsable));
}

#[test]
fn processes_of_a_group_that_tells_all_are_read_when_it_may_be_chosen() {
    let made = server();
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    assert!(census.processes().iter().all(|process| process.pid == 1 || process.started == 0));
    let db = census.jobs().iter().position(|job| job.name.as_str() == "db.service").unwrap();
    census.look_closer(db);
    let members: Vec<_> = census.members(db).copied().collect();
    assert!(members.iter().all(|process| process.started == u64::from(process.pid) * 10));
    assert!(members.iter().all(|process| process.memory == Bytes::from_mib(5)));
    assert_eq!(census.jobs()[db].memory, Bytes::from_mib(200));
    assert!(census.ends_as_a_whole(db));

    census.ask(Asks { commands: true, owners: true });
    census.count(&sample(0)).unwrap();
    assert!(census.processes().iter().all(|process| process.started > 0));
}

#[test]
fn a_container_in_the_unit_of_its_manager_counts_once() {
    let made = Made::unified();
    made.group("/docker.service", &[20], Some(300));
    made.group("/docker.service/docker", &[], None);
    made.group(&format!("/docker.service/docker/{ID}"), &[21], Some(250));
    made.process(20, "dockerd", line(1, 20, 20, 0), 5);
    made.process(21, "hog", line(20, 21, 21, 0), 250);
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    assert_eq!(told(&census), ["docker-0123456789ab: 21", "docker.service: 20"]);
    assert_eq!(job(&census, "docker.service").memory, Bytes::from_mib(50));
    let manager = census.jobs().iter().position(|job| job.name.as_str() == "docker.service").unwrap();
    assert!(!census.ends_as_a_whole(manager));
}

#[test]
fn on_version_1_memory_is_that_of_the_processes() {
    let made = Made::new();
    for path in ["", "/system.slice", "/init.scope", "/user.slice"] {
        made.group_in("systemd", path, &[]);
    }
    made.group_in("memory", "", &[1, 20, 21, 50]);
    made.group_in("systemd", "/init.scope", &[1]);
    made.group_in("systemd", "/system.slice/db.service", &[20, 21]);
    made.group_in("systemd", "/user.slice/session-1.scope", &[50]);
    for (pid, memory) in [(20, 30), (21, 40), (50, 7)] {
        made.process(pid, "work", line(1, pid, pid, 0), memory);
    }
    let mut census = made.census();
    assert_eq!(census.version(), Some(Version::One));
    census.count(&sample(0)).unwrap();
    assert_eq!(told(&census), ["db.service: 20 21", "work: 50"]);
    assert_eq!(job(&census, "db.service").memory, Bytes::from_mib(70));
    assert!(!census.ends_as_a_whole(0));
}

#[test]
fn the_watchdogs_own_unit_is_told_by_its_trees() {
    let made = Made::unified();
    made.group("/app.scope", &[20, 21, 22, 23], Some(90));
    made.process(20, "shell", line(1, 20, 20, 0), 5);
    made.process(21, "memtune-watchd", line(20, 20, 20, 0), 5);
    made.process(22, "hook", line(21, 22, 20, 0), 5);
    made.process(23, "hog", line(20, 23, 23, 0), 80);
    let mut census = made.census_of(21, Capacities { processes: 100, jobs: 100, groups: 10 });
    census.count(&sample(0)).unwrap();
    assert_eq!(told(&census), ["hog: 23", "hook: 22"]);
    for pid in [20, 21] {
        let job = census.jobs().iter().find(|job| job.root == Some(pid)).unwrap();
        assert_eq!(job.spared, Some(Spared::IsTheWatchdog));
    }
}

#[test]
fn inside_a_container_what_is_visible_is_counted() {
    // Own namespaces: the tree begins at the container's group, and the first process is its own.
    let made = Made::unified();
    made.group("", &[1, 7, 8], None);
    made.process(1, "server", line(0, 1, 1, 0), 100);
    made.process(7, "worker", line(1, 7, 7, 0), 50);
    made.process(8, "worker", line(7, 7, 7, 0), 50);
    assert_eq!(made.jobs(), ["worker: 7 8"]);
}

#[test]
fn who_turns_swap_off_is_a_job_by_itself_wherever_it_is() {
    let made = server();
    made.group("/system.slice/backup.service", &[50, 51], Some(30));
    made.process(50, "backup", line(1, 50, 50, 0), 30);
    made.process(51, "swapoff", line(50, 50, 50, 0), 1);
    let mut census = made.census();
    let losing = |at| Sample { loses_swap: true, ..sample(at) };
    let whole = ["backup.service: 50 51", "db.service: 20 21", "docker-0123456789ab: 40 41"];
    for _ in 0..2 {
        census.count(&sample(0)).unwrap();
        assert_eq!(told(&census), whole, "nobody asks while swap stays as it is");
        assert!(!job(&census, "backup.service").turns_swap_off);
        assert!(census.refresh(&losing(1)).is_none(), "it must be looked for");
        census.count(&losing(2)).unwrap();
        let parts = ["backup.service: 50", "db.service: 20 21", "docker-0123456789ab: 40 41", "swapoff: 51"];
        assert_eq!(told(&census), parts);
        let swapoff = job(&census, "swapoff");
        assert!(swapoff.turns_swap_off && swapoff.group.is_none() && swapoff.processes == 1);
        assert!(census.refresh(&sample(3)).is_none(), "what it was a part of is whole again");
    }
}

#[test]
fn who_turns_swap_off_from_afar_can_be_ended() {
    let made = Made::new();
    made.process(30, "sshd", line(1, 30, 30, 0), 4);
    made.process(31, "swapoff", line(30, 31, 31, 0), 1);
    made.process(32, "greetd", line(1, 32, 32, 0), 4);
    made.process(33, "swapoff", line(32, 33, 33, 0), 1);
    let mut census = made.census();
    census.count(&Sample { loses_swap: true, ..sample(0) }).unwrap();
    assert_eq!(told(&census), ["swapoff: 31", "swapoff: 33"]);
}
