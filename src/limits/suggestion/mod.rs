//! Which limits a unit should have: from what it has held, waited for and died of, without a limit that would have it stand still, and
//! without a sum that no longer fits into the machine. What is left out has its reason, too.
//!
//! `target` finds the unit, `seen` and `members` say what is known of it, `observation` what was seen while somebody watched; `basis` makes
//! of it what the unit needs, `fit` what the machine has left, and each property has a rule of its own.

pub mod advice;
pub mod observation;
pub mod role;
pub mod sample;
pub mod seen;
pub mod target;
pub mod whole;

mod basis;
mod case;
mod command;
mod doubts;
mod fit;
mod high;
mod low;
mod max;
mod members;
mod oom;
mod swap_max;
