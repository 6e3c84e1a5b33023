//! Limits for people: the units as a table with as many columns as fit, one unit in full, and the budget with a bar that shows who
//! holds what.

pub mod budget;
pub mod overview;
pub mod restarted;
pub mod suggestion;
pub mod trial;
pub mod unit;

mod columns;
mod spread;
mod table;
