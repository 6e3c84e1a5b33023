//! Knobs that move each other: undo is the inverse all the same.

use crate::change::journal::{self, State};
use crate::change::undo::{Force, plan_on, take_back_on};
use crate::change::{Area, Plan};
use crate::exit::Exit;

use super::kernel::{
    DIRTY_BYTES, DIRTY_RATIO, HUGE_PAGES, MIN_FREE, OVERCOMMIT_KBYTES, OVERCOMMIT_RATIO, SWAPPINESS,
};
use super::world::{World, why};
use crate::change::machine::Kernel;

/// Sets `knobs`, and takes it back.
fn there_and_back(world: &World, knobs: &[(&str, &str)]) {
    let before = world.kernel.all();
    let id = world.set(&[], knobs);
    for (path, value) in knobs {
        assert_eq!(world.kernel.value(path), *value, "{path}");
    }
    world.undo(id, Force::No).unwrap();
    assert_eq!(world.kernel.all(), before, "{knobs:?}");
}

#[test]
fn an_amount_in_the_place_of_a_share_comes_back_as_a_share() {
    let world = World::new(&[]);
    there_and_back(&world, &[(DIRTY_BYTES, "268435456")]);
    there_and_back(&world, &[(OVERCOMMIT_KBYTES, "1000000")]);
    there_and_back(&world, &[(DIRTY_BYTES, "268435456"), (SWAPPINESS, "10"), (DIRTY_RATIO, "0")]);
}

#[test]
fn a_share_in_the_place_of_an_amount_comes_back_as_an_amount() {
    let world = World::new(&[]);
    world.kernel.write(DIRTY_BYTES, "1048576").unwrap();
    world.kernel.write(OVERCOMMIT_KBYTES, "5000").unwrap();
    there_and_back(&world, &[(DIRTY_RATIO, "10"), (OVERCOMMIT_RATIO, "80")]);
}

#[test]
fn a_pair_of_zeros_comes_back() {
    let world = World::new(&[]);
    world.kernel.write(DIRTY_RATIO, "0").unwrap();
    world.kernel.write(OVERCOMMIT_RATIO, "0").unwrap();
    there_and_back(&world, &[(DIRTY_BYTES, "1048576")]);
    there_and_back(&world, &[(OVERCOMMIT_KBYTES, "5000")]);
    there_and_back(&world, &[(DIRTY_RATIO, "7")]);
}

#[test]
fn the_kernels_reserve_comes_back_with_huge_pages() {
    let world = World::new(&[]);
    there_and_back(&world, &[(HUGE_PAGES, "never")]);
    there_and_back(&world, &[(HUGE_PAGES, "always"), (MIN_FREE, "50000")]);
    // The kernel raises the reserve behind the back of the first write; the next round mends it.
    there_and_back(&world, &[(MIN_FREE, "50000"), (HUGE_PAGES, "always")]);
    assert_eq!(world.kernel.value(MIN_FREE), "67584");
}

#[test]
fn a_value_that_the_kernel_refuses_takes_the_earlier_ones_back() {
    let world = World::new(&[("/etc/a", "x")]);
    let before = (world.everything(), world.kernel.all());
    let knobs = [(SWAPPINESS, "10"), (DIRTY_BYTES, "1048576"), (OVERCOMMIT_RATIO, "200")];
    let fault = world.apply(world.plan(&[("/etc/a", Some("y"))], &knobs)).unwrap_err();
    assert_eq!(fault.exit, Exit::Failed);
    let expected = "the kernel refused `200` for `vm.overcommit_ratio`: Invalid argument; what was done before was taken back";
    assert_eq!(fault.to_string(), expected);
    assert_eq!((world.everything(), world.kernel.all()), before);
}

#[test]
fn a_value_that_does_not_stay_is_a_failure() {
    let world = World::new(&[]);
    let plan = world.plan(&[], &[(DIRTY_RATIO, "10"), (SWAPPINESS, "10")]);
    world.kernel.stubborn.set(SWAPPINESS);
    let fault = world.apply(plan).unwrap_err();
    assert!(
        fault.to_string().starts_with("`vm.swappiness` was set to `10`, but the kernel has `60`"),
        "{fault}"
    );
    assert_eq!(fault.exit, Exit::Failed);
    assert_eq!(world.kernel.value(DIRTY_RATIO), "20");
}

#[test]
fn two_wishes_that_exclude_each_other_fail_and_leave_nothing() {
    let world = World::new(&[]);
    let before = world.kernel.all();
    let plan = world.plan(&[], &[(DIRTY_RATIO, "10"), (DIRTY_BYTES, "1048576")]);
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Failed);
    assert_eq!(world.kernel.all(), before);
}

#[test]
fn a_value_that_is_so_already_is_not_lost_to_another_write() {
    let world = World::new(&[]);
    let before = world.kernel.all();
    let plan = world.plan(&[], &[(DIRTY_RATIO, "20"), (DIRTY_BYTES, "1048576")]);
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Failed);
    assert_eq!(world.kernel.all(), before);
    // Without huge pages the kernel would choose a smaller reserve.
    there_and_back(&world, &[(MIN_FREE, "67584"), (HUGE_PAGES, "never")]);
}

#[test]
fn a_knob_that_somebody_else_set_is_not_overwritten() {
    let world = World::new(&[]);
    let plan = world.plan(&[], &[(SWAPPINESS, "10")]);
    world.kernel.write(SWAPPINESS, "30").unwrap();
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    let plan = world.plan(&[], &[(SWAPPINESS, "30"), (DIRTY_RATIO, "10")]);
    world.kernel.write(SWAPPINESS, "31").unwrap();
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    world.kernel.write(SWAPPINESS, "30").unwrap();
    let id = world.set(&[], &[(SWAPPINESS, "10")]);
    world.kernel.write(SWAPPINESS, "99").unwrap();
    let fault = world.undo(id, Force::No).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused);
    assert!(fault.to_string().starts_with("`vm.swappiness` was changed by somebody else"), "{fault}");
    world.undo(id, Force::Yes).unwrap();
    assert_eq!(world.kernel.value(SWAPPINESS), "30");
}

#[test]
fn a_reserve_that_somebody_raised_is_not_overwritten() {
    let world = World::new(&[]);
    let id = world.set(&[], &[(MIN_FREE, "90000")]);
    world.kernel.write(MIN_FREE, "200000").unwrap();
    assert_eq!(world.undo(id, Force::No).unwrap_err().exit, Exit::Refused);
    world.kernel.write(MIN_FREE, "80000").unwrap();
    assert_eq!(world.undo(id, Force::No).unwrap_err().exit, Exit::Refused);
    world.kernel.write(MIN_FREE, "90000").unwrap();
    world.undo(id, Force::No).unwrap();
    assert_eq!(world.kernel.value(MIN_FREE), "67584");
    let plan = world.plan(&[], &[(MIN_FREE, "90000")]);
    world.kernel.write(MIN_FREE, "200000").unwrap();
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    assert_eq!(world.kernel.value(MIN_FREE), "200000");
}

#[test]
fn who_set_the_reserve_after_huge_pages_moved_it_comes_first() {
    let world = World::new(&[]);
    let before = world.kernel.all();
    let first = world.set(&[], &[(HUGE_PAGES, "never")]);
    let second = world.set(&[], &[(MIN_FREE, "90000")]);
    let fault = world.undo(first, Force::No).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused);
    assert!(fault.to_string().starts_with(&format!("change {second} ")), "{fault}");
    world.undo(second, Force::No).unwrap();
    world.undo(first, Force::No).unwrap();
    assert_eq!(world.kernel.all(), before);

    let first = world.set(&[], &[(MIN_FREE, "50000")]);
    let second = world.set(&[], &[(HUGE_PAGES, "always")]);
    let fault = world.undo(first, Force::No).unwrap_err();
    let expected = format!("change {second} (a test) moved `vm.min_free_kbytes` after change {first}");
    assert!(fault.to_string().starts_with(&expected), "{fault}");
    world.undo(second, Force::No).unwrap();
    world.undo(first, Force::No).unwrap();
    assert_eq!(world.kernel.all(), before);
}

#[test]
fn a_companion_that_somebody_else_set_since_stays() {
    let world = World::new(&[]);
    let id = world.set(&[], &[(HUGE_PAGES, "never")]);
    world.kernel.write(MIN_FREE, "120000").unwrap();
    world.undo(id, Force::No).unwrap();
    assert_eq!(world.kernel.value(HUGE_PAGES), "madvise");
    assert_eq!(world.kernel.value(MIN_FREE), "120000");
}

#[test]
fn the_twin_of_a_later_entry_counts_as_the_same_knob() {
    let world = World::new(&[]);
    let first = world.set(&[], &[(DIRTY_BYTES, "1048576")]);
    let second = world.set(&[], &[(DIRTY_RATIO, "10")]);
    let fault = world.undo(first, Force::No).unwrap_err();
    assert!(fault.to_string().starts_with(&format!("change {second} ")), "{fault}");
    world.undo(second, Force::No).unwrap();
    world.undo(first, Force::No).unwrap();
    assert_eq!((world.kernel.value(DIRTY_BYTES), world.kernel.value(DIRTY_RATIO)), ("0".into(), "20".into()));
}

#[test]
fn after_a_boot_a_knob_that_is_neither_is_left_alone() {
    let world = World::new(&[("/etc/a", "x")]);
    let id = world.set(&[("/etc/a", Some("y"))], &[(SWAPPINESS, "10")]);
    world.kernel.reboot(&[(SWAPPINESS, "77")]);
    let plan = plan_on(&world.machine(), &[id], Force::No).unwrap();
    assert_eq!(plan.notes().len(), 1);
    world.apply(plan).unwrap();
    assert_eq!((world.kernel.value(SWAPPINESS), world.read("/etc/a")), ("77".into(), Some("x".into())));
}

#[test]
fn an_undo_of_an_undo_brings_the_value_again() {
    let world = World::new(&[]);
    let id = world.set(&[], &[(DIRTY_BYTES, "1048576"), (HUGE_PAGES, "never")]);
    let set = world.kernel.all();
    let undone = world.undo(id, Force::No).unwrap().id;
    world.undo(undone, Force::No).unwrap();
    assert_eq!(world.kernel.all(), set);
    assert_eq!(world.states(), [State::Applied, State::Undone, State::Applied]);
}

#[test]
fn what_is_so_already_is_not_planned() {
    let world = World::new(&[]);
    assert!(world.plan(&[], &[(SWAPPINESS, "0x3c"), (HUGE_PAGES, "madvise"), (DIRTY_BYTES, "0")]).is_empty());
    let mut plan = Plan::new("a test", Area::Tune);
    let fault = plan.knob_of(&world.machine(), "/proc/sys/vm/none", "1", why()).unwrap_err();
    assert_eq!(fault.to_string(), "this kernel has no `vm.none`");
}

#[test]
fn where_the_kernel_left_the_companions_is_written_down() {
    let world = World::new(&[]);
    world.set(&[], &[(HUGE_PAGES, "never")]);
    let entry = journal::entries(&world.host).unwrap().remove(0);
    let crate::change::Change::Knob(knob) = &entry.changes[0] else { panic!("{entry:?}") };
    assert_eq!(knob.companions[0].before, "67584");
    assert_eq!(knob.companions[0].after.as_deref(), Some("45056"));
}

#[test]
fn a_pair_that_was_set_by_turns_comes_back_at_once() {
    let world = World::new(&[]);
    let before = world.kernel.all();
    let ids = [
        world.set(&[], &[(DIRTY_BYTES, "1048576")]),
        world.set(&[], &[(DIRTY_RATIO, "10"), (HUGE_PAGES, "never")]),
        world.set(&[], &[(DIRTY_BYTES, "2097152"), (MIN_FREE, "50000")]),
    ];
    world.apply(plan_on(&world.machine(), &ids, Force::No).unwrap()).unwrap();
    assert_eq!(world.kernel.all(), before);
}

#[test]
fn another_profile_may_set_the_twin() {
    let world = World::new(&[]);
    world.kernel.write(DIRTY_BYTES, "1048576").unwrap();
    let before = world.kernel.all();
    world.set(&[], &[(DIRTY_BYTES, "2097152")]);
    let mut plan = world.plan(&[], &[(DIRTY_RATIO, "10")]);
    take_back_on(&mut plan, &world.machine(), Area::Tune, &[DIRTY_RATIO.to_owned()].into()).unwrap();
    world.apply(plan).unwrap();
    assert_eq!(world.kernel.value(DIRTY_RATIO), "10");
    let mut off = Plan::new("off", Area::Undo);
    take_back_on(&mut off, &world.machine(), Area::Tune, &[].into()).unwrap();
    world.apply(off).unwrap();
    assert_eq!(world.kernel.all(), before);
}
