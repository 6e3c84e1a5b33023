//! U: systemd's units and their limits.

pub(super) mod immune;
pub(super) mod spared;

mod adjustment;
mod drop_in;

pub(in crate::doctor) use drop_in::{drop_in, drop_in_and_restart};
