//! What a profile wants besides, and no setting of ours can give: swap, and things for the owner to do.

use crate::facts::readings::Readings;
use crate::profile::{Sized, SizedSwap, SwapKind};
use crate::sys::bytes::Bytes;

/// Sentences for the reader of a plan.
pub(super) fn sentences(sized: &Sized, readings: &Readings) -> Vec<String> {
    let swap = sized.swap.iter().filter_map(|wish| of_swap(wish, readings));
    swap.chain(of_advice(sized)).collect()
}

fn of_swap(wish: &SizedSwap, readings: &Readings) -> Option<String> {
    let areas = readings.swaps().ok()?;
    let total = |is_zram: bool| -> Bytes {
        areas.iter().filter(|area| area.is_zram() == is_zram).map(|area| area.size).sum()
    };
    let (have, place) = match wish.kind {
        SwapKind::None => {
            let all = total(true) + total(false);
            return (all.0 > 0)
                .then(|| format!("the profile wants no swap, and there are {all} of it: {}", wish.reason));
        }
        SwapKind::Disk => (total(false), "on a disk"),
        SwapKind::Zram => (total(true), "in zram"),
    };
    let wanted = wish.size.unwrap_or(Bytes(1));
    // An area's own header, and rounding to pages, take a little.
    (have + have.percent(1.0) < wanted).then(|| {
        let amount = wish.size.map_or("swap".to_owned(), |size| format!("{size} of swap"));
        let there = if have.0 == 0 { "there is none".to_owned() } else { format!("there are {have}") };
        format!("the profile wants {amount} {place}, and {there}: {} `memtune doctor explain W01` says how to add it", wish.reason)
    })
}

fn of_advice(sized: &Sized) -> Option<String> {
    let names = sized.names.join(" ");
    match sized.advice.len() {
        0 => None,
        1 => Some(format!("no setting can do everything: `memtune tune show {names}` has one more advice")),
        count => Some(format!(
            "no setting can do everything: `memtune tune show {names}` has {count} more pieces of advice"
        )),
    }
}
