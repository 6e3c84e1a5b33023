//! What the policy makes of whole stories.

use std::time::Duration;

use super::decision::{Act, Cause};
use super::machine::{MIB, Machine, Story};
use super::*;
use crate::sys::bytes::Bytes;
use crate::watch::level::Level;
use crate::watch::policy::decision::Outstanding;
use crate::watch::sample::{Sample, Stalled};
use crate::watch::settings::Settings;

const MINUTE: u64 = 60_000;

/// Takes no job, in all that time.
fn takes_nobody(name: &str, machine: Machine, settings: &Settings, until: u64) {
    let story = machine.run_with(settings, until);
    assert_eq!(story.acts, [], "{name}");
    assert_eq!((story.hastened, story.out_of_memory), (None, None), "{name}");
}

#[test]
fn a_calm_machine_is_looked_at_a_few_times_a_minute() {
    let large = Machine { total: 24_000, available: 22_000, fill_rate: 2048, ..Machine::guest() };
    let rested = Machine { available: 200, ..Machine::guest() };
    let cases = [
        ("20 GiB of room", large, 20),
        ("20 GiB of room, and 8 processors that fill", Machine { fill_rate: 6144, ..large }, 20),
        ("a guest of 1 GiB", Machine::guest(), 120),
        ("a guest with swap", Machine { swap_total: 512, swap_free: 512, ..Machine::guest() }, 120),
        // Not a look every 20 ms because the warning is near.
        ("a little above the warning", rested, 600),
        (
            "memory low, swap free",
            Machine { available: 40, swap_total: 4000, swap_free: 4000, ..rested },
            300,
        ),
    ];
    for (name, machine, most) in cases {
        let story = machine.run(10 * MINUTE);
        assert!(story.looks <= most * 10, "{name}: {} looks a minute", story.looks / 10);
        assert_eq!(story.acts, [], "{name}");
    }
}

/// The first act, which comes in time: with at least so many MiB left, and long before the kernel would act.
fn first(name: &str, story: &Story) -> (u64, Act, u64, u64) {
    assert_eq!(story.out_of_memory, None, "{name}");
    *story.acts.first().unwrap_or_else(|| panic!("{name}: nobody was taken"))
}

#[test]
fn what_fills_memory_is_stopped_at_the_line() {
    let guest = Machine::guest();
    let large = Machine { total: 24_000, available: 20_000, fill_rate: 2048, ..guest };
    let cases = [
        ("a slow leak", Machine { fill: 4, ..guest }, 97, 1),
        ("40 MiB a second", Machine { fill: 40, ..guest }, 97, 2),
        ("full speed", Machine { fill: 1024, ..guest }, 97, 32),
        ("full speed on a large machine", Machine { fill: 1024, ..large }, 2400, 32),
        (
            "swap that is worth nothing",
            Machine { fill: 200, swap_total: 512, swap_free: 512, worth: 0, ..guest },
            97,
            10,
        ),
        ("no count of waiting", Machine { fill: 200, waits: None, ..guest }, 97, 10),
    ];
    for (name, machine, line, over) in cases {
        let story = machine.run(if machine.fill < 10 { 4 * MINUTE } else { 30_000 });
        let (at, act, available, _) = first(name, &story);
        assert_eq!(act, Act::Ask(Cause::Memory), "{name}");
        assert!(available <= line && available + over >= line, "{name}: {available} MiB left at {at}");
        let is_counted = story.counts.iter().any(|counted| *counted <= at);
        assert!(is_counted || machine.fill >= 1024, "{name}: not counted beforehand");
    }
}

#[test]
fn a_hog_with_swap_is_stopped_before_the_kernel_does_it() {
    let guest = Machine { swap_total: 512, swap_free: 512, fill: 1024, swap_speed: 2000, ..Machine::guest() };
    let story = guest.run(10_000);
    let (_, act, _, swap) = first("fast swap", &story);
    assert_eq!(act, Act::Ask(Cause::Memory));
    assert!((1..=51).contains(&swap), "{swap} MiB of swap left");
    // Slow swap: it is not waited for until all of it is full.
    let slow = Machine { swap_speed: 60, ..guest };
    let (at, act, _, swap) = first("slow swap", &slow.run(10_000));
    assert_eq!(act, Act::Ask(Cause::Thrash));
    assert!(at < 2500 && swap > 300, "at {at} with {swap} MiB of swap left");
    // Where waiting is not counted, it is.
    let (_, act, _, swap) = first("slow swap, not counted", &Machine { waits: None, ..slow }.run(30_000));
    assert!(act == Act::Ask(Cause::Memory) && swap <= 51, "{act:?} {swap}");
}

#[test]
fn thrash_is_stopped_however_much_swap_is_free() {
    let thrash =
        Machine { available: 110, swap_total: 3000, swap_free: 3000, waits: Some(40), ..Machine::guest() };
    let (at, act, _, swap) = first("thrash", &thrash.run(MINUTE));
    assert_eq!((act, swap), (Act::Ask(Cause::Thrash), 3000));
    assert!((2000..=2600).contains(&at), "{at}");
    let settings = Settings::default();
    takes_nobody("a little waiting", Machine { waits: Some(20), ..thrash }, &settings, MINUTE);
    takes_nobody("more memory", Machine { available: 120, ..thrash }, &settings, MINUTE);
    takes_nobody("not counted", Machine { waits: None, ..thrash }, &settings, MINUTE);
}

#[test]
fn what_was_waited_for_while_a_victim_went_is_no_thrash() {
    let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
    let mut step = |at: u64, outstanding| {
        let stalled = Some(Stalled { some: at * 1000, full: at * 1000 });
        let (total, available) = (Bytes(1000 * MIB), Bytes(110 * MIB));
        policy.step(&Sample { at, total, available, stalled, ..Sample::default() }, outstanding).act
    };
    assert!(!(0..2000).step_by(100).any(|at| step(at, Outstanding::Nobody).takes_a_job()));
    assert_eq!(step(2000, Outstanding::Nobody), Act::Ask(Cause::Thrash));
    assert!(!(2100..4000).step_by(100).any(|at| step(at, Outstanding::Leaving).takes_a_job()));
    assert!(!(4000..6000).step_by(100).any(|at| step(at, Outstanding::Nobody).takes_a_job()));
    assert_eq!(step(6000, Outstanding::Nobody), Act::Ask(Cause::Thrash));
}

#[test]
fn the_redline_with_swap_free_is_no_end_by_itself() {
    let low = Machine { available: 29, swap_total: 3000, swap_free: 2900, ..Machine::guest() };
    takes_nobody(
        "swapped out what is cold",
        Machine { waits: Some(10), ..low },
        &Settings::default(),
        10 * MINUTE,
    );
    // Half the time is enough there.
    let (at, act, ..) = first("outrun", &Machine { waits: Some(30), ..low }.run(MINUTE));
    assert_eq!(act, Act::Ask(Cause::Thrash));
    assert!((1000..=1400).contains(&at), "{at}");
}

#[test]
fn waiting_alone_takes_nobody() {
    let settings = Settings::default();
    let large = Machine { total: 24_000, available: 18_720, ..Machine::guest() };
    for waits in [29, 60, 100] {
        takes_nobody(
            "a unit within its own limit",
            Machine { waits: Some(waits), ..large },
            &settings,
            10 * MINUTE,
        );
    }
}

#[test]
fn streams_through_the_cache_take_nobody() {
    let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(2));
    for turn in 0..60_000u64 {
        // What is available goes up and down by 1.5 GiB at once; the rest is cache.
        let available = Bytes::from_mib(6000 + turn * 37 % 1500);
        let stalled = Some(Stalled { some: turn * 1000, full: turn * 300 });
        let sample =
            Sample { at: turn * 10, total: Bytes::from_gib(16), available, stalled, ..Sample::default() };
        let decision = policy.step(&sample, Outstanding::Nobody);
        assert!(!decision.act.takes_a_job() && decision.level == Level::Normal, "{decision:?}");
    }
}

#[test]
fn one_victim_for_one_event() {
    // It needs 3 s to give back 8 GiB; eight others would be there.
    let large = Machine {
        total: 16_000,
        available: 2000,
        fill: 500,
        fill_rate: 2048,
        dies_in: Some(3000),
        ..Machine::guest()
    };
    let story = large.run(4000);
    assert_eq!((story.acts.len(), story.out_of_memory), (1, None));
    let after = Machine { fill: 0, available: 1600, ..large }.run(10 * MINUTE);
    assert_eq!(after.acts.len(), 1, "{:?}", after.acts);
}

#[test]
fn who_does_not_go_is_followed_by_the_next() {
    let stuck = Machine { available: 90, dies_in: None, ..Machine::guest() };
    let at: Vec<u64> = stuck.run(10_000).acts.iter().map(|act| act.0).collect();
    assert!(at.len() == 4 && at[0] == 0, "{at:?}");
    assert!(at.windows(2).all(|pair| (3000..3100).contains(&(pair[1] - pair[0]))), "{at:?}");
}

#[test]
fn at_the_redline_there_is_no_more_waiting() {
    // Asked at 97 MiB; in the time of grace it goes on.
    let slow = Machine { fill: 100, dies_in: Some(900), ..Machine::guest() };
    let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
    let sample = |at, mib| Sample {
        at,
        total: Bytes::from_mib(970),
        available: Bytes::from_mib(mib),
        ..Sample::default()
    };
    assert_eq!(policy.step(&sample(0, 97), Outstanding::Nobody).act, Act::Ask(Cause::Memory));
    assert_eq!(policy.step(&sample(400, 60), Outstanding::Asked).act, Act::Nothing);
    assert_eq!(policy.step(&sample(480, 50), Outstanding::Asked).act, Act::Hasten);
    assert_eq!(policy.step(&sample(500, 40), Outstanding::Leaving).act, Act::Nothing);
    assert_eq!(policy.step(&sample(520, 40), Outstanding::Nobody).act, Act::End(Cause::Memory));
    assert_eq!(slow.run(20_000).out_of_memory, None);
}

#[test]
fn what_no_kill_brings_back_costs_one_victim() {
    let files = Machine { total: 4000, available: 380, pinned: 3000, dies_in: None, ..Machine::guest() };
    let story = files.run(10 * MINUTE);
    assert_eq!(story.acts.len(), 1, "{:?}", story.acts);
    assert!(story.looks < 10 * 300, "{} looks", story.looks);
}

#[test]
fn while_swap_is_turned_off_victims_that_give_nothing_back_are_few() {
    let acts = |loses_swap, took_nothing: bool| {
        let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
        let mut acts = Vec::new();
        for at in (0..60_000).step_by(1000) {
            let available = Bytes::from_mib(if at < 30_000 { 90 } else { 40 });
            let swap_total = Bytes::from_mib(100);
            let total = Bytes::from_mib(970);
            let sample = Sample { at, total, available, swap_total, loses_swap, ..Sample::default() };
            let act = policy.step(&sample, Outstanding::Nobody).act;
            if act.takes_a_job() {
                if acts.is_empty() && took_nothing {
                    policy.took_nothing();
                }
                acts.push(act);
            }
        }
        acts
    };
    let (ask, end) = (Act::Ask(Cause::Memory), Act::End(Cause::Memory));
    assert_eq!(acts(true, false), [ask, end]);
    assert_eq!(acts(true, true), [ask, ask, end], "who turns it off, and one more at each level");
    assert!(acts(false, false).len() > 20);
}

#[test]
fn who_was_taken_before_swap_was_turned_off_spares_nobody() {
    let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
    let mut act = |at, loses_swap| {
        let (total, available, swap_total) = (Bytes(970 * MIB), Bytes(40 * MIB), Bytes(100 * MIB));
        let sample = Sample { at, total, available, swap_total, loses_swap, ..Sample::default() };
        policy.step(&sample, Outstanding::Nobody).act.takes_a_job()
    };
    assert_eq!([act(0, false), act(1000, true), act(2000, true)], [true, true, false]);
}

#[test]
fn a_saw_tooth_is_told_once_in_a_while() {
    for period in [100, 1000, 4000, 9000, 15_000] {
        let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
        let mut told = Vec::new();
        for at in (0..10 * MINUTE).step_by(50) {
            let high = at % period * 2 >= period;
            let available = Bytes::from_mib(if high { 206 } else { 192 });
            let sample = Sample { at, total: Bytes::from_mib(970), available, ..Sample::default() };
            let decision = policy.step(&sample, Outstanding::Nobody);
            if decision.before.is_some() {
                told.push((at, decision.level));
            }
        }
        assert!(told.first() == Some(&(0, Level::Warning)));
        let of = |level| told.iter().filter(move |told| told.1 == level).map(|told| told.0);
        for level in Level::ALL {
            let moments: Vec<u64> = of(level).collect();
            assert!(moments.windows(2).all(|pair| pair[1] - pair[0] >= 10_000), "{period}: {told:?}");
        }
    }
}

#[test]
fn the_share_of_the_gpu_makes_it_critical() {
    let settings = Settings { gpu_percent: Some(85.0), ..Settings::default() };
    let board = Machine { total: 32_000, available: 3600, gpu: 20_480, ..Machine::guest() };
    let story = board.run_with(&settings, 1000);
    assert_eq!(first("too large a share", &story).1, Act::Ask(Cause::Gpu));
    assert_eq!(story.told, [(0, Level::Critical)]);
    // Its share can reach the line long before memory does.
    let mut policy = Policy::new(&settings, Bytes::from_gib(2));
    let (total, available, gpu) = (Bytes::from_gib(64), Bytes::from_gib(8), Bytes::from_gib(44));
    let near = Sample { total, available, gpu, ..Sample::default() };
    assert!(policy.step(&near, Outstanding::Nobody).sleep < Duration::from_millis(200));
    takes_nobody("less of it", Machine { available: 3700, ..board }, &settings, MINUTE);
    takes_nobody("not looked at", board, &Settings::default(), MINUTE);
}

#[test]
fn a_simulated_event_is_seen_once() {
    let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
    let sample =
        |at| Sample { at, total: Bytes::from_gib(8), available: Bytes::from_gib(6), ..Sample::default() };
    policy.simulate(Level::Redline);
    assert_eq!(policy.step(&sample(0), Outstanding::Leaving).act, Act::Nothing);
    assert_eq!(policy.simulated(), Some(Level::Redline));
    let decision = policy.step(&sample(20), Outstanding::Nobody);
    assert_eq!((decision.act, decision.level), (Act::End(Cause::Simulated), Level::Redline));
    assert_eq!((decision.cause, decision.before), (Some(Cause::Simulated), Some(Level::Normal)));
    assert_eq!(policy.simulated(), None);
    let after = policy.step(&sample(900), Outstanding::Nobody);
    assert_eq!((after.act, after.level, after.present), (Act::Nothing, Level::Redline, Level::Normal));
    policy.simulate(Level::Critical);
    assert_eq!(policy.step(&sample(1000), Outstanding::Nobody).act, Act::Ask(Cause::Simulated));
}

#[test]
fn a_stop_a_jump_or_another_size_does_no_harm() {
    let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
    let mut step = |at, total, available, full| {
        let stalled = Some(Stalled { some: full, full });
        let (total, available) = (Bytes::from_mib(total), Bytes::from_mib(available));
        policy.step(&Sample { at, total, available, stalled, ..Sample::default() }, Outstanding::Nobody)
    };
    let is_calm =
        |decision: decision::Decision| !decision.act.takes_a_job() && decision.level == Level::Normal;
    assert!(is_calm(step(1_000, 8000, 6000, 0)));
    // Stopped for an hour, in which everything waited.
    assert!(is_calm(step(3_601_000, 8000, 5000, 3_000_000_000)));
    assert!(is_calm(step(3_601_020, 8000, 5000, 3_000_000_000)));
    // The clock goes back; the count of waiting, too.
    let back = step(5, 8000, 5000, 7);
    assert!(is_calm(back) && back.forecast.critical.is_none());
    // Half of the memory is taken out: nobody's growth.
    let halved = step(25, 4000, 1500, 7);
    assert!(is_calm(halved) && halved.forecast.critical.is_none(), "{halved:?}");
    // What cannot be is taken for what it may have been, or not at all.
    assert!(is_calm(step(45, 4000, 9000, 7)));
    assert_eq!(step(65, 0, 0, 0).sleep, Duration::from_secs(1));
    assert!(is_calm(step(85, 4000, 1500, 7)));
}

#[test]
fn a_stop_is_no_time_in_which_it_was_better() {
    let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
    let mut level = |at, mib| {
        let (total, available) = (Bytes(1000 * MIB), Bytes(mib * MIB));
        policy.step(&Sample { at, total, available, ..Sample::default() }, Outstanding::Leaving).level
    };
    assert_eq!(level(0, 90), Level::Critical);
    assert_eq!(level(100, 500), Level::Critical);
    assert_eq!(level(100_000, 500), Level::Critical);
    assert_eq!(level(109_999, 500), Level::Critical);
    assert_eq!(level(110_000, 500), Level::Normal);
}

#[test]
fn a_stop_while_memory_is_low_is_no_evidence_of_a_thrash() {
    let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
    let mut step = |at, full| {
        let stalled = Some(Stalled { some: full, full });
        let (total, available) = (Bytes(1000 * MIB), Bytes(110 * MIB));
        policy.step(&Sample { at, total, available, stalled, ..Sample::default() }, Outstanding::Nobody).act
    };
    assert!(!(0..5000).step_by(500).any(|at| step(at, 0).takes_a_job()));
    assert!(!(25_000..60_000).step_by(500).any(|at| step(at, 15_000_000).takes_a_job()));
}

#[test]
fn where_nobody_is_left_the_tries_become_fewer() {
    let mut policy = Policy::new(&Settings::default(), Bytes::from_gib(1));
    let (mut tries, mut at, mut looks) = (0, 0, 0);
    while at < MINUTE {
        let sample = Sample { at, total: Bytes(1000 * MIB), available: Bytes(40 * MIB), ..Sample::default() };
        let decision = policy.step(&sample, Outstanding::Nobody);
        if decision.act.takes_a_job() {
            tries += 1;
            policy.had_nobody();
        }
        looks += 1;
        at += u64::try_from(decision.sleep.as_millis()).unwrap();
    }
    assert!((30..=33).contains(&tries) && looks < 100, "{tries} tries, {looks} looks");
}
