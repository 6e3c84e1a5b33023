//! This machine's own /proc.

use std::path::Path;

use super::made::sample;
use crate::watch::census::{Asks, Capacities, Census, Places};
use crate::watch::job::Spared;

fn census() -> Census {
    let places = Places { processes: Path::new("/proc"), groups: Path::new("/sys/fs/cgroup") };
    Census::new(places, Capacities::default(), std::process::id()).unwrap()
}

#[test]
fn this_machine_is_counted_and_we_are_spared() {
    let mut census = census();
    census.ask(Asks { commands: true, owners: true });
    let counted = census.count(&sample(1)).unwrap();
    assert!(counted.processes > 0 && counted.jobs > 0, "{counted:?}");
    assert_eq!((counted.left_out_processes, counted.left_out_jobs), (0, 0));
    let own = std::process::id();
    let itself = census.processes().iter().find(|process| process.pid == own).unwrap();
    assert_eq!(census.jobs()[itself.job as usize].spared, Some(Spared::IsTheWatchdog));
    assert!(itself.memory.0 > 0 && itself.started > 0);
    for job in 0..census.jobs().len() {
        census.look_closer(job);
        census.look_before_the_end(job);
        assert!(census.members(job).all(|process| process.pid != own && process.pid != 1));
    }
}

#[test]
fn a_child_of_ours_is_a_job_of_its_own() {
    #[expect(clippy::disallowed_methods, reason = "starts what is counted")]
    let mut child = std::process::Command::new("sleep").arg("30").spawn().unwrap();
    let mut census = census();
    census.count(&sample(1)).unwrap();
    let found = census.processes().iter().find(|process| process.pid == child.id()).copied();
    child.kill().unwrap();
    child.wait().unwrap();
    let found = found.unwrap();
    assert_eq!(found.command.as_str(), "sleep");
    assert_eq!(census.jobs()[found.job as usize].spared, None);
    assert_eq!(census.jobs()[found.job as usize].root, Some(child.id()));
}
