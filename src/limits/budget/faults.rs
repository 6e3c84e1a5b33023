//! Why a budget does not hold, in sentences.

use crate::sys::bytes::Bytes;

use super::super::shown::tree::{TOP, Tree};
use super::holder::Holder;
use super::instances::Sized;

/// From this share of memory on, in per cent, protection leaves the kernel nothing to take back.
const MOST_PROTECTED: f64 = 80.0;

/// What makes it not fit; `breaks` is the holder with which the sum is more than `total`.
pub(super) fn of(holders: &[Holder], breaks: Option<&Holder>, total: Bytes) -> Vec<String> {
    let over = breaks.map(|holder| {
        let before = holder.sum.less(holder.bytes);
        let (name, bytes) = (&holder.name, holder.bytes);
        let takes = if holder.kind.is_bound() { "may take" } else { "takes" };
        match bytes > total {
            true => format!("{name} alone {takes} {bytes}, and there are {total} of memory"),
            false => format!(
                "{name} {takes} {bytes}, and what stands before it leaves {} of {total}",
                total.less(before)
            ),
        }
    });
    let of_instances = holders.iter().filter_map(|holder| instances_fault(holder, total));
    over.into_iter().chain(of_instances).collect()
}

/// Parts that want more than their unit may take, or than there is.
fn instances_fault(holder: &Holder, total: Bytes) -> Option<String> {
    let wanted: Bytes = holder.instances.iter().map(|one| one.bytes).sum();
    let (name, bound) = (&holder.name, holder.bytes.min(total));
    let of = if holder.bytes <= total {
        format!("{name} may take {bound}")
    } else {
        format!("there are {bound} of memory")
    };
    (wanted > bound).then(|| {
        format!("the instances of {name} want {wanted} together ({}), and {of}", listed(&holder.instances))
    })
}

fn listed(instances: &[Sized]) -> String {
    const MOST_NAMED: usize = 8;
    let named = instances.iter().take(MOST_NAMED).map(|one| format!("{} {}", one.name, one.bytes));
    let rest = instances.len().saturating_sub(MOST_NAMED);
    let rest = (rest > 0).then(|| format!("{rest} more"));
    named.chain(rest).collect::<Vec<_>>().join(", ")
}

/// What MemoryMin keeps from being taken back.
pub(super) fn protected(tree: &Tree, total: Bytes) -> Bytes {
    let min =
        |path: &str| tree.group(path).and_then(|group| group.min).map(|min| min.bytes().unwrap_or(total));
    tree.below(TOP).into_iter().filter_map(min).sum()
}

/// That so much protection leaves the kernel nothing to take back.
pub(super) fn overprotected(sum: Bytes, total: Bytes) -> Option<String> {
    (sum.percent_of(total) > MOST_PROTECTED).then(|| {
        format!("MemoryMin protects {sum} of {total}: when memory is short, the kernel finds nothing to take back and kills")
    })
}

/// That it would not fit if units without a limit needed all that they have held. How much of that was cache of files nobody can tell
/// any more, so that is no fault.
pub(super) fn at_most(sum: Bytes, most: Bytes, total: Bytes) -> Option<String> {
    (sum <= total && most > total).then(|| {
        format!("With the most that units without a limit have held it would be {most} of {total}: how much of that was cache of files, nobody can tell any more")
    })
}
