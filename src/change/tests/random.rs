//! Whatever is applied and taken back in whatever order: every byte, mode and value comes back.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::change::journal;
use crate::change::undo::{Force, take_back_on};
use crate::change::{Area, Plan, diff};

use super::kernel::{
    DIRTY_BYTES, DIRTY_RATIO, HUGE_PAGES, MIN_FREE, OVERCOMMIT_KBYTES, OVERCOMMIT_RATIO, SWAPPINESS,
};
use super::world::World;

const PATHS: [&str; 5] = ["/etc/a", "/etc/b", "/etc/new/c", "/etc/new/deeper/d", "/run/e"];

#[derive(Clone, Debug)]
enum Deed {
    Apply { files: Vec<(usize, Option<String>)>, knobs: Vec<(&'static str, String)> },
    Undo,
    UndoAll,
}

fn knob() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        (8192u64..9000).prop_map(|value| (DIRTY_BYTES, value.to_string())),
        (0u64..=100).prop_map(|value| (DIRTY_RATIO, value.to_string())),
        (1u64..9000).prop_map(|value| (OVERCOMMIT_KBYTES, value.to_string())),
        (0u64..=100).prop_map(|value| (OVERCOMMIT_RATIO, value.to_string())),
        (0u64..=200).prop_map(|value| (SWAPPINESS, value.to_string())),
        (40_000u64..90_000).prop_map(|value| (MIN_FREE, value.to_string())),
        prop_oneof![Just("always"), Just("madvise"), Just("never")]
            .prop_map(|value| (HUGE_PAGES, value.to_owned())),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    let files = vec((0..PATHS.len(), option::of("[a-c\n]{0,12}")), 0..5);
    prop_oneof![
        4 => (files, vec(knob(), 0..4)).prop_map(|(files, knobs)| Deed::Apply { files, knobs }),
        2 => Just(Deed::Undo),
        1 => Just(Deed::UndoAll),
    ]
}

/// The last entry that is in force goes back.
fn undo_last(world: &World) -> bool {
    let last = journal::read(&world.host).unwrap().last_in_force().map(|entry| entry.id);
    let Some(id) = last else { return false };
    world.undo(id, Force::No).unwrap();
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn everything_comes_back(deeds in vec(deed(), 1..8), is_at_once: bool) {
        let world = World::new(&[("/etc/a", "one\ntwo\n"), ("/etc/b", "")]);
        world.chmod("/etc/b", 0o600);
        let before = (world.everything(), world.kernel.all());
        for deed in deeds {
            match deed {
                Deed::Apply { files, knobs } => {
                    let files: Vec<(&str, Option<&str>)> =
                        files.iter().map(|(path, text)| (PATHS[*path], text.as_deref())).collect();
                    let knobs: Vec<(&str, &str)> =
                        knobs.iter().map(|(path, value)| (*path, value.as_str())).collect();
                    let was = (world.everything(), world.kernel.all());
                    match world.apply(world.plan(&files, &knobs)) {
                        // The same again is nothing. (A file that is planned twice has its last text, a knob its last value.)
                        Ok(_) => prop_assert!(last_wishes_hold(&world, &files, &knobs)),
                        // Both of a pair were wished for.
                        Err(_) => prop_assert_eq!((world.everything(), world.kernel.all()), was),
                    }
                }
                Deed::Undo => { undo_last(&world); }
                Deed::UndoAll => while undo_last(&world) {},
            }
        }
        if is_at_once {
            take_all_back(&world);
        } else {
            while undo_last(&world) {}
        }
        prop_assert_eq!((world.everything(), world.kernel.all()), before);
    }
}

/// Everything goes back in one plan, as `memtune tune off` does it.
fn take_all_back(world: &World) {
    let mut plan = Plan::new("off", Area::Undo);
    take_back_on(&mut plan, &world.machine(), Area::Tune, &BTreeSet::new()).unwrap();
    world.apply(plan).unwrap();
}

fn last_wishes_hold(world: &World, files: &[(&str, Option<&str>)], knobs: &[(&str, &str)]) -> bool {
    world.plan(files, knobs).steps().iter().all(|step| {
        // What is left over was wished for otherwise later in the same list.
        let later = files.iter().rev().find(|(path, _)| *path == step.target());
        let is_file_settled = later.is_some_and(|(path, text)| world.read(path).as_deref() == *text);
        let later = knobs.iter().rev().find(|(path, _)| *path == step.target());
        is_file_settled || later.is_some_and(|(path, value)| world.kernel.value(path) == *value)
    })
}

/// Applies a unified diff of one file, as patch does.
fn patched(before: &str, difference: &str) -> Option<String> {
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let (mut text, mut reached) = (String::new(), 0);
    let mut difference = difference.lines().skip_while(|line| !line.starts_with("@@")).peekable();
    while let Some(line) = difference.next() {
        if let Some(place) = line.strip_prefix("@@ -") {
            let (start, rest) = place.split_once(',')?;
            let count: usize = rest.split_once(' ')?.0.parse().ok()?;
            let start = start.parse::<usize>().ok()?;
            let start = if count == 0 { start } else { start - 1 };
            text.extend(lines.get(reached..start)?.iter().copied());
            reached = start;
            continue;
        }
        let (mark, rest) = line.split_at(1);
        let is_cut = difference.next_if(|next| next.starts_with('\\')).is_some();
        let line = if is_cut { rest.to_owned() } else { format!("{rest}\n") };
        if mark != "+" {
            if *lines.get(reached)? != line {
                return None;
            }
            reached += 1;
        }
        if mark != "-" {
            text.push_str(&line);
        }
    }
    text.extend(lines.get(reached..)?.iter().copied());
    Some(text)
}

proptest! {
    #[test]
    fn a_diff_leads_from_one_text_to_the_other(before in "[ab\n]{0,60}", after in "[ab\n]{0,60}") {
        let world = World::new(&[("/etc/a", &before)]);
        let plan = world.plan(&[("/etc/a", Some(&after))], &[]);
        prop_assert_eq!(plan.area, Area::Tune);
        match plan.steps() {
            [crate::change::Change::File(file)] => {
                let difference = diff::of(file);
                prop_assert_eq!(patched(&before, &difference), Some(after), "{}", difference);
            }
            _ => prop_assert_eq!(before, after),
        }
    }
}
