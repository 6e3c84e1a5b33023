//! F: free memory in pieces, and memory set aside for devices that need it in one piece.

pub(super) mod devices;
pub(super) mod pieces;

mod compaction;
