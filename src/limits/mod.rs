//! Limits of memory: which group of processes may take how much, what it takes, what set the limit, and whether all of them together
//! fit into the machine.
//!
//! Units come from one question to systemd, live numbers from the control groups; where one of them is missing, the other tells what it
//! can, and what cannot be known is said once.
//!
//! [`set`](mod@set) and [`unset`] plan the change of one drop-in of memtune's own for each unit; what is in it already stays, and what others
//! wrote is left alone. Nothing here writes: plans are carried out by `change/`.

pub mod agreement;
pub mod budget;
pub mod claims;
pub mod current;
pub mod drop_in;
pub mod entry;
pub mod fixed;
pub mod holder;
pub mod instances;
pub mod kind;
pub mod manager;
pub mod named;
pub mod overview;
pub mod own_file;
pub mod presence;
pub mod remarks;
pub mod reserve;
pub mod restart;
pub mod rivals;
pub mod set;
pub mod settings;
pub mod shown_value;
pub mod sources;
pub mod tree;
pub mod unit;
pub mod unit_name;
pub mod units;
pub mod unset;
pub mod weigh;

mod amounts;
mod asked;
mod elsewhere;
mod faults;
mod leftovers;
mod steps;
mod subject;
mod surroundings;
mod unknown;
