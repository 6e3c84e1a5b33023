//! From a sized profile to a plan, and back to the question whether it holds.
//!
//! A plan sets the running knobs and writes three files: one of sysctl.d, one of tmpfiles.d and the record of what is active; with
//! `--unit`, a drop-in as well, and where a profile has wishes on the watchdog, the file that it reads before its owner's settings. Lines of the owner that would win over ours at the next boot are commented out in the same plan.
//! Nothing here writes: plans are carried out by `change/`.

pub mod active;
pub mod elsewhere;
pub mod fixes;
pub mod off;
pub mod plan;
pub mod verify;

mod files;
mod unit;
mod unit_values;
mod wishes;
