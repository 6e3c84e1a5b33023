use std::time::Duration;

use proptest::prelude::*;

use super::super::reader::parse;
use super::super::surroundings::tests::Made;
use super::*;
use crate::sys::bytes::Bytes;
use crate::watch::settings::{Kill, Thrash};

#[test]
fn what_is_printed_to_begin_with_is_what_holds_without_it() {
    let example = example();
    assert_eq!(parse("example", &example, &Made), Ok(Settings::default()));
    assert!(example.lines().all(|line| line.len() <= 140), "{example}");
}

#[test]
fn the_examples_in_it_are_sound() {
    let with_examples: String = example()
        .lines()
        .filter_map(|line| {
            let outlined = line.strip_prefix('#').filter(|rest| !rest.starts_with(' ') && !rest.is_empty());
            // This one stands above the first section, as the words say.
            outlined.filter(|line| !line.starts_with("gpu-percent")).map(|line| format!("{line}\n"))
        })
        .collect();
    let settings = parse("example", &with_examples, &Made).unwrap();
    assert_eq!((settings.rules.len(), settings.groups.len()), (1, 1));
}

fn sizes(most: f64) -> impl Strategy<Value = Size> {
    prop_oneof![
        (1u64..1000).prop_map(move |tenths| Size::Percent(most * tenths as f64 / 1000.0)),
        (1u64..(1 << 20)).prop_map(|kib| Size::Exact(Bytes::from_kib(kib))),
    ]
}

fn threshold(percent: f64) -> impl Strategy<Value = Threshold> {
    // The levels are kept apart, so that they are in order whatever is drawn.
    let around =
        move |low: f64| (0u32..100).prop_map(move |step| Size::Percent(low + f64::from(step) / 1000.0));
    (around(percent), 0u64..(40 << 10), around(percent)).prop_map(|(available, kib, swap)| Threshold {
        available,
        at_least: Bytes::from_kib(kib),
        swap,
    })
}

fn times(least: u64) -> impl Strategy<Value = Duration> {
    (least..60_000).prop_map(Duration::from_millis)
}

fn rule() -> impl Strategy<Value = Rule> {
    let action =
        prop_oneof![Just(Action::Protect), Just(Action::Avoid), Just(Action::Prefer), Just(Action::Ignore)];
    let text = || proptest::option::of("[a-z@.\"\\\\*]{1,10}[ä#=]");
    (action, text(), proptest::option::of("[a-z]{1,10}\\*"), any::<u32>(), text()).prop_map(
        |(action, unit, command, user, group)| Rule {
            action,
            unit,
            command,
            user: Some(user),
            group: group.map(|group| format!("/{group}")),
        },
    )
}

fn group() -> impl Strategy<Value = GroupBound> {
    ("[a-z]{1,20}", sizes(100.0), proptest::option::of(1u32..1000), times(100)).prop_map(
        |(name, memory, full, lasts)| GroupBound {
            unit: format!("{name}.slice"),
            memory: Some(memory),
            full: full.map(|tenths| f64::from(tenths) / 10.0),
            lasts,
        },
    )
}

fn hook() -> impl Strategy<Value = Option<Vec<String>>> {
    proptest::option::of(proptest::collection::vec("[^\0]{0,20}", 0..8).prop_map(|mut words| {
        words.insert(0, "/usr/bin/hook".to_owned());
        words
    }))
}

fn hooks() -> impl Strategy<Value = Hooks> {
    (hook(), hook(), hook(), hook(), hook(), times(100)).prop_map(
        |(warning, critical, redline, before_kill, after_kill, limit)| Hooks {
            warning,
            critical,
            redline,
            before_kill,
            after_kill,
            limit,
        },
    )
}

prop_compose! {
    fn settings()(
        warning in threshold(30.0),
        critical in threshold(20.0),
        redline in threshold(10.0),
        thrash in (sizes(50.0), 1u32..1000, times(100)),
        kill in (times(0), times(100)),
        rules in proptest::collection::vec(rule(), 0..4),
        mut groups in proptest::collection::vec(group(), 0..4),
        hooks in hooks(),
        calm in times(0),
        gpu_percent in proptest::option::of(1u32..1000),
    ) -> Settings {
        let (available, full, lasts) = thrash;
        groups.dedup_by(|one, other| one.unit == other.unit);
        Settings {
            warning, critical, redline, rules, groups, hooks, calm,
            thrash: Thrash { available, full: f64::from(full) / 10.0, lasts },
            kill: Kill { grace: kill.0, settle: kill.1 },
            gpu_percent: gpu_percent.map(|tenths| f64::from(tenths) / 10.0),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(mut settings in settings()) {
        let mut seen = std::collections::BTreeSet::new();
        settings.groups.retain(|group| seen.insert(group.unit.clone()));
        let text = written(&settings);
        let read = parse("w", &text, &Made);
        prop_assert_eq!(read, Ok(settings), "{}", text);
    }
}
