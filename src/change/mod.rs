//! The only room that writes.
//!
//! A [`Plan`] of [`Change`]s is the only road to a write of the machine: it is shown, agreed to, written down in the journal with
//! what was there before, and carried out as one. What fails is taken back at once; what was cut short, by the next run; what
//! was done, by `memtune undo`. Manual pages, which change no machine, are written by [`pages`].
//!
//! **Invariants.** The journal is on the disk before the first write. Nothing is overwritten that is not what the plan found or
//! what memtune wrote itself. There is no clock here.

mod apply;
pub mod aside;
mod changes;
mod command;
mod content;
pub mod diff;
mod fault;
mod file;
pub mod journal;
mod knob;
mod machine;
mod merge;
mod observer;
pub mod pages;
mod path;
mod plan;
mod plan_swap;
mod privilege;
mod recover;
pub mod rivals;
mod settle;
mod swap_area;
mod swap_device;
mod swap_file;
mod swap_refusal;
mod take_back;
#[cfg(test)]
mod tests;
pub mod undo;
mod value;

pub use apply::{Applied, apply};
pub use changes::{Change, Why, knob_name};
pub use command::{CommandChange, typed};
pub use file::FileChange;
pub use knob::{Companion, KnobChange};
pub use observer::{Nobody, Observer, Progress};
pub use plan::{Area, Plan, Refused};
pub use privilege::{may_write, refuse_unwritable};
pub use recover::{Recovered, pending, recover};
pub use swap_area::{SwapAreaChange, SwapOn};
pub use swap_file::{SwapFile, SwapFileChange};
