//! Limits of units, for people.

pub mod restarted;
