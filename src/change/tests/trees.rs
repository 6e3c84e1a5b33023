//! Files of a tree: applied, taken back, and kept apart from what others do.

use crate::change::journal::{self, State};
use crate::change::undo::{Force, take_back};
use crate::change::{Area, Nobody, Plan, apply, may_write, recover, refuse_unwritable, undo};
use crate::exit::Exit;

use super::world::{World, time, why};

const NEW: &str = "/etc/systemd/system/x.service.d/90-memtune.conf";

#[test]
fn a_plan_is_applied_and_every_byte_and_folder_comes_back() {
    let world = World::new(&[("/etc/a", "old\n"), ("/etc/gone", "x")]);
    world.chmod("/etc/a", 0o640);
    let before = world.everything();
    let id = world.set(&[("/etc/a", Some("new\n")), (NEW, Some("unit\n")), ("/etc/gone", None)], &[]);
    assert_eq!(id, 1);
    assert_eq!(world.read("/etc/a").as_deref(), Some("new\n"));
    assert_eq!(world.host.state("/etc/a").unwrap().unwrap().mode, 0o640);
    assert_eq!(world.host.state(NEW).unwrap().unwrap().mode, 0o644);
    assert_eq!(world.read("/etc/gone"), None);
    world.undo(id, Force::No).unwrap();
    assert_eq!(world.everything(), before);
    assert_eq!(world.states(), [State::Undone, State::Applied]);
}

#[test]
fn the_journal_can_be_read_by_its_owner_alone() {
    let world = World::new(&[("/etc/a", "old")]);
    world.set(&[("/etc/a", Some("new"))], &[]);
    let mode = |path: &str| world.host.status(path).unwrap().mode;
    assert_eq!(mode("/var/lib/memtune/journal/000001.json"), 0o600);
    assert_eq!(mode("/var/lib/memtune/journal"), 0o700);
    assert_eq!(mode("/var/lib/memtune"), 0o700);
    assert_eq!(mode("/var/lib"), 0o755);
    let entry = journal::entries(&world.host).unwrap().remove(0);
    assert_eq!((entry.time.as_str(), entry.command.as_str()), ("2027-01-15T08:00:00Z", "memtune test"));
}

#[test]
fn what_is_so_already_is_not_planned() {
    let world = World::new(&[("/etc/a", "same")]);
    assert!(world.plan(&[("/etc/a", Some("same")), ("/etc/none", None)], &[]).is_empty());
    world.set(&[("/etc/a", Some("new")), (NEW, Some("x"))], &[]);
    assert!(world.plan(&[("/etc/a", Some("new")), (NEW, Some("x"))], &[]).is_empty());
}

#[test]
fn planning_a_target_twice_keeps_the_last_wish() {
    let world = World::new(&[("/etc/a", "old")]);
    let plan = world.plan(&[("/etc/a", Some("one")), ("/etc/a", Some("two"))], &[]);
    assert_eq!(plan.steps().len(), 1);
    assert!(world.plan(&[("/etc/a", Some("one")), ("/etc/a", Some("old"))], &[]).is_empty());
}

#[test]
fn bytes_that_are_no_text_come_back() {
    let world = World::new(&[("/etc/a", "")]);
    let bytes = b"\xff\x00\xfe not UTF-8".to_vec();
    #[expect(clippy::disallowed_methods, reason = "builds the tree that is changed")]
    std::fs::write(world.path("/etc/a"), &bytes).unwrap();
    let id = world.set(&[("/etc/a", Some("text"))], &[]);
    world.undo(id, Force::No).unwrap();
    assert_eq!(world.host.state("/etc/a").unwrap().unwrap().content, bytes);
}

#[test]
fn entries_of_an_area_are_taken_back_to_what_was_there_first() {
    let world = World::new(&[("/etc/a", "0"), ("/etc/b", "0")]);
    world.set(&[("/etc/a", Some("1")), ("/etc/b", Some("1"))], &[]);
    world.set(&[("/etc/a", Some("2")), (NEW, Some("2"))], &[]);
    let some = |text: &str| Some(text.to_owned());

    // Another profile takes the place of both: what it does not set goes back.
    let mut plan = world.plan(&[("/etc/a", Some("3"))], &[]);
    take_back(&mut plan, &world.host, Area::Tune, &["/etc/a".to_owned()].into()).unwrap();
    world.apply(plan).unwrap();
    assert_eq!((world.read("/etc/b"), world.read(NEW)), (some("0"), None));

    let mut off = Plan::new("off", Area::Undo);
    take_back(&mut off, &world.host, Area::Tune, &[].into()).unwrap();
    world.apply(off).unwrap();
    assert_eq!((world.read("/etc/a"), world.read("/etc/b"), world.read(NEW)), (some("0"), some("0"), None));
    assert_eq!(world.states(), [State::Undone, State::Undone, State::Undone, State::Applied]);
    assert_eq!(journal::read(&world.host).unwrap().last_in_force(), None);
    let mut again = Plan::new("off", Area::Undo);
    take_back(&mut again, &world.host, Area::Tune, &[].into()).unwrap();
    assert!(again.is_empty());
}

#[test]
fn an_undo_can_be_taken_back_itself() {
    let world = World::new(&[("/etc/a", "old")]);
    let id = world.set(&[("/etc/a", Some("new")), (NEW, Some("x"))], &[]);
    let undone = world.undo(id, Force::No).unwrap().id;
    assert_eq!(world.undo(id, Force::No).unwrap_err().exit, Exit::Refused);
    world.undo(undone, Force::No).unwrap();
    assert_eq!(world.read("/etc/a").as_deref(), Some("new"));
    assert_eq!(world.read(NEW).as_deref(), Some("x"));
    assert_eq!(world.states(), [State::Applied, State::Undone, State::Applied]);
    world.undo(id, Force::No).unwrap();
    assert_eq!((world.read("/etc/a").as_deref(), world.read(NEW)), (Some("old"), None));
}

#[test]
fn several_entries_are_taken_back_at_once() {
    let world = World::new(&[("/etc/a", "0")]);
    let before = world.everything();
    let first = world.set(&[("/etc/a", Some("1"))], &[]);
    let second = world.set(&[("/etc/a", Some("2")), (NEW, Some("2"))], &[]);
    let plan = undo::plan(&world.host, &[second, first], Force::No).unwrap();
    assert_eq!(plan.title, "take back changes 1, 2");
    world.apply(plan).unwrap();
    assert_eq!(world.everything(), before);
}

#[test]
fn in_a_tree_knobs_and_programs_are_left_alone() {
    let world = World::new(&[("/etc/a", "old"), ("/proc/sys/vm/swappiness", "60\n")]);
    let mut plan = Plan::new("a test", Area::Tune);
    plan.file(&world.host, "/etc/a", Some("new"), why()).unwrap();
    plan.knob(&world.host, "/proc/sys/vm/swappiness", "10", why()).unwrap();
    plan.command(&["reboot"], None, why());
    plan.afterwards(&["systemctl", "daemon-reload"], why());
    let id = apply(&world.host, plan, "x", time(), &Nobody).unwrap().id;
    let entry = journal::entries(&world.host).unwrap().remove(0);
    assert_eq!(entry.changes.iter().map(|change| change.target()).collect::<Vec<_>>(), ["/etc/a"]);
    assert_eq!(world.read("/proc/sys/vm/swappiness").as_deref(), Some("60\n"));
    apply(&world.host, undo::plan(&world.host, &[id], Force::No).unwrap(), "x", time(), &Nobody).unwrap();
    assert_eq!(world.read("/etc/a").as_deref(), Some("old"));
    assert!(may_write(&world.host));
    assert_eq!(recover(&world.host, &Nobody).unwrap(), None);
}

#[test]
fn a_plan_serializes_as_programs_expect_it() {
    let world = World::new(&[("/etc/a", "old")]);
    let mut plan = world.plan(&[("/etc/a", Some("new"))], &[(super::kernel::SWAPPINESS, "10")]);
    plan.refuse("/etc/b", "is not safe");
    let text = serde_json::to_value(&plan).unwrap();
    assert_eq!(text["schema"], "memtune.plan/1");
    let change = &text["changes"][0];
    assert_eq!(
        (&change["kind"], &change["before"], &change["after"]),
        (&"file".into(), &"old".into(), &"new".into())
    );
    let knob = &text["changes"][1];
    assert_eq!(
        (&knob["kind"], &knob["before"], &knob["source"]),
        (&"knob".into(), &"60".into(), &"a source".into())
    );
    assert_eq!(text["refused"][0]["target"], "/etc/b");
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
}

#[test]
fn folders_go_with_whichever_file_goes_last() {
    let (one, other) = ("/etc/new/one", "/etc/new/deeper/other");
    let world = World::new(&[("/etc/a", "0")]);
    let before = world.everything();
    let first = world.set(&[(other, Some("1"))], &[]);
    let second = world.set(&[(one, Some("1"))], &[]);
    world.undo(first, Force::No).unwrap();
    world.undo(second, Force::No).unwrap();
    assert_eq!(world.everything(), before);

    let ids = [
        world.set(&[(other, Some("1"))], &[]),
        world.set(&[(one, Some("1"))], &[]),
        world.set(&[(other, None)], &[]),
    ];
    let undone = world.apply(undo::plan(&world.host, &ids, Force::No).unwrap()).unwrap().id;
    assert_eq!(world.everything(), before);

    let again = world.undo(undone, Force::No).unwrap().id;
    assert_eq!(world.read(one).as_deref(), Some("1"));
    world.undo(again, Force::No).unwrap();
    assert_eq!(world.everything(), before);
}

/// As the kernel gives it: the owner may all, the user 12345 may read, and nobody else.
const ACCESS_LIST: &[u8] = b"\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x04\0\x39\x30\0\0\
    \x04\0\0\0\xff\xff\xff\xff\x10\0\x04\0\xff\xff\xff\xff\x20\0\0\0\xff\xff\xff\xff";

fn access_list(world: &World, path: &str) -> Option<Vec<u8>> {
    let mut list = vec![0; 256];
    let length = rustix::fs::getxattr(world.path(path), "system.posix_acl_access", &mut list[..]).ok()?;
    list.truncate(length);
    Some(list)
}

fn set_list(world: &World, path: &str, name: &str) -> bool {
    let flags = rustix::fs::XattrFlags::empty();
    let answer = rustix::fs::setxattr(world.path(path), name, ACCESS_LIST, flags);
    if let Err(error) = &answer {
        eprintln!("skipped: no access lists here: {error}");
    }
    answer.is_ok()
}

#[test]
fn who_may_read_a_file_survives_its_change_and_its_undo() {
    let world = World::new(&[("/etc/a", "old")]);
    if !set_list(&world, "/etc/a", "system.posix_acl_access") {
        return;
    }
    let before = world.everything();
    let id = world.set(&[("/etc/a", Some("new"))], &[]);
    assert_eq!(access_list(&world, "/etc/a").as_deref(), Some(ACCESS_LIST));
    world.undo(id, Force::No).unwrap();
    assert_eq!(access_list(&world, "/etc/a").as_deref(), Some(ACCESS_LIST));
    assert_eq!(world.everything(), before);

    let id = world.set(&[("/etc/a", None)], &[]);
    world.undo(id, Force::No).unwrap();
    assert_eq!(access_list(&world, "/etc/a").as_deref(), Some(ACCESS_LIST));

    // Another list is another state of the file.
    let id = world.set(&[("/etc/a", Some("new"))], &[]);
    rustix::fs::removexattr(world.path("/etc/a"), "system.posix_acl_access").unwrap();
    assert_eq!(world.undo(id, Force::No).unwrap_err().exit, Exit::Refused);
    assert!(undo::drifted(&world.host, &[id]).unwrap()[0].difference.contains("access control list"));
}

#[test]
fn a_new_file_has_its_mode_and_no_list_of_its_folder() {
    let world = World::new(&[("/etc/a", "old")]);
    if !set_list(&world, "/etc", "system.posix_acl_default") {
        return;
    }
    let id = world.set(&[("/etc/b", Some("new"))], &[]);
    assert_eq!(access_list(&world, "/etc/b"), None);
    assert_eq!(world.host.state("/etc/b").unwrap().unwrap().mode, 0o644);
    world.undo(id, Force::No).unwrap();
    assert_eq!(world.read("/etc/b"), None);
}

#[test]
fn other_names_of_a_file_are_told() {
    let world = World::new(&[("/etc/a", "old")]);
    assert_eq!(world.plan(&[("/etc/a", Some("new"))], &[]).notes(), [""; 0]);
    std::fs::hard_link(world.path("/etc/a"), world.path("/etc/b")).unwrap();
    let plan = world.plan(&[("/etc/a", Some("new"))], &[]);
    assert_eq!(plan.notes().len(), 1);
    assert!(
        plan.notes()[0].contains("/etc/a") && plan.notes()[0].contains("hard link"),
        "{:?}",
        plan.notes()
    );
    world.apply(plan).unwrap();
    assert_eq!(world.read("/etc/b").as_deref(), Some("old"));
}

#[test]
fn a_link_in_the_place_of_the_journal_is_said_to_be_one() {
    let world = World::new(&[("/etc/a", "x"), ("/var/lib/memtune", "->/etc")]);
    let fault = refuse_unwritable(&world.host).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused, "{fault}");
    assert!(fault.to_string().contains("symbolic link") && fault.hint.is_some(), "{fault:?}");
}
