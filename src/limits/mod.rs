//! Limits of memory: which group of processes may take how much, what it takes, what set the limit, and whether all of them together
//! fit into the machine.
//!
//! Units come from one question to systemd, live numbers from the control groups; where one of them is missing, the other tells what it
//! can, and what cannot be known is said once.

pub mod budget;
pub mod claims;
pub mod entry;
pub mod fixed;
pub mod instances;
pub mod kind;
pub mod named;
pub mod overview;
pub mod remarks;
pub mod reserve;
pub mod sources;
pub mod tree;
pub mod trial;
pub mod unit;
pub mod units;
