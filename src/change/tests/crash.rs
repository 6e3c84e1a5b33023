//! Killed at any instruction: whatever was done of a plan, the next run takes it back.

use std::ops::ControlFlow;

use crate::change::changes::Change;
use crate::change::journal::{self, Entry, State};
use crate::change::machine::Kernel;
use crate::change::recover::under_lock;
use crate::change::settle;
use crate::change::undo::{Force, plan_on};
use crate::change::{Nobody, Plan, recover};
use crate::exit::Exit;
use crate::host::Patience;

use super::kernel::{DIRTY_BYTES, HUGE_PAGES, MIN_FREE, SWAPPINESS};
use super::world::{World, why};

const NEW: &str = "/etc/new/folder/file";

fn world() -> World {
    let world = World::new(&[("/etc/a", "x"), ("/etc/gone", "x")]);
    world.chmod("/etc/gone", 0o600);
    world
}

fn whole_plan(world: &World) -> Plan {
    let files = [("/etc/a", Some("y")), (NEW, Some("y")), ("/etc/gone", None)];
    let mut plan = world.plan(&files, &[(DIRTY_BYTES, "1048576"), (SWAPPINESS, "10"), (HUGE_PAGES, "never")]);
    plan.command(&["one"], Some(&["undo-one"]), why());
    plan.afterwards(&["reload"], why());
    plan
}

/// Writes the journal and does the first `done` changes, as a run does that is killed then.
pub(super) fn cut_short(world: &World, plan: Plan, done: usize) -> Entry {
    let id = journal::next_id(&world.host).unwrap();
    let mut entry = Entry::begin(id, "2026-11-21T10:00:00Z".to_owned(), plan, "x", world.kernel.boot());
    journal::write(&world.host, &entry).unwrap();
    let wanted = settle::forwards(&entry.changes);
    for change in entry.changes.clone().iter().take(done) {
        match change {
            Change::File(file) => file.apply(&world.host).unwrap(),
            Change::Knob(knob) => settle::set(&world.kernel, &knob.target, &wanted).unwrap(),
            Change::SwapFile(file) => file.apply(&world.machine()).unwrap(),
            Change::SwapArea(area) => area.apply(&world.machine(), &world.kernel).unwrap(),
            Change::Command(command) => {
                if !command.afterwards {
                    entry.started += 1;
                    journal::write(&world.host, &entry).unwrap();
                }
                let go_on = || ControlFlow::Continue(());
                Kernel::run(&world.kernel, &command.words, Patience::Usual, &go_on).unwrap();
            }
        }
    }
    entry
}

#[test]
fn every_prefix_of_the_steps_is_taken_back() {
    let steps = whole_plan(&world()).steps().len();
    assert_eq!(steps, 8);
    for done in 0..=steps {
        let world = world();
        let before = (world.everything(), world.kernel.all());
        cut_short(&world, whole_plan(&world), done);
        let recovered = under_lock(&world.machine()).unwrap().unwrap();
        assert_eq!((world.everything(), world.kernel.all()), before, "after {done} steps");
        assert_eq!(recovered.left, [""; 0], "after {done} steps");
        assert_eq!(world.states(), [State::RolledBack]);
        let was_run = world.kernel.ran.borrow().contains(&"undo-one".to_owned());
        assert_eq!(was_run, done >= 7, "after {done} steps");
        assert_eq!(under_lock(&world.machine()).unwrap(), None);
    }
}

#[test]
fn every_prefix_of_an_undo_is_taken_back_to_what_was_applied() {
    for done in 0..=8 {
        let world = world();
        let id = world.apply(whole_plan(&world)).unwrap().id;
        let applied = (world.everything(), world.kernel.all());
        cut_short(&world, plan_on(&world.machine(), &[id], Force::No).unwrap(), done);
        under_lock(&world.machine()).unwrap().unwrap();
        assert_eq!((world.everything(), world.kernel.all()), applied, "after {done} steps");
        assert_eq!(world.states(), [State::Applied, State::RolledBack]);
        world.undo(id, Force::No).unwrap();
    }
}

#[test]
fn what_a_crash_left_beside_files_and_in_new_folders_goes() {
    let world = world();
    let before = world.everything();
    cut_short(&world, whole_plan(&world), 1);
    world.write("/etc/.a.memtune-new", "half");
    world.write("/etc/new/folder/.file.memtune-new", "half");
    world.write("/var/lib/memtune/journal/.000001.json.memtune-new", "half");
    under_lock(&world.machine()).unwrap().unwrap();
    assert_eq!(world.everything(), before);
    assert_eq!(world.host.list("/var/lib/memtune/journal").unwrap(), ["000001.json"]);
}

#[test]
fn a_folder_that_somebody_uses_by_now_stays() {
    let world = world();
    cut_short(&world, whole_plan(&world), 2);
    world.write("/etc/new/theirs", "x");
    let recovered = under_lock(&world.machine()).unwrap().unwrap();
    assert_eq!(recovered.left, [""; 0]);
    assert_eq!(world.host.list("/etc/new").unwrap(), ["theirs"]);
}

#[test]
fn a_file_that_somebody_else_changed_meanwhile_is_left_and_named() {
    let world = world();
    cut_short(&world, whole_plan(&world), 3);
    world.write("/etc/a", "by hand");
    world.kernel.write(SWAPPINESS, "42").unwrap();
    let recovered = under_lock(&world.machine()).unwrap().unwrap();
    assert_eq!(recovered.left.len(), 2, "{recovered:?}");
    assert!(recovered.left[0].contains("/etc/a") && recovered.left[1].contains("vm.swappiness"));
    assert_eq!(world.read("/etc/a").as_deref(), Some("by hand"));
    assert_eq!((world.read(NEW), world.read("/etc/gone").as_deref()), (None, Some("x")));
    assert_eq!(world.kernel.value(SWAPPINESS), "42");
    assert_eq!(world.states(), [State::Incomplete]);
}

#[test]
fn after_a_power_cut_knobs_that_the_boot_set_from_our_file_go_back() {
    let world = world();
    let files = world.everything();
    cut_short(&world, whole_plan(&world), 3);
    // The files were on the disk, so the boot took their values; swappiness comes from somewhere else.
    world.kernel.reboot(&[(DIRTY_BYTES, "1048576"), (SWAPPINESS, "77")]);
    let recovered = under_lock(&world.machine()).unwrap().unwrap();
    assert_eq!(recovered.left, [""; 0]);
    assert_eq!(world.everything(), files);
    assert_eq!(
        (world.kernel.value(DIRTY_BYTES), world.kernel.value("/proc/sys/vm/dirty_ratio")),
        ("0".into(), "20".into())
    );
    assert_eq!(world.kernel.value(SWAPPINESS), "77");
}

#[test]
fn the_next_apply_takes_back_first() {
    let world = world();
    cut_short(&world, whole_plan(&world), 4);
    let plan = world.plan(&[("/etc/other", Some("z"))], &[]);
    let applied = world.apply(plan).unwrap();
    assert_eq!((applied.id, applied.recovered.unwrap().id), (2, 1));
    assert_eq!(world.read("/etc/a").as_deref(), Some("x"));
    // A plan that was made from what the crash left is not carried out.
    cut_short(&world, world.plan(&[("/etc/a", Some("y"))], &[]), 1);
    let fault = world.apply(world.plan(&[("/etc/a", Some("z"))], &[])).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused);
    assert!(fault.hint.unwrap().contains("run memtune again"));
    assert_eq!(world.read("/etc/a").as_deref(), Some("x"));
}

#[test]
fn programs_that_fail_to_go_back_after_a_crash_are_told_and_tolerated() {
    let world = world();
    cut_short(&world, whole_plan(&world), 7);
    world.kernel.failing.borrow_mut().insert("undo-one".to_owned());
    let recovered = under_lock(&world.machine()).unwrap().unwrap();
    assert_eq!(recovered.left, [""; 0]);
    assert_eq!(recovered.notes, ["`undo-one` failed: it ended with status 1"]);
}

#[test]
fn a_reload_that_an_earlier_recovery_did_not_reach_is_made_up_for() {
    let world = world();
    let entry = cut_short(&world, whole_plan(&world), 1);
    // That recovery died behind the files.
    for change in entry.changes.iter().rev() {
        if let Change::File(file) = change {
            file.take_back(&world.host).unwrap();
        }
    }
    under_lock(&world.machine()).unwrap().unwrap();
    assert_eq!(*world.kernel.ran.borrow(), ["reload"]);
}

#[test]
fn a_reserve_that_somebody_raised_after_a_crash_stays_unless_huge_pages_were_switched() {
    for (huge_pages, left) in [("madvise", 1), ("always", 0)] {
        let world = World::new(&[]);
        cut_short(&world, world.plan(&[], &[(MIN_FREE, "50000"), (HUGE_PAGES, huge_pages)]), 1);
        world.kernel.write(MIN_FREE, "70000").unwrap();
        let recovered = under_lock(&world.machine()).unwrap().unwrap();
        assert_eq!(recovered.left.len(), left, "{huge_pages}: {recovered:?}");
        assert_eq!(world.kernel.value(MIN_FREE), if left == 1 { "70000" } else { "67584" });
    }
}

#[test]
fn a_recovered_undo_tells_what_is_in_force_again() {
    let world = world();
    let id = world.apply(whole_plan(&world)).unwrap().id;
    cut_short(&world, plan_on(&world.machine(), &[id], Force::No).unwrap(), 2);
    let recovered = under_lock(&world.machine()).unwrap().unwrap();
    assert_eq!((recovered.id, recovered.undoes), (2, vec![id]));
}

#[test]
fn nothing_is_written_where_nothing_was_cut_short() {
    let world = world();
    let before = world.everything();
    assert_eq!(recover(&world.host, &Nobody).unwrap(), None);
    assert!(!world.host.has("/var/lib/memtune"));
    assert_eq!(world.everything(), before);
}

#[test]
fn in_a_tree_the_files_of_a_crash_are_taken_back() {
    let world = world();
    let before = world.everything();
    cut_short(&world, whole_plan(&world), 8);
    let knobs = world.kernel.all();
    assert_eq!(recover(&world.host, &Nobody).unwrap().unwrap().left, [""; 0]);
    assert_eq!((world.everything(), world.kernel.all()), (before, knobs));
}
