//! Who sets a kernel knob at the next boot, and to what.
//!
//! [`Model`] reads everything that sets knobs on the way from the boot loader to the last daemon (the kernel's command line,
//! sysctl's files, udev, tmpfiles.d, tuned) and plays it through in the order of a boot, with the kernel's own rules for
//! what it accepts. A [`Forecast`] says what comes of it for one knob: the value, the line that wins, and those that lose.
//!
//! **Invariants.** Nothing here writes, and nothing judges: what a forecast means for the owner is said in `doctor/` and `ui/`.

pub mod bounds;
pub mod coupled;
pub mod first_process;
pub mod names;

mod forecast;
mod kernel_number;
mod layers;
mod look;
mod model;
mod pattern;
mod play;
mod remarks;
mod sys_knob;
#[cfg(test)]
mod tests;
mod write;
mod writers;

pub use forecast::{Assignment, Forecast, Origin, Place};
pub use model::Model;
