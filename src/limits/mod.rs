//! The limits of units: what they may hold, what they hold, and the drop-in that says so.
//!
//! [`set`](mod@set) and [`unset`] plan the change of one drop-in of memtune's own for each unit; what is in it already stays, and what others
//! wrote is left alone. Nothing here writes: plans are carried out by `change/`.

pub mod agreement;
pub mod current;
pub mod drop_in;
pub mod manager;
pub mod presence;
pub mod restart;
pub mod set;
pub mod settings;
pub mod shown_value;
pub mod unit_name;
pub mod unset;
pub mod weigh;

mod amounts;
mod asked;
mod leftovers;
pub mod own_file;
pub mod rivals;
mod steps;
mod subject;
mod surroundings;
