//! The swap that profiles want, sized to one machine.

use crate::exit::Fault;
use crate::facts::readings::Readings;
use crate::sys::bytes::Bytes;

use super::condition::first_missing;
use super::conflict;
use super::formula;
use super::model::{SwapKind, SwapWish};
use super::size::lacking_fact;
use super::sized::{LeftOut, Numbers, SizedSwap};

/// Sizes the wishes; of several for one kind the largest counts. No swap and some swap contradict each other.
pub(super) fn size(
    wishes: &[SwapWish],
    readings: &Readings<'_>,
    numbers: Numbers,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<SizedSwap>, Fault> {
    let failed = |lacking| lacking_fact("swap", &lacking);
    let mut holding = Vec::new();
    for wish in wishes {
        match first_missing(&wish.when, readings).map_err(failed)? {
            None => holding.push(wish),
            Some(why) => {
                left_out.push(LeftOut { target: "swap".to_owned(), why, profile: wish.profile.clone() });
            }
        }
    }
    refuse_contradiction(&holding)?;
    let mut sized: Vec<SizedSwap> = Vec::new();
    for wish in holding {
        let one = one(wish, readings, numbers)?;
        match sized.iter_mut().find(|known| known.kind == one.kind) {
            Some(known) if known.size < one.size => *known = one,
            Some(_) => {}
            None => sized.push(one),
        }
    }
    Ok(sized)
}

/// Refuses wishes for no swap beside wishes for some.
pub(super) fn refuse_contradiction(wishes: &[&SwapWish]) -> Result<(), Fault> {
    let none = wishes.iter().find(|wish| wish.kind == SwapKind::None);
    let some = wishes.iter().find(|wish| wish.kind != SwapKind::None);
    match (none, some) {
        (Some(none), Some(some)) => Err(conflict::fault(&[format!(
            "swap: `{}` wants none ({}), but `{}` wants it on {} ({})",
            none.profile, none.reason, some.profile, some.kind, some.reason
        )])),
        _ => Ok(()),
    }
}

fn one(wish: &SwapWish, readings: &Readings<'_>, numbers: Numbers) -> Result<SizedSwap, Fault> {
    let literal = wish.literal.filter(|_| numbers == Numbers::Literal);
    let (size, workings): (Option<Bytes>, Vec<String>) = match (literal, &wish.scale) {
        (Some(literal), _) => (Some(literal), Vec::new()),
        (None, Some(scale)) => {
            let amount =
                formula::amount(scale, readings).map_err(|lacking| lacking_fact("swap", &lacking))?;
            (Some(amount.bytes), amount.workings)
        }
        (None, None) => (None, Vec::new()),
    };
    Ok(SizedSwap {
        kind: wish.kind,
        size,
        workings,
        reason: wish.reason.clone(),
        source: wish.source.clone(),
        effect: wish.effect.clone(),
        profile: wish.profile.clone(),
    })
}
