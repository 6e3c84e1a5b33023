//! Swap files and areas: made, taken back, cut short at every step, and never mistaken for somebody else's.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::change::apply::apply_on;
use crate::change::journal::{self, State, parse};
use crate::change::recover::under_lock;
use crate::change::undo::{Force, plan_on};
use crate::change::{Area, Observer, Plan, Progress, SwapFile, SwapOn};
use crate::exit::{Exit, Fault};
use crate::host::Filling;
use crate::sys::bytes::Bytes;

use super::crash::cut_short;
use super::swap_plans::{LARGER, SIZE, SWAP, add, remove, resize, uuid, uuid_at};
use super::world::{World, time, why};

const FSTAB: &str = "# by hand\n/dev/vda1 / ext4\tdefaults 0 1\n";

fn world() -> World {
    World::new(&[("/etc/fstab", FSTAB)])
}

/// With a swap file that is on.
fn swapping() -> World {
    let world = world();
    world.apply(add(&world, &world.machine(), SWAP, 1)).unwrap();
    world
}

type Everything = (std::collections::BTreeMap<std::path::PathBuf, super::world::Found>, Vec<(String, i32)>);

fn everything(world: &World) -> Everything {
    (world.everything(), world.kernel.areas())
}

#[test]
fn an_area_is_added_and_taken_back() {
    let world = world();
    let before = everything(&world);
    let id = world.apply(add(&world, &world.machine(), SWAP, 1)).unwrap().id;
    assert_eq!(world.kernel.areas(), [(SWAP.to_owned(), 10)]);
    assert_eq!(uuid_at(&world, SWAP), Some(uuid(1)));
    assert_eq!(world.host.status(SWAP).unwrap().mode, 0o600);
    assert!(world.read("/etc/fstab").unwrap().ends_with("/swapfile none swap defaults,nofail,pri=10 0 0\n"));
    let added = everything(&world);
    let undone = world.undo(id, Force::No).unwrap().id;
    assert_eq!(everything(&world), before);
    let again = world.undo(undone, Force::No).unwrap().id;
    assert_eq!(everything(&world), added);
    world.undo(again, Force::No).unwrap();
    assert_eq!(everything(&world), before);
    let ran = world.kernel.ran.borrow();
    assert_eq!(ran[..3], ["swapon -p 10 /swapfile", "systemctl daemon-reload", "swapoff /swapfile"]);
}

#[test]
fn an_area_is_removed_and_comes_back_with_its_uuid() {
    let world = swapping();
    let before = everything(&world);
    let id = world.apply(remove(&world, &world.machine(), SWAP)).unwrap().id;
    assert_eq!((world.kernel.areas(), world.host.has(SWAP)), (vec![], false));
    assert_eq!(world.read("/etc/fstab").as_deref(), Some(FSTAB));
    world.undo(id, Force::No).unwrap();
    assert_eq!(everything(&world), before);
}

#[test]
fn an_area_is_never_smaller_while_it_is_resized() {
    let world = swapping();
    let before = everything(&world);
    let plan = resize(&world, &world.machine(), 2);
    let id = world.apply(plan).unwrap().id;
    assert_eq!(world.kernel.areas(), [(LARGER.to_owned(), 10)]);
    let ran = world.kernel.ran.borrow()[2..].to_vec();
    assert_eq!(ran, ["swapon -p 10 /larger swap", "swapoff /swapfile", "systemctl daemon-reload"]);
    world.undo(id, Force::No).unwrap();
    assert_eq!(everything(&world), before);
}

#[test]
fn every_prefix_of_every_plan_is_taken_back() {
    type Start = fn() -> World;
    type Make = fn(&World) -> Plan;
    let cases: [(Start, Make, usize); 3] = [
        (world, |world| add(world, &world.machine(), SWAP, 1), 4),
        (swapping, |world| remove(world, &world.machine(), SWAP), 4),
        (swapping, |world| resize(world, &world.machine(), 2), 6),
    ];
    for (start, make, steps) in cases {
        assert_eq!(make(&start()).steps().len(), steps);
        for done in 0..=steps {
            let world = start();
            let before = everything(&world);
            cut_short(&world, make(&world), done);
            world.write("/.swapfile.memtune-new", "half");
            world.write("/.larger swap.memtune-new", "half");
            let recovered = under_lock(&world.machine()).unwrap().unwrap();
            let (title, left) = (recovered.title, recovered.left);
            assert_eq!(left, [""; 0], "{title}: after {done} steps");
            let mut after = everything(&world);
            if title != "resize swap" {
                after.0.remove(&world.path("/.larger swap.memtune-new"));
            }
            assert_eq!(after, before, "{title}: after {done} steps");
        }
    }
}

#[test]
fn every_prefix_of_an_undo_is_taken_back_to_what_was_applied() {
    for done in 0..=6 {
        let world = swapping();
        let id = world.apply(resize(&world, &world.machine(), 2)).unwrap().id;
        let applied = everything(&world);
        cut_short(&world, plan_on(&world.machine(), &[id], Force::No).unwrap(), done);
        assert_eq!(under_lock(&world.machine()).unwrap().unwrap().left, [""; 0]);
        assert_eq!(everything(&world), applied, "after {done} steps");
        world.undo(id, Force::No).unwrap();
    }
}

#[test]
fn what_the_next_boot_turned_on_is_turned_off_before_it_is_deleted() {
    let world = world();
    let before = everything(&world);
    cut_short(&world, add(&world, &world.machine(), SWAP, 1), 3);
    // The line was on the disk, so systemd took the area, with a priority of its own.
    world.kernel.reboot(&[]);
    let machine = world.machine();
    let words = ["swapon", SWAP].map(str::to_owned);
    let go_on = || std::ops::ControlFlow::Continue(());
    machine.kernel.unwrap().run(&words, crate::host::Patience::Endless(None), &go_on).unwrap();
    assert_eq!(world.kernel.areas(), [(SWAP.to_owned(), -2)]);
    assert_eq!(under_lock(&machine).unwrap().unwrap().left, [""; 0]);
    assert_eq!(everything(&world), before);
}

#[test]
fn an_undo_after_a_boot_deletes_what_is_no_longer_on() {
    let world = swapping();
    world.kernel.reboot(&[]);
    world.undo(1, Force::No).unwrap();
    assert_eq!((world.host.has(SWAP), world.read("/etc/fstab").as_deref()), (false, Some(FSTAB)));
}

#[test]
fn a_step_that_fails_takes_the_others_back() {
    let world = world();
    let before = everything(&world);
    *world.kernel.refusal.borrow_mut() =
        Some("BTRFS warning (device vda): swapfile must not be copy-on-write".to_owned());
    let fault = world.apply(add(&world, &world.machine(), SWAP, 1)).unwrap_err();
    assert_eq!(fault.exit, Exit::Failed);
    assert!(fault.to_string().contains("files that are never copied on write"), "{fault}");
    assert!(fault.to_string().ends_with("what was done before was taken back"), "{fault}");
    assert_eq!(everything(&world), before);
    assert_eq!(world.states(), [State::RolledBack]);
}

#[test]
fn a_file_in_use_is_kept_where_it_cannot_be_turned_off() {
    let world = swapping();
    let before = everything(&world);
    *world.kernel.full.borrow_mut() = Some(SWAP.to_owned());
    let fault = world.apply(remove(&world, &world.machine(), SWAP)).unwrap_err();
    assert_eq!(fault.exit, Exit::Failed);
    assert!(fault.to_string().contains("have no room for what it holds"), "{fault}");
    assert_eq!(everything(&world), before);
    // A resize comes further: the new area is on already, and goes again.
    let fault = world.apply(resize(&world, &world.machine(), 2)).unwrap_err();
    assert_eq!(fault.exit, Exit::Failed);
    assert_eq!(everything(&world), before);
    // Where the new area cannot be turned off either, it and its file stay, and both are named.
    *world.kernel.full.borrow_mut() = Some(LARGER.to_owned());
    world.kernel.failing.borrow_mut().insert("swapoff /swapfile".to_owned());
    let fault = world.apply(resize(&world, &world.machine(), 2)).unwrap_err();
    assert_eq!(fault.exit, Exit::Incomplete);
    assert_eq!(world.kernel.areas().len(), 2);
    assert_eq!(uuid_at(&world, LARGER), Some(uuid(2)));
    assert!(fault.to_string().contains("`/larger swap`: it is in use as swap"), "{fault}");
}

#[test]
fn what_stands_there_is_left_alone() {
    let world = World::new(&[("/etc/fstab", FSTAB), (SWAP, "theirs"), ("/link", "->/etc/fstab")]);
    let machine = world.machine();
    let mut plan = Plan::new("a test", Area::Swap);
    for path in [SWAP, "/link", "/link/x", "/etc", "relative", "/a/../b", "", "/"] {
        let file = SwapFile::new(SIZE, uuid(1));
        let fault = plan.swap_file_of(&machine, path, file, why()).unwrap_err();
        assert!(matches!(fault.exit, Exit::Refused | Exit::Failed), "{path}: {fault}");
    }
    assert!(
        plan.remove_swap_file_of(&machine, SWAP, Filling::Allocate, why())
            .unwrap_err()
            .to_string()
            .contains("no swap header")
    );
    plan.remove_swap_file_of(&machine, "/none", Filling::Allocate, why()).unwrap();
    assert!(plan.is_empty());
    // It appears after the plan was made.
    let plan = add(&world, &machine, "/later", 1);
    world.write("/later", "theirs");
    assert_eq!(world.apply(plan).unwrap_err().exit, Exit::Refused);
    assert_eq!(world.read("/later").as_deref(), Some("theirs"));
}

#[test]
fn bad_sizes_labels_and_priorities_are_refused() {
    let world = world();
    let machine = world.machine();
    let mut plan = Plan::new("a test", Area::Swap);
    let file = SwapFile::new(SIZE, uuid(1));
    for bad in [
        SwapFile { size: Bytes(0), ..file.clone() },
        SwapFile { size: Bytes(9 * 4096), ..file.clone() },
        SwapFile { size: Bytes(u64::MAX), ..file.clone() },
        SwapFile { label: "sixteen letters!".to_owned(), ..file },
    ] {
        let fault = plan.swap_file_of(&machine, SWAP, bad, why()).unwrap_err();
        assert_eq!(fault.exit, Exit::Refused, "{fault}");
    }
    for priority in [-1, 32_768] {
        let on = Some(SwapOn::with_priority(Some(priority)));
        assert_eq!(plan.swap_area_of(&machine, SWAP, on, why()).unwrap_err().exit, Exit::Refused);
    }
}

#[test]
fn another_file_under_the_same_name_is_not_deleted() {
    let world = swapping();
    world.kernel.reboot(&[]);
    std::fs::remove_file(world.path(SWAP)).unwrap();
    let made = SwapFile { filling: Filling::Zeroes, ..SwapFile::new(SIZE, uuid(7)) };
    let mut plan = Plan::new("somebody else", Area::Doctor);
    plan.swap_file_of(&world.machine(), "/theirs", made, why()).unwrap();
    world.apply(plan).unwrap();
    std::fs::rename(world.path("/theirs"), world.path(SWAP)).unwrap();
    for force in [Force::No, Force::Yes] {
        assert_eq!(world.undo(1, force).unwrap_err().exit, Exit::Refused);
        assert_eq!(uuid_at(&world, SWAP), Some(uuid(7)));
    }
}

#[test]
fn another_priority_turns_an_area_off_and_on() {
    let world = swapping();
    let before = everything(&world);
    let mut plan = Plan::new("another priority", Area::Swap);
    let machine = world.machine();
    let on = |priority| Some(SwapOn::with_priority(priority));
    plan.swap_area_of(&machine, SWAP, on(Some(10)), why()).unwrap();
    plan.swap_area_of(&machine, SWAP, on(None), why()).unwrap();
    assert!(plan.is_empty());
    plan.swap_area_of(&machine, SWAP, on(Some(5)), why()).unwrap();
    let id = world.apply(plan).unwrap().id;
    assert_eq!(world.kernel.areas(), [(SWAP.to_owned(), 5)]);
    world.undo(id, Force::No).unwrap();
    assert_eq!(everything(&world), before);
}

#[test]
fn a_folder_that_a_program_makes_first_goes_last() {
    let world = world();
    let before = everything(&world);
    let mut plan = Plan::new("add swap", Area::Swap);
    plan.command(&["make-folder"], Some(&["delete-folder"]), why());
    world.write("/swap/keep", "x");
    plan.swap_file_of(&world.machine(), "/swap/file", SwapFile::new(SIZE, uuid(1)), why()).unwrap();
    let id = world.apply(plan).unwrap().id;
    let plan = plan_on(&world.machine(), &[id], Force::No).unwrap();
    let targets: Vec<&str> = plan.steps().iter().map(|step| step.target()).collect();
    assert_eq!(targets, ["/swap/file", "delete-folder"]);
    let undone = world.apply(plan).unwrap().id;
    let plan = plan_on(&world.machine(), &[undone], Force::No).unwrap();
    let targets: Vec<&str> = plan.steps().iter().map(|step| step.target()).collect();
    assert_eq!(targets, ["make-folder", "/swap/file"]);
    std::fs::remove_dir_all(world.path("/swap")).unwrap();
    assert_eq!(everything(&world), before);
}

/// Stops a plan at the `countdown`th look.
struct Impatient {
    countdown: Cell<usize>,
    told: Cell<usize>,
}

impl Observer for Impatient {
    fn progress(&self, progress: &Progress<'_>) {
        assert!(progress.done <= progress.total && !progress.what.is_empty());
        self.told.set(self.told.get() + 1);
    }

    fn ended(&self) {}

    fn is_interrupted(&self) -> bool {
        self.countdown.set(self.countdown.get().saturating_sub(1));
        self.countdown.get() == 0
    }
}

#[test]
fn whenever_it_is_stopped_nothing_is_left_behind() {
    let mut was_told = false;
    for countdown in 1.. {
        let world = swapping();
        let before = everything(&world);
        let impatient = Impatient { countdown: Cell::new(countdown), told: Cell::new(0) };
        let plan = resize(&world, &world.machine(), 2);
        let answer = apply_on(&world.machine_observed(&impatient), plan, "x", time());
        was_told |= impatient.told.get() > 0;
        let Err(fault) = answer else {
            assert!(countdown > 8, "{countdown}");
            break;
        };
        assert_eq!(fault.exit, Exit::Failed);
        assert_eq!(fault.to_string(), "interrupted; what was done before was taken back", "at {countdown}");
        assert_eq!(everything(&world), before, "at {countdown}");
        assert_eq!(*world.states().last().unwrap(), State::RolledBack);
    }
    assert!(was_told);
}

/// Keeps each area on.
struct Keeper;

impl Observer for Keeper {
    fn progress(&self, _: &Progress<'_>) {}

    fn ended(&self) {}

    fn may_drain(&self, path: &str) -> Result<(), Fault> {
        Err(Fault::new(Exit::Refused, format!("`{path}` stays on: 1 MiB is missing")))
    }

    fn is_interrupted(&self) -> bool {
        false
    }
}

#[test]
fn what_memory_cannot_take_back_stays_on() {
    let world = swapping();
    let before = everything(&world);
    let plan = remove(&world, &world.machine(), SWAP);
    let fault = apply_on(&world.machine_observed(&Keeper), plan, "x", time()).unwrap_err();
    assert_eq!(fault.exit, Exit::Refused);
    assert!(fault.to_string().contains("stays on: 1 MiB is missing"), "{fault}");
    assert_eq!(everything(&world), before);

    // Nor is it drained where something fails behind it.
    let mut plan = add(&world, &world.machine(), LARGER, 2);
    plan.command(&["fails"], None, why());
    world.kernel.failing.borrow_mut().insert("fails".to_owned());
    let fault = apply_on(&world.machine_observed(&Keeper), plan, "x", time()).unwrap_err();
    assert_eq!(fault.exit, Exit::Incomplete);
    assert!(fault.to_string().contains("stays on: 1 MiB"), "{fault}");
    assert_eq!(world.kernel.areas().len(), 2);
}

#[test]
fn the_journal_keeps_what_it_needs_and_takes_nothing_hostile() {
    let world = swapping();
    let entry = journal::entries(&world.host).unwrap().remove(0);
    let text = serde_json::to_string(&entry).unwrap();
    assert_eq!(parse(&text), Ok(entry));
    assert!(
        text.contains(r#""kind":"swap-file","target":"/swapfile","before":null,"after":{"size":1048576,"#)
    );
    assert!(
        text.contains(r#""kind":"swap-area","target":"/swapfile","before":null,"after":{"priority":10,"#)
    );
    let file = r#""kind":"swap-file","target":"/swapfile""#;
    for (from, to) in [
        (file, r#""kind":"swap-file","target":"swapfile""#),
        (file, r#""kind":"swap-file","target":"/etc/../swapfile""#),
        (r#""kind":"swap-area","target":"/swapfile""#, r#""kind":"swap-area","target":"-a""#),
        (r#""size":1048576"#, r#""size":1"#),
        (r#""size":1048576"#, r#""size":1000000000000000000"#),
        (r#""size":1048576"#, r#""size":-1"#),
        (r#""priority":10"#, r#""priority":-5"#),
        (r#""priority":10"#, r#""priority":32768"#),
        ("01010101-0101", "01010101x0101"),
        (r#""label":"""#, r#""label":"0123456789abcdef""#),
        (r#""filling":"allocate""#, r#""filling":"sparse""#),
        (r#""after":{"size""#, r#""after":null,"later":{"size""#),
    ] {
        assert!(text.contains(from), "{from}");
        assert!(parse(&text.replacen(from, to, 1)).is_err(), "{to}");
    }
}

#[test]
fn a_plan_follows_its_published_schema() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema/plan-1.schema.json");
    let mut schemas = boon::Schemas::new();
    let index = boon::Compiler::new().compile(path.to_str().unwrap(), &mut schemas).unwrap();
    let world = swapping();
    let plan = serde_json::to_value(resize(&world, &world.machine(), 2)).unwrap();
    let kinds: Vec<&str> =
        plan["changes"].as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["swap-file", "swap-area", "swap-area", "file", "swap-file", "command"]);
    assert_eq!(schemas.validate(&plan, index).err().map(|error| error.to_string()), None);
    for (place, key, wrong) in [(0, "size", "1 MiB"), (0, "uuid", "none"), (1, "priority", "high")] {
        let mut broken = plan.clone();
        broken["changes"][place]["after"][key] = wrong.into();
        assert!(schemas.validate(&broken, index).is_err(), "{key}");
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Add(usize),
    Remove(usize),
    Cut(usize, usize),
    Undo,
    Reboot,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (0..3usize).prop_map(Deed::Add),
        2 => (0..3usize).prop_map(Deed::Remove),
        2 => (0..3usize, 0..5usize).prop_map(|(place, done)| Deed::Cut(place, done)),
        2 => Just(Deed::Undo),
        1 => Just(Deed::Reboot),
    ]
}

const PLACES: [&str; 3] = [SWAP, LARGER, "/etc/swap"];

fn undo_last(world: &World) -> bool {
    let last = journal::read(&world.host).unwrap().last_in_force().map(|entry| entry.id);
    last.map(|id| world.undo(id, Force::No).unwrap()).is_some()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn everything_comes_back(deeds in vec(deed(), 1..10)) {
        let world = world();
        let before = everything(&world);
        let mut number = 0;
        for deed in deeds {
            number += 1;
            let machine = world.machine();
            match deed {
                Deed::Add(place) if !world.host.has(PLACES[place]) => {
                    world.apply(add(&world, &machine, PLACES[place], number)).unwrap();
                }
                Deed::Remove(place) => {
                    let plan = remove(&world, &machine, PLACES[place]);
                    if !plan.is_empty() {
                        world.apply(plan).unwrap();
                    }
                }
                Deed::Cut(place, done) => {
                    let was = everything(&world);
                    let plan = match world.host.has(PLACES[place]) {
                        true => remove(&world, &machine, PLACES[place]),
                        false => add(&world, &machine, PLACES[place], number),
                    };
                    cut_short(&world, plan, done);
                    prop_assert_eq!(&under_lock(&machine).unwrap().unwrap().left, &[""; 0]);
                    prop_assert_eq!(everything(&world), was);
                }
                Deed::Undo => { undo_last(&world); }
                Deed::Reboot => world.kernel.reboot(&[]),
                Deed::Add(_) => {}
            }
        }
        while undo_last(&world) {}
        prop_assert_eq!(everything(&world), before);
    }
}
