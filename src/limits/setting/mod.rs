//! Gives a unit limits, and takes them away.
//!
//! [`set`](mod@set) and [`unset`] plan the change of one drop-in of memtune's own for each unit; what is in it already stays, and what others
//! wrote is left alone.

pub mod agreement;
pub mod current;
pub mod drop_in;
pub mod leftovers;
pub mod manager;
pub mod own_file;
pub mod presence;
pub mod restart;
pub mod rivals;
pub mod set;
pub mod settings;
pub mod shown_value;
pub mod undone;
pub mod unset;
pub mod weigh;

mod amounts;
mod asked;
mod hidden;
mod steps;
mod subject;
mod surroundings;
mod witness;
