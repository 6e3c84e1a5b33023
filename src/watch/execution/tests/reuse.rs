//! Numbers that are used again between the count, the choice and the signal.

use std::os::unix::process::CommandExt;
use std::process::Child;

use super::super::clock::ticks;
use super::super::outcome::Begun;
use super::super::victim::{Manner, Reach, Target, Victim};
use super::namespace::*;

/// The number that they all get.
const NUMBER: u32 = 12_345;
/// How many swaps: the environment may ask for more.
const ROUNDS: u32 = 90;

/// A process of this number, if it is free.
fn with_the_number() -> Child {
    #[expect(clippy::disallowed_methods, reason = "the namespace's own knob")]
    std::fs::write("/proc/sys/kernel/ns_last_pid", (NUMBER - 1).to_string()).unwrap();
    // A leader of its own group, so that the group's number is used again, too.
    program("sleep").arg("60").process_group(0).spawn().unwrap()
}

fn end_of(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Between two moments somebody else gets the number: the stranger.
fn swap(victim: Child) -> Child {
    assert_eq!(victim.id(), NUMBER);
    end_of(victim);
    let stranger = with_the_number();
    assert_eq!(stranger.id(), NUMBER);
    stranger
}

#[test]
fn no_signal_hits_who_has_the_number_now() {
    inside("reuse::no_signal_hits_who_has_the_number_now", || {
        let rounds =
            std::env::var("MEMTUNE_TEST_SWAPS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
        let mut executioner = executioner(0);
        let clock = Clock::start();
        let mut reached = 0;
        for round in 0..rounds {
            let chosen = with_the_number();
            let target = target(NUMBER);
            // The last third is swapped within the tick of the clock in which it was started.
            let counted = if round % 3 == 2 { ticks() } else { count() };
            let victim = Victim { group: None, reach: Reach::Listed, counted, may_keep_memory: false };
            let mut stranger = match round % 3 {
                0 => after_the_choice(&mut executioner, &victim, target, &clock, chosen),
                _ => after_the_count(&mut executioner, &victim, target, &clock, chosen),
            };
            reached += u32::from(stranger.try_wait().unwrap().is_some() || !lives(NUMBER));
            end_of(stranger);
        }
        assert_eq!(reached, 0, "of {rounds}");
        println!("{rounds} swaps, {reached} wrong signals");
    });
}

type Executioner = super::super::executioner::Executioner;

fn after_the_count(
    executioner: &mut Executioner,
    victim: &Victim<'_>,
    target: Target,
    clock: &Clock,
    chosen: Child,
) -> Child {
    let stranger = swap(chosen);
    assert_eq!(executioner.begin(victim, [target], Manner::AtOnce, clock.now()), Begun::NobodyLeft);
    stranger
}

/// Whoever was held is asked, and ends; the stranger comes before it is killed.
fn after_the_choice(
    executioner: &mut Executioner,
    victim: &Victim<'_>,
    target: Target,
    clock: &Clock,
    chosen: Child,
) -> Child {
    let now = clock.now();
    executioner.take_up(victim, now);
    executioner.enlist(target);
    assert!(executioner.roll.contains(target));
    let stranger = swap(chosen);
    executioner.ask(now.at);
    executioner.strike(now.at);
    executioner.kill_all();
    assert!(executioner.outcome().errors.vanished > 0);
    executioner.drop_victim();
    stranger
}
