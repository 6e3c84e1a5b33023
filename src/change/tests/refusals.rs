//! What is refused, and what fails: nothing is left half done.

use std::os::unix::fs::symlink;

use crate::change::journal::{self, State};
use crate::change::undo::{Force, drifted};
use crate::change::{Area, Nobody, Plan, apply, recover, undo};
use crate::exit::Exit;

use super::kernel::SWAPPINESS;
use super::world::{World, time, why};

#[test]
fn links_are_refused_wherever_they_stand() {
    let world = World::new(&[("/etc/real", "x"), ("/etc/link", "->real"), ("/folder", "->/etc")]);
    let before = world.everything();
    for path in ["/etc/link", "/folder/real", "/folder/new"] {
        let mut plan = Plan::new("a test", Area::Tune);
        let fault = plan.file(&world.host, path, Some("y"), why()).unwrap_err();
        assert_eq!(fault.exit, Exit::Refused, "{path}");
        assert!(fault.to_string().contains("symbolic link"), "{fault}");
    }
    // A link that appears after the plan was made.
    let plan = world.plan(&[("/etc/sub/new", Some("y"))], &[]);
    symlink("/etc", world.path("/etc/sub")).unwrap();
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    std::fs::remove_file(world.path("/etc/sub")).unwrap();
    assert_eq!(world.everything(), before);
}

#[test]
fn a_journal_behind_a_link_is_refused() {
    let world = World::new(&[("/etc/a", "x"), ("/var/lib/memtune", "->/etc")]);
    let plan = world.plan(&[("/etc/a", Some("y"))], &[]);
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    assert_eq!(world.read("/etc/a").as_deref(), Some("x"));
}

#[test]
fn two_at_once_exclude_each_other() {
    let world = World::new(&[("/etc/a", "x")]);
    let plan = world.plan(&[("/etc/a", Some("y"))], &[]);
    let lock = journal::lock(&world.host).unwrap();
    let fault = world.apply(plan.clone()).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused);
    let expected = format!("another memtune (process {}) is changing this machine", std::process::id());
    assert_eq!(fault.to_string(), expected);
    assert_eq!(world.read("/etc/a").as_deref(), Some("x"));
    drop(lock);
    world.apply(plan).unwrap();
}

#[test]
fn what_changed_since_the_plan_is_not_overwritten() {
    let world = World::new(&[("/etc/a", "x"), ("/etc/b", "x")]);
    let plan = world.plan(&[("/etc/a", Some("y")), ("/etc/b", Some("y"))], &[]);
    world.write("/etc/b", "by hand");
    assert_eq!(world.apply(plan.clone()).unwrap_err().exit, Exit::Refused);
    world.write("/etc/b", "x");
    world.chmod("/etc/b", 0o600);
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    assert_eq!(world.read("/etc/a").as_deref(), Some("x"));
    let plan = world.plan(&[("/etc/new", Some("y"))], &[]);
    world.write("/etc/new", "by hand");
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    assert_eq!(world.states(), []);
}

#[test]
fn a_step_that_fails_takes_the_earlier_ones_back() {
    let world = World::new(&[("/etc/a", "x"), ("/etc/gone", "x")]);
    let before = world.everything();
    // The third file becomes the folder of the fourth, which cannot be.
    let plan = world.plan(
        &[("/etc/a", Some("y")), ("/etc/gone", None), ("/etc/n", Some("y")), ("/etc/n/m", Some("y"))],
        &[],
    );
    let fault = world.apply(plan).unwrap_err();
    assert_eq!(fault.exit, Exit::Failed, "{fault}");
    assert!(fault.to_string().starts_with("cannot write `/etc/n/m`: Not a directory"), "{fault}");
    assert_eq!(world.everything(), before);
    assert_eq!(world.states(), [State::RolledBack]);
}

#[test]
fn a_program_that_fails_takes_the_earlier_steps_back() {
    let world = World::new(&[("/etc/a", "x")]);
    let before = (world.everything(), world.kernel.all());
    let mut plan = world.plan(&[("/etc/a", Some("y"))], &[(SWAPPINESS, "10")]);
    plan.command(&["one"], Some(&["undo-one"]), why());
    plan.command(&["two"], Some(&["undo-two"]), why());
    plan.command(&["three"], Some(&["undo-three"]), why());
    plan.afterwards(&["reload"], why());
    world.kernel.failing.borrow_mut().extend(["two".to_owned(), "undo-two".to_owned()]);
    let fault = world.apply(plan.clone()).unwrap_err();
    assert_eq!(fault.exit, Exit::Failed);
    assert!(fault.to_string().starts_with("`two` failed: it ended with status 1"), "{fault}");
    assert_eq!((world.everything(), world.kernel.all()), before);
    assert_eq!(*world.kernel.ran.borrow(), ["one", "two", "undo-two", "undo-one", "reload"]);
    assert_eq!(world.states(), [State::RolledBack]);

    // What did work and cannot be taken back is named.
    world.kernel.failing.borrow_mut().insert("undo-one".to_owned());
    let fault = world.apply(plan).unwrap_err();
    assert_eq!(fault.exit, Exit::Incomplete);
    assert!(fault.to_string().contains("could not be taken back: `undo-one` failed"), "{fault}");
    let hint = fault.hint.unwrap();
    assert!(hint.contains("`memtune history 2`") && hint.contains("`memtune undo 2"), "{hint}");
    assert_eq!(world.states(), [State::RolledBack, State::Incomplete]);
    assert_eq!(journal::entries(&world.host).unwrap()[1].left, ["`undo-one` failed: it ended with status 1"]);
}

#[test]
fn a_program_that_only_had_to_be_told_may_fail() {
    let world = World::new(&[("/etc/a", "x")]);
    let mut plan = world.plan(&[("/etc/a", Some("y"))], &[]);
    plan.announce(&["reload"], why());
    world.kernel.failing.borrow_mut().insert("reload".to_owned());
    let applied = world.apply(plan).unwrap();
    assert_eq!(applied.notes, ["`reload` failed: it ended with status 1"]);
    assert_eq!(world.states(), [State::Applied]);
    assert_eq!(world.undo(applied.id, Force::No).unwrap().notes, applied.notes);
    assert_eq!(world.states(), [State::Undone, State::Applied]);
}

#[test]
fn a_program_that_could_not_be_written_down_is_neither_run_nor_taken_back() {
    let world = World::new(&[]);
    // The journal finds a folder where it writes beside the entry.
    let mut plan = world.plan(&[("/var/lib/memtune/journal/.000001.json.memtune-new/x", Some("y"))], &[]);
    plan.command(&["one"], Some(&["undo-one"]), why());
    let fault = world.apply(plan).unwrap_err();
    assert!(fault.to_string().starts_with("cannot write `/var/lib/memtune/journal/000001.json`"), "{fault}");
    assert_eq!(*world.kernel.ran.borrow(), [""; 0]);
    assert_eq!(world.states(), [State::RolledBack]);
}

#[test]
fn a_plan_with_more_changes_than_an_entry_may_have_is_refused() {
    let world = World::new(&[]);
    let mut plan = Plan::new("a test", Area::Swap);
    for place in 0..1001 {
        plan.command(&["true", &place.to_string()], None, why());
    }
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    assert_eq!((world.states(), world.kernel.ran.borrow().len()), (vec![], 0));
}

#[test]
fn programs_are_taken_back_in_reverse() {
    let world = World::new(&[]);
    let mut plan = Plan::new("a test", Area::Swap);
    plan.afterwards(&["reload"], why());
    plan.afterwards(&["reload"], why());
    plan.command(&["one"], Some(&["undo-one"]), why());
    plan.command(&["two"], Some(&["undo-two"]), why());
    let id = world.apply(plan).unwrap().id;
    world.undo(id, Force::No).unwrap();
    let expected = ["one", "two", "reload", "undo-two", "undo-one", "reload"];
    assert_eq!(*world.kernel.ran.borrow(), expected);
}

#[test]
fn an_undo_stops_where_somebody_else_changed_the_file() {
    let world = World::new(&[("/etc/a", "x\n"), ("/etc/b", "x\n")]);
    let id = world.set(&[("/etc/a", Some("y\n")), ("/etc/b", Some("y\n"))], &[]);
    world.write("/etc/a", "by hand\n");
    let fault = world.undo(id, Force::No).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused);
    assert!(fault.hint.unwrap().contains("--force"));
    assert_eq!(world.read("/etc/b").as_deref(), Some("y\n"));
    let found = drifted(&world.host, &[id]).unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].difference.contains("-y\n+by hand\n"), "{}", found[0].difference);
    world.undo(id, Force::Yes).unwrap();
    assert_eq!(world.read("/etc/a").as_deref(), Some("x\n"));
    assert_eq!(world.states(), [State::Undone, State::Applied]);
}

#[test]
fn an_undo_accepts_what_somebody_put_back_by_hand() {
    let world = World::new(&[("/etc/a", "x"), ("/etc/b", "x")]);
    let id = world.set(&[("/etc/a", Some("y")), ("/etc/b", Some("y"))], &[]);
    world.write("/etc/a", "x");
    world.undo(id, Force::No).unwrap();
    assert_eq!(world.read("/etc/b").as_deref(), Some("x"));
}

#[test]
fn an_edit_between_two_entries_is_not_lost() {
    let world = World::new(&[("/etc/a", "0\n")]);
    let first = world.set(&[("/etc/a", Some("1\n2\n"))], &[]);
    world.write("/etc/a", "1\nby hand\n2\n");
    let second = world.set(&[("/etc/a", Some("3\n"))], &[]);
    // The second plan showed what it overwrote; whoever goes back further is told of it.
    let both = undo::plan(&world.host, &[first, second], Force::No).unwrap();
    assert!(both.notes()[0].contains("had been edited"), "{:?}", both.notes());
    world.undo(second, Force::No).unwrap();
    assert_eq!(world.read("/etc/a").as_deref(), Some("1\nby hand\n2\n"));
}

#[test]
fn an_edit_of_other_lines_is_in_it_still() {
    let world = World::new(&[("/etc/a", "0\n")]);
    let first = world.set(&[("/etc/a", Some("0\nours\n"))], &[]);
    world.write("/etc/a", "0\nours\nby hand\n");
    let second = world.set(&[("/etc/a", Some("2\nours\nby hand\n"))], &[]);
    world.write("/etc/a", "2\nours\nby hand\nand more\n");
    let both = undo::plan(&world.host, &[first, second], Force::No).unwrap();
    world.apply(both).unwrap();
    assert_eq!(world.read("/etc/a").as_deref(), Some("0\nby hand\nand more\n"));
}

#[test]
fn an_edit_between_two_entries_that_is_there_still_is_kept() {
    let world = World::new(&[("/etc/a", "0\n")]);
    let first = world.set(&[("/etc/a", Some("1\n"))], &[]);
    world.write("/etc/a", "1 by hand\n");
    let second = world.set(&[("/etc/a", Some("1 by hand\n2\n"))], &[]);
    let fault = undo::plan(&world.host, &[first, second], Force::No).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused);
    assert!(drifted(&world.host, &[first, second]).unwrap()[0].difference.contains("+1 by hand"));
}

#[test]
fn an_entry_that_another_builds_upon_is_refused() {
    let world = World::new(&[("/etc/a", "0"), ("/etc/b", "0")]);
    let first = world.set(&[("/etc/a", Some("1"))], &[]);
    let second = world.set(&[("/etc/a", Some("2"))], &[]);
    let unrelated = world.set(&[("/etc/b", Some("1"))], &[]);
    let fault = world.undo(first, Force::Yes).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused);
    assert!(fault.to_string().starts_with(&format!("change {second} ")), "{fault}");
    world.undo(second, Force::No).unwrap();
    world.undo(first, Force::No).unwrap();
    world.undo(unrelated, Force::No).unwrap();
    assert_eq!(world.read("/etc/a").as_deref(), Some("0"));
    assert_eq!(world.undo(99, Force::No).unwrap_err().exit, Exit::Usage);
}

#[test]
fn a_damaged_last_entry_stops_writing_and_a_damaged_older_one_does_not() {
    let world = World::new(&[("/etc/a", "x")]);
    world.write("/var/lib/memtune/journal/000001.json", "{ half");
    let plan = world.plan(&[("/etc/a", Some("y"))], &[]);
    let fault = apply(&world.host, plan.clone(), "x", time(), &Nobody).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused);
    assert!(fault.to_string().contains("000001.json"), "{fault}");
    assert_eq!(recover(&world.host, &Nobody).unwrap_err().exit, Exit::Refused);
    // A newer memtune wrote it, and says that it was carried out.
    world
        .write("/var/lib/memtune/journal/000001.json", r#"{"schema":"memtune.journal/9","state":"applied"}"#);
    assert_eq!(apply(&world.host, plan, "x", time(), &Nobody).unwrap().id, 2);
    world.write("/var/lib/memtune/journal/000001.json", "{ half");
    assert_eq!(world.set(&[("/etc/a", Some("z"))], &[]), 3);
    assert_eq!(world.undo(1, Force::No).unwrap_err().exit, Exit::Refused);
}

#[test]
fn a_plan_too_large_for_the_journal_is_refused_before_anything_is_written() {
    let world = World::new(&[("/etc/a", "x")]);
    let plan = world.plan(&[("/etc/a", Some(&"y".repeat(4 << 20)))], &[]);
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    assert_eq!(world.read("/etc/a").as_deref(), Some("x"));
    assert_eq!(world.states(), []);
}
