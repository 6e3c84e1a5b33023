//! What a sample of the memory means: how near the end is, what is to be done about it, and when to look again.
//!
//! All of it is pure: samples go in, decisions come out, and the time is that of the samples. So a recording gives the same decisions
//! as the machine did. **Invariants.** A step allocates nothing. Nothing is done at a level that only lasts because it was worse before,
//! or because of waiting alone. While a victim is on its way out, no other is chosen.

pub mod decision;
pub mod group;

mod bounds;
mod counting;
mod gpu;
mod growth;
mod history;
mod judge;
mod ladder;
mod pace;
mod rate;
mod sound;
mod thrash;
mod turn;
mod waiting;

#[cfg(test)]
mod any_samples;
#[cfg(test)]
mod machine;
#[cfg(test)]
mod scenarios;

pub use judge::Policy;
