//! A bar that shows who holds which part of memory.

use crate::limits::budget::holder::{Holder, HolderKind};
use crate::limits::budget::sum::Budget;
use crate::ui::look::Look;

/// The marks of the holders, in their order; whoever comes later shares the last one.
const MARKS: &str = "abcdefghijklmnopqrstuvwxyz*";

/// The mark of the holder at `place`.
pub(super) fn mark(place: usize, holder: &Holder) -> char {
    match holder.kind {
        HolderKind::Reserve => '=',
        _ => MARKS.chars().nth(place.saturating_sub(1)).unwrap_or('*'),
    }
}

/// The bar: a column for each part of memory, `.` for what is free, `|` where memory ends.
pub(super) fn bar(budget: &Budget, look: Look) -> String {
    let columns = look.width.saturating_sub(4).clamp(20, 100);
    let whole = budget.committed.max(budget.total).0.max(1) as f64;
    let place = |bytes: u64| (bytes as f64 * columns as f64 / whole).round() as usize;
    let mut marks: Vec<char> = vec!['.'; columns];
    for (number, holder) in budget.holders.iter().enumerate() {
        let (from, to) = (place(holder.sum.less(holder.bytes).0), place(holder.sum.0));
        marks.iter_mut().take(to).skip(from).for_each(|slot| *slot = mark(number, holder));
    }
    marks.insert(place(budget.total.0).min(columns), '|');
    marks.into_iter().collect()
}
