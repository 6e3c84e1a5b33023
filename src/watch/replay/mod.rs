//! The decisions that the policy would have made over a recording: how it is tested, and how somebody asks whether the watchdog would
//! have saved a machine last night.
//!
//! A recording is a sample a line, as JSON. It may come from anywhere: lines are of bounded length, and what is no sample is refused
//! with the number of its line. **Invariant.** Nothing here is used while the watchdog watches, but for the writing of a line.

pub mod recording;
pub mod run;
