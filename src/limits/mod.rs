//! Limits of memory: which group of processes may take how much, what it takes, what set the limit, whether all of them fit into the
//! machine together, and how a unit gets others.
//!
//! Nothing here writes: plans are carried out by `change/`.

pub mod budget;
pub mod rescuers;
pub mod setting;
pub mod shown;
pub mod suggestion;
pub mod trial;
pub mod unit_name;

mod likeness;
