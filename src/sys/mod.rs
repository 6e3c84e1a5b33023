//! Units of measure, and (once something needs one) the raw system calls that no crate wraps.
//!
//! The lowest floor of the house: it knows no other room.

pub mod bytes;
pub mod size;
pub mod uuid;
