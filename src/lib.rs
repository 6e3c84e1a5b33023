//! memtune keeps Linux machines from dying of memory.
//!
//! The house is described in ARCHITECTURE.md; each room begins with a paragraph on what it is for.

pub mod doctor;
pub mod facts;
pub mod host;
pub mod sys;
