//! How much swap a machine should have: what its profiles wish for, or what is usual.

use crate::facts::readings::Readings;
use crate::profile::{SizedSwap, SwapKind};
use crate::swap::sizing::{self, Addition};
use crate::sys::bytes::Bytes;

/// What should be there.
pub(super) struct Wanted {
    /// How much of which kind, and why.
    pub(super) addition: Addition,
    /// Whether no profile had a say.
    pub(super) is_only_usual: bool,
}

/// What the profiles wish for; without any, what is usual.
pub(super) fn by(readings: &Readings, wishes: &[SizedSwap]) -> Wanted {
    let usual = sizing::more(readings);
    if wishes.is_empty() {
        return Wanted { addition: usual, is_only_usual: true };
    }
    let mut addition = Addition::default();
    for wish in wishes {
        let size = wish.size.map(|size| format!(" of {size}")).unwrap_or_default();
        addition.workings.push(format!(
            "the profile {} wants swap{size} on {}: {}",
            wish.profile,
            if wish.kind == SwapKind::Zram { "zram" } else { "a disk" },
            wish.reason
        ));
        match wish.kind {
            SwapKind::Zram => addition.memory = wish.size.or(usual.memory).or_else(|| half(readings)),
            SwapKind::Disk => on_disk(readings, wish, &usual, &mut addition),
            SwapKind::None => {}
        }
    }
    Wanted { addition, is_only_usual: false }
}

fn half(readings: &Readings) -> Option<Bytes> {
    readings.meminfo().ok().map(|meminfo| Bytes(meminfo.total().0 / 2))
}

/// As large as the profile wants it, where a file is possible; otherwise what is usual here.
fn on_disk(readings: &Readings, wish: &SizedSwap, usual: &Addition, addition: &mut Addition) {
    let wanted = wish.size.or(usual.file).unwrap_or_default();
    match sizing::root_for_a_file(readings).and_then(|_| sizing::that_fits(readings, whole_gib(wanted))) {
        Ok((size, room)) => {
            addition.file = Some(size);
            addition.room = Some(room);
        }
        Err(why) => {
            addition.memory = addition.memory.or(usual.memory);
            let others = usual.workings.iter().filter(|working| **working != why).cloned();
            addition.workings.extend(std::iter::once(why.clone()).chain(others));
        }
    }
}

fn whole_gib(size: Bytes) -> Bytes {
    Bytes::from_gib(size.0.div_ceil(1 << 30).max(1))
}
