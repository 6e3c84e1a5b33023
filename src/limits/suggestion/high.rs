//! MemoryHigh: what the unit is slowed down at. It kills nothing: where what lies above it has nowhere to go, the unit stands still without
//! end, so it is suggested only where all that the unit may grow by fits into swap.

use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::advice::{Advice, rounded_down};
use super::basis::{is_killed, is_young};
use super::case::Case;
use super::role::Role;
use super::seen::{Source, finite};

const NAME: &str = "MemoryHigh";

/// Of MemoryMax, in per cent.
const SHARE: f64 = 90.0;

/// Why there is none, and whether one that is there does harm.
struct Against {
    why: String,
    does_harm: bool,
}

/// `max` is the MemoryMax that is to be, `swap_max` the MemorySwapMax.
pub(super) fn advise(case: &Case<'_>, max: Option<Bytes>, swap_max: Option<Bytes>) -> Advice {
    let own = finite(case.entry.high);
    let (bytes, against) = match (max, case.is_version_two()) {
        (_, false) => return Advice::leave(NAME, "control groups of version 1 do not know it"),
        (None, _) => (Bytes(0), Some(without_max())),
        (Some(max), _) => {
            let bytes = rounded_down(max.percent(SHARE));
            (bytes, against(case, max, bytes, swap_max))
        }
    };
    match (against, own) {
        (Some(against), Some(own)) if against.does_harm || max.is_some_and(|max| own > max) => {
            let own = size::exact(own);
            Advice::word(NAME, "infinity", format!("takes away the {own} that it has: {}", against.why))
        }
        (Some(against), _) => Advice::leave(NAME, against.why),
        (None, Some(own)) if own >= case.basis.floor && max.is_some_and(|max| own < max) => Advice::leave(
            NAME,
            format!("it is {} already, above what it needs and below MemoryMax", size::exact(own)),
        ),
        (None, _) => Advice::amount(
            NAME,
            bytes,
            format!(
                "nine tenths of MemoryMax, above the {} that it needs: what grows beyond that is pushed out to swap, which has room for it, before anything is killed",
                case.basis.floor
            ),
        ),
    }
}

fn without_max() -> Against {
    let why =
        "without a MemoryMax above it nothing would ever end a unit that is slowed down by it".to_owned();
    Against { why, does_harm: false }
}

/// What speaks against one at `bytes`.
fn against(case: &Case<'_>, max: Bytes, bytes: Bytes, swap_max: Option<Bytes>) -> Option<Against> {
    let harm = |why: String| Some(Against { why, does_harm: true });
    let doubt = |why: &str| Some(Against { why: why.to_owned(), does_harm: false });
    let Some(swap) = case.swap else {
        return doubt(
            "nothing tells how much swap there is, and without swap a unit can stand still at it for ever",
        );
    };
    if swap.total.0 == 0 {
        return harm("without swap a unit can stand still at it for ever: what lies above it has nowhere to go, and it kills nothing".to_owned());
    }
    if case.seen.role == Role::Model {
        return harm("all of a model is read for each answer: slowed down, it would read its weights from the disk again and again".to_owned());
    }
    let may_have = swap_max.map_or(Bytes(u64::MAX), |most| most.less(case.seen.swapped));
    let free = swap.free.min(may_have);
    let above = case.swap_above.as_ref().filter(|above| above.left < free);
    let (room, grows) = (above.map_or(free, |above| above.left), max.less(case.needed()));
    if room < grows {
        let by = above.map(|above| format!(", for {} allows no more", above.slice)).unwrap_or_default();
        return harm(format!(
            "it may grow by {grows} before MemoryMax ends it, and only {room} of that could go to swap{by}: the rest would have it stand still at it"
        ));
    }
    if is_killed(case.seen, case.observation) {
        return doubt(
            "what it really needs was cut short by a kill, and below what it needs it would be slowed down without a word",
        );
    }
    if case.seen.peak_from == Source::Now || is_young(case.seen, case.observation) {
        return doubt(
            "what it needs at its most has not been seen yet, and below that it would be slowed down without a word",
        );
    }
    if case.basis.is_guessed && bytes <= case.basis.peak {
        return doubt(
            "it has held more than that, and nobody knows how much of it was cache that can go: `--observe 10m` tells",
        );
    }
    if bytes <= case.basis.floor {
        return doubt(
            "MemoryMax is so close to what it needs that one below it would slow it down all the time",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::basis::tests::{MIB, entry, usual};
    use super::super::case::Swap;
    use super::super::case::tests::Parts;
    use super::super::seen::Seen;
    use super::*;
    use crate::facts::cgroup_memory::{Limit, Version};
    use crate::limits::shown::entry::Entry;
    use proptest::prelude::*;

    const MAX: Option<Bytes> = Some(Bytes(1200 * MIB));

    fn of(parts: &Parts) -> Advice {
        parts.ask(|case| advise(case, MAX, None))
    }

    fn swap(total: u64, free: u64) -> Option<Swap> {
        Some(Swap { total: Bytes(total * MIB), free: Bytes(free * MIB), is_compressed: false })
    }

    fn why(advice: &Advice) -> &str {
        match advice {
            Advice::Set(suggested) => &suggested.reason,
            Advice::Leave(omitted) => &omitted.reason,
        }
    }

    #[test]
    fn it_lies_between_what_is_needed_and_the_end() {
        assert_eq!(of(&Parts::default()).bytes(), Some(Bytes(1080 * MIB)));
        let with_max = |parts: &Parts, mib: u64| parts.ask(|case| advise(case, Some(Bytes(mib * MIB)), None));
        let below_peak = with_max(&Parts::default(), 1100);
        assert!(below_peak.bytes().is_none() && why(&below_peak).contains("nobody knows"));
        let without_cache = Parts { seen: Seen { cache: Bytes(0), ..usual() }, ..Parts::default() };
        let close = with_max(&without_cache, 1100);
        assert!(close.bytes().is_none() && why(&close).contains("so close"));
    }

    #[test]
    fn without_room_in_swap_there_is_none() {
        let without = of(&Parts { swap: swap(0, 0), ..Parts::default() });
        assert!(without.bytes().is_none() && why(&without).contains("for ever"));
        // It may grow by 600 MiB.
        assert!(of(&Parts { swap: swap(900, 600), ..Parts::default() }).bytes().is_some());
        let full = of(&Parts { swap: swap(900, 599), ..Parts::default() });
        assert!(full.bytes().is_none() && why(&full).contains("only 599 MiB"), "{}", why(&full));
        let narrow = Parts::default().ask(|case| advise(case, MAX, Some(Bytes(599 * MIB))));
        assert_eq!(narrow.bytes(), None);
        let above = |mib: u64| of(&Parts { swap_above: Some(Bytes(mib * MIB)), ..Parts::default() });
        assert!(above(600).bytes().is_some());
        assert!(above(599).bytes().is_none() && why(&above(599)).contains("ml.slice allows no more"));
        assert!(of(&Parts { swap: None, ..Parts::default() }).bytes().is_none());
    }

    #[test]
    fn what_is_not_known_is_not_slowed_down() {
        for seen in [
            Seen { seconds: Some(5), ..usual() },
            Seen { peak_from: Source::Now, ..usual() },
            Seen { oom_kills: Some(1), ..usual() },
            Seen { role: Role::Model, ..usual() },
        ] {
            assert_eq!(of(&Parts { seen, ..Parts::default() }).bytes(), None);
        }
        assert!(of(&Parts { version: Some(Version::One), ..Parts::default() }).bytes().is_none());
        assert!(Parts::default().ask(|case| advise(case, None, None)).bytes().is_none());
    }

    #[test]
    fn one_that_does_harm_is_taken_away() {
        let with = |mib: u64| Entry { high: Some(Limit::At(Bytes(mib * MIB))), ..entry() };
        let stands_still = of(&Parts { entry: with(900), swap: swap(0, 0), ..Parts::default() });
        assert!(matches!(&stands_still, Advice::Set(one) if one.value == "infinity"), "{stands_still:?}");
        let young = Seen { seconds: Some(5), ..usual() };
        let kept = of(&Parts { entry: with(900), seen: young.clone(), ..Parts::default() });
        assert!(matches!(kept, Advice::Leave(_)));
        let above_max = of(&Parts { entry: with(1300), seen: young, ..Parts::default() });
        assert!(matches!(above_max, Advice::Set(one) if one.value == "infinity"));
        let right = of(&Parts { entry: with(850), ..Parts::default() });
        assert!(why(&right).contains("850M already"), "{}", why(&right));
    }

    proptest! {
        /// However a machine is, at a suggested MemoryHigh the unit has room above what it needs, and a way out for all that it grows by.
        #[test]
        fn none_is_suggested_that_can_livelock(
            needed in 0..4000u64, peak in 1..4000u64, max in 0..9000u64, total in 0..5000u64, used in 0..5000u64,
            swapped in 0..500u64, swap_max in prop::option::of(0..5000u64),
        ) {
            let seen = Seen {
                needed: Some(Bytes(needed * MIB)), peak: Bytes(peak.max(needed) * MIB), cache: Bytes(0), swapped: Bytes(swapped * MIB), ..usual()
            };
            let free = total.saturating_sub(used);
            let parts = Parts { seen, swap: swap(total, free), ..Parts::default() };
            let swap_max = swap_max.map(|mib| Bytes(mib * MIB));
            let advice = parts.ask(|case| advise(case, Some(Bytes(max * MIB)), swap_max));
            if let Some(high) = advice.bytes() {
                prop_assert!(high > Bytes(needed * MIB) && high < Bytes(max * MIB));
                prop_assert!(free >= max - needed);
                prop_assert!(swap_max.is_none_or(|most| most.0 >= (max - needed + swapped) * MIB));
            }
        }
    }
}
