//! Running a program under limits that end with it, and telling what it needed and what it died of: `memtune limits try` and `run`.
//!
//! `try` makes a scope of systemd's, whose limits count for all processes together; `run` sets the limits of single processes, which each of
//! them has for itself. A ladder goes down from one size to the next, as long as the program survives.

pub mod ladder;
pub mod report;
pub mod resource;
pub mod rlimit;
pub mod run;
pub mod scope;
pub mod stage;
pub mod standstill;

mod died;
mod gate;
mod group;
mod processes;
mod verdict;
