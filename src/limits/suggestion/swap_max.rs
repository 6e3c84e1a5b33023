//! MemorySwapMax: what the unit may put into swap, which MemoryMax does not count.

use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::advice::{Advice, rounded_up};
use super::case::Case;
use super::role::Role;
use super::seen::finite;

const NAME: &str = "MemorySwapMax";
const LEAST: Bytes = Bytes(16 << 20);

/// `max` is the MemoryMax that is to be.
pub(super) fn advise(case: &Case<'_>, max: Option<Bytes>) -> Advice {
    if !case.is_version_two() {
        return Advice::leave(NAME, "control groups of version 1 do not know it");
    }
    let Some(swap) = case.swap else { return Advice::leave(NAME, "nothing tells how much swap there is") };
    if swap.total.0 == 0 {
        return Advice::leave(NAME, "there is no swap here that it could fill");
    }
    if let Some(own) = finite(case.entry.swap_max) {
        return Advice::leave(NAME, format!("it is {} already, as its owner chose", size::exact(own)));
    }
    let Some(max) = max else {
        return Advice::leave(
            NAME,
            "without a MemoryMax it only says how much of the memory it holds may be slow",
        );
    };
    if case.seen.role == Role::Model {
        let swapped = case.seen.swapped;
        let now = if swapped.0 > 0 {
            format!(" (it has {swapped} there now, and keeps them)")
        } else {
            String::new()
        };
        return Advice::amount(
            NAME,
            Bytes(0),
            format!(
                "all of a model is read for each answer: what lies in swap makes every one of them wait{now}"
            ),
        );
    }
    let grows = max.less(case.needed());
    let bytes = rounded_up(grows.max(case.seen.swapped + case.seen.swapped.percent(10.0)).max(LEAST));
    if bytes >= swap.total {
        return Advice::leave(NAME, format!("the {} of swap here are no more than it may need", swap.total));
    }
    // What it has there now is counted above, too, and stays.
    if let Some(above) = case.swap_above.as_ref().filter(|above| above.left + case.seen.swapped <= bytes) {
        return Advice::leave(
            NAME,
            format!("{} leaves it no more than {} already", above.slice, above.left + case.seen.swapped),
        );
    }
    let compressed = if swap.is_compressed { ", which lies in memory itself," } else { "" };
    let swapped = match case.seen.swapped {
        Bytes(0) => String::new(),
        swapped => format!(", the {swapped} that it has there now included"),
    };
    Advice::amount(
        NAME,
        bytes,
        format!(
            "MemoryMax does not count what lies in swap: without this it could fill all {} of it{compressed} before anything ends it; so much it may need up to its MemoryMax{swapped}",
            swap.total
        ),
    )
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

    const MAX: Option<Bytes> = Some(Bytes(1000 * MIB));

    fn of(parts: &Parts) -> Option<Bytes> {
        parts.ask(|case| advise(case, MAX)).bytes()
    }

    #[test]
    fn it_may_swap_what_it_may_grow_by() {
        assert_eq!(of(&Parts::default()), Some(Bytes(400 * MIB)));
        let swapped = Parts { seen: Seen { swapped: Bytes(500 * MIB), ..usual() }, ..Parts::default() };
        assert_eq!(of(&swapped), Some(Bytes(552 * MIB)));
        let small = Swap { total: Bytes(400 * MIB), free: Bytes(400 * MIB), is_compressed: false };
        assert_eq!(of(&Parts { swap: Some(small), ..Parts::default() }), None);
        assert_eq!(Parts::default().ask(|case| advise(case, None)).bytes(), None);
        let above = |mib: u64| of(&Parts { swap_above: Some(Bytes(mib * MIB)), ..Parts::default() });
        assert_eq!((above(400), above(401)), (None, Some(Bytes(400 * MIB))));
    }

    #[test]
    fn a_model_stays_in_memory() {
        let model = Parts { seen: Seen { role: Role::Model, ..usual() }, ..Parts::default() };
        let advice = model.ask(|case| advise(case, MAX));
        assert!(matches!(advice, Advice::Set(one) if one.value == "0"));
    }

    #[test]
    fn where_there_is_none_or_it_is_set_nothing_is_said() {
        assert_eq!(of(&Parts { swap: Some(Swap::default()), ..Parts::default() }), None);
        assert_eq!(of(&Parts { swap: None, ..Parts::default() }), None);
        assert_eq!(of(&Parts { version: Some(Version::One), ..Parts::default() }), None);
        let set = Entry { swap_max: Some(Limit::At(Bytes(0))), ..entry() };
        assert_eq!(of(&Parts { entry: set, ..Parts::default() }), None);
    }
}
