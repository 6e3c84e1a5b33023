//! The watchdog: sample -> level -> rank -> kill -> account.
//!
//! A tick takes a [`Sample`](sample::Sample) of the memory, lets the policy judge it, and where a level asks for it has the jobs counted
//! and ranked, ends one of them as a whole, and tells why. What judges and ranks is pure, so that a recording can be replayed; what
//! touches the kernel works on files that were opened, and on buffers that were made, when the watchdog started.
//!
//! **Invariants.** After start nothing here allocates. It knows the parsers of `facts/` and `sys/`, and nothing else of the house. No
//! process gets a signal but through a pidfd that was opened before it was chosen.

pub mod account;
pub mod census;
pub mod configuration;
pub mod controls;
pub mod execution;
pub mod job;
pub mod level;
pub mod lines;
pub mod meter;
pub mod policy;
pub mod process_folder;
pub mod ranking;
pub mod replay;
pub mod sample;
pub mod settings;
pub mod watchdog;
