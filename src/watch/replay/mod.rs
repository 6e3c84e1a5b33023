//! The decisions that the policy would have made over a recording: how it is tested, and how somebody asks whether the watchdog would
//! have saved a machine last night.
//!
//! A recording is a sample a line, as JSON. It may come from anywhere: lines are of bounded length, and what is no sample is refused
//! with the number of its line. **Invariant.** Nothing here is used while the watchdog watches, but for the writing of a line, which a
//! thread of its own does: a disk that is slow or full costs samples, and never the next decision.

pub mod recorder;
pub mod recording;
mod recording_file;
pub mod run;
mod scribe;
pub mod summary;
