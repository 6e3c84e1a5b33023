//! Units of measure, numbers that tell one thing from another, signals, and the raw system calls that no crate wraps.
//!
//! The lowest floor of the house: it knows no other room.

pub mod apart;
pub mod bounded_text;
pub mod bytes;
pub mod folder;
pub mod foreground;
pub mod fork;
pub mod harmless;
pub mod heap;
pub mod interruption;
pub mod kernel_file;
pub mod memory_lock;
pub mod open_files;
pub mod process_handle;
pub mod refusal;
pub mod size;
pub mod text;
pub mod unwritten;
pub mod uuid;
