//! The ranking: in which order jobs would be ended, and why some are passed over.
//!
//! Pure: it takes the tables of a count and the rules, weighs each job, and walks them from the one that is ended first. Only `choice` asks
//! the census, for a second look at those that come first.

mod badness;
mod choice;
mod order;
mod pattern;
mod rules;
#[cfg(test)]
mod tests;

pub use badness::{Machine, useful};
pub use choice::{Within, choose};
pub use order::{Ranked, Ranking};
pub use rules::Rules;
