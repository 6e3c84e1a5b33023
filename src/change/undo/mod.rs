//! The way back: from entries of the journal to a plan that takes them back.
//!
//! **Invariant.** What somebody else changed since is neither overwritten nor passed over in silence, unless the caller insists.

mod back;
mod builders;
mod chain;
mod drift;
mod folders;
mod ledger;
mod whole;

pub use drift::{Drifted, drifted};
pub use whole::{Force, plan, take_back};
#[cfg(test)]
pub(super) use whole::{plan_on, take_back_on};
