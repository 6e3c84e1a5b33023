//! What memtune changed here, written down before it did: one file for each plan, in a folder that only root can read.
//!
//! **Invariants.** An entry is on the disk, whole, before the first write of its plan. A text that is no entry is named and left
//! alone. Which entries were undone is told by those that undid them, so that one write says it.

mod entry;
mod listing;
mod store;

pub use entry::{Entry, State, parse};
pub use listing::{Journal, Unreadable, entries, read};
pub use store::HOME;
pub(super) use store::{lock, next_id, write};
