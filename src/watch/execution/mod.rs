//! Ends a job that was chosen: asks, waits, kills, and watches the memory come back, without ever waiting itself.
//!
//! [`Executioner::begin`](executioner::Executioner::begin) opens a handle to each process of the victim and looks *then* whether it is still
//! the one that was counted; only what passes is signalled, and only through its handle.
//! [`Executioner::tick`](executioner::Executioner::tick) does whatever is due and returns; who calls it sleeps until
//! [`deadline`](executioner::Executioner::deadline), or until one of the [`handles`](executioner::Executioner::handles) can be read.
//!
//! **Why no other process is hit.** What is read from /proc/PID after a handle to PID was opened, and before that handle's process ended,
//! is about that process. A number that was used again has another start time, unless both started within one tick of the clock; hence
//! who was started in the tick in which counting began, or later, is not taken from the list, but only as a newcomer: who is then the
//! child of a member that lives while it is looked at, or in a process group or session that is still the victim's, or in the victim's control group.
//! Right before each signal the [`guard`] has the last word.

mod beginning;
pub mod clock;
mod course;
pub mod executioner;
mod gathering;
pub mod group;
pub mod guard;
mod holding;
pub mod outcome;
pub mod overdue;
mod recovery;
mod rehearsal;
mod release;
mod roll;
mod strike;
#[cfg(test)]
mod tests;
pub mod victim;
