//! What holds for any samples, true ones and others.

use proptest::prelude::*;

use crate::sys::bytes::Bytes;
use crate::watch::level::Level;
use crate::watch::sample::{Sample, Stalled};
use crate::watch::settings::Settings;

use super::Policy;
use super::decision::{Act, Cause, Decision, Outstanding};
use super::pace::{LONGEST, SHORTEST};

const MIB: u64 = 1 << 20;

/// What no machine shows.
fn wild() -> impl Strategy<Value = Sample> {
    let stalled = proptest::option::of((any::<u64>(), any::<u64>()));
    (any::<[u64; 8]>(), stalled, any::<bool>()).prop_map(|(numbers, stalled, loses_swap)| {
        let [at, total, available, swap_total, swap_free, swap_worth, pinned, gpu] = numbers;
        let [total, available, swap_total, swap_free] = [total, available, swap_total, swap_free].map(Bytes);
        let [swap_worth, pinned, gpu] = [swap_worth, pinned, gpu].map(Bytes);
        let stalled = stalled.map(|(some, full)| Stalled { some, full });
        Sample { at, total, available, swap_total, swap_free, swap_worth, loses_swap, pinned, gpu, stalled }
    })
}

/// What a machine of 1000 MiB with 400 MiB of swap may show: times that pass, memory around the lines, waiting that adds up.
fn likely() -> impl Strategy<Value = Vec<Sample>> {
    let look = (1u64..3000, 0u64..400, 0u64..400, 0u64..=100, 0u64..900);
    proptest::collection::vec(look, 1..200).prop_map(|looks| {
        let (mut at, mut full) = (0, 0);
        let sample = |(passed, available, swap, waits, pinned): (u64, u64, u64, u64, u64)| {
            at += passed;
            full += passed * waits * 10;
            Sample {
                at,
                total: Bytes(1000 * MIB),
                available: Bytes(available * MIB),
                swap_total: Bytes(400 * MIB),
                swap_free: Bytes(swap * MIB),
                swap_worth: Bytes(swap * MIB / 2),
                loses_swap: false,
                pinned: Bytes(pinned * MIB),
                gpu: Bytes(0),
                stalled: Some(Stalled { some: full, full }),
            }
        };
        looks.into_iter().map(sample).collect()
    })
}

fn decide(samples: &[Sample], outstanding: Outstanding) -> Vec<Decision> {
    let settings = Settings { gpu_percent: Some(85.0), ..Settings::default() };
    let mut policy = Policy::new(&settings, Bytes::from_gib(1));
    samples.iter().map(|sample| policy.step(sample, outstanding)).collect()
}

fn check(samples: &[Sample], decisions: &[Decision]) -> Result<(), TestCaseError> {
    for (sample, decision) in samples.iter().zip(decisions) {
        prop_assert!(decision.sleep >= SHORTEST && decision.sleep <= LONGEST, "{:?}", decision.sleep);
        prop_assert!(decision.level >= decision.present || sample.total.0 == 0);
        if decision.act.takes_a_job() {
            prop_assert!(decision.present >= Level::Critical, "{decision:?}");
            prop_assert!(decision.level >= Level::Critical, "{decision:?}");
            let is_low = sample.available <= sample.total.percent(12.0).max(Bytes(50 * MIB));
            prop_assert!(is_low || decision.act == Act::Ask(Cause::Gpu), "{decision:?} at {sample:?}");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn wild_samples_are_survived(samples in proptest::collection::vec(wild(), 1..60)) {
        check(&samples, &decide(&samples, Outstanding::Nobody))?;
    }

    #[test]
    fn nobody_is_taken_without_need(samples in likely()) {
        check(&samples, &decide(&samples, Outstanding::Nobody))?;
    }

    #[test]
    fn nobody_is_taken_while_somebody_goes(samples in likely(), is_asked: bool) {
        let outstanding = if is_asked { Outstanding::Asked } else { Outstanding::Leaving };
        let decisions = decide(&samples, outstanding);
        prop_assert!(!decisions.iter().any(|decision| decision.act.takes_a_job()));
        prop_assert!(decisions.iter().all(|decision| decision.sleep == SHORTEST));
    }

    #[test]
    fn two_victims_lie_apart(samples in likely()) {
        let decisions = decide(&samples, Outstanding::Nobody);
        let taken: Vec<u64> = samples.iter().zip(&decisions)
            .filter(|(_, decision)| decision.act.takes_a_job()).map(|(sample, _)| sample.at).collect();
        prop_assert!(taken.windows(2).all(|pair| pair[1] - pair[0] >= 500), "{taken:?}");
    }

    #[test]
    fn no_level_is_told_twice_within_ten_seconds(samples in likely()) {
        let decisions = decide(&samples, Outstanding::Nobody);
        let told = |level| samples.iter().zip(&decisions)
            .filter(move |(_, decision)| decision.before.is_some() && decision.level == level).map(|(sample, _)| sample.at);
        for level in Level::ALL {
            let moments: Vec<u64> = told(level).collect();
            prop_assert!(moments.windows(2).all(|pair| pair[1] - pair[0] >= 10_000), "{level:?} {moments:?}");
        }
    }

    #[test]
    fn the_same_samples_give_the_same_decisions(samples in likely()) {
        prop_assert_eq!(decide(&samples, Outstanding::Nobody), decide(&samples, Outstanding::Nobody));
    }
}
