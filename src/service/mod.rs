//! The watchdog as a service of systemd: the plans that install it and take it away.
//!
//! The unit gives it what a kill needs and nothing else: `unit` says of each line why it is there. `rivals` finds the other watchdogs,
//! which give way in the same plan; two that kill side by side would end more than is needed.

mod bars;
mod install;
mod program;
mod rivals;
mod uninstall;
mod unit;

pub use install::{Request, plan as install};
pub use uninstall::plan as uninstall;
pub use unit::{NAME, PATH, text};
