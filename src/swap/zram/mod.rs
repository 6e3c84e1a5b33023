//! Compressed swap in memory: `memtune swap zram SIZE|50%|off`.
//!
//! Where zram-generator is installed, its configuration is written: one place, that the distribution knows, too. Elsewhere a unit of
//! memtune's own makes the device. Either way the plan is the same in kind: what is on is drained first, if memory can take it back;
//! the files change; the device is made anew; and each step has a way back that ends where it began.

pub mod bars;
pub mod off;
pub mod on;
pub mod request;

mod algorithm;
mod by_generator;
mod by_unit;
mod drop_in;
mod in_front;
mod limit;
mod maker;
mod steps;
mod unit;

pub use maker::stopped_with;
