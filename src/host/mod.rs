//! The machine under a root: the only room that opens files, lists folders or runs programs.
//!
//! A [`Host`] is either the live machine or a tree (an image, a container's root, an unpacked sosreport). Every path of a
//! tree is resolved by the kernel inside that tree, so neither an absolute link nor `..` leads out of it.
//!
//! **Invariants.** Reads are bounded. Nothing here parses what it reads, and nothing here knows what the answer is for.

mod attend;
mod captures;
mod knobs;
mod lacking;
mod lines;
mod machine;
#[cfg(test)]
pub(crate) mod made_tree;
mod programs;
mod root;
mod status;
mod write;

pub use attend::{Attended, Ended, Input, Manner, Output, Stop};
pub use lacking::{IfThere, Lacking, Reason};
pub use machine::Host;
pub use status::{FileStatus, Space};
pub use write::{
    Distrust, FileState, Filling, FoundSwapFile, Lock, LockFailure, NewSwapFile, Patience, Ran, Stranger,
    Watch,
};
