//! The loop: sample, judge, count, end, tell, sleep.
//!
//! One thread; it waits in one place, for whatever comes first: the time of the next look, the kernel's word that tasks wait for memory,
//! a victim that has ended, a caller, a signal. Each tick does what is due and waits for nobody.

mod controlled;
mod ending;
mod explain;
mod hearing;
mod notify;
mod reasons;
mod signals;
mod start;
mod tenants;
mod tick;
mod trigger;
mod wait;

pub use explain::{Explanation, explain};
pub use start::{Options, Watchdog};
