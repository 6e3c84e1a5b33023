//! The only room that writes.
//!
//! So far memtune writes nothing but its own manual pages; plans of changes to the machine, with their journal, will live here.

pub mod pages;
