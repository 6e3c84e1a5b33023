//! C: what the kernel promises, and whether it keeps or refuses it.

pub(super) mod limit;
pub(super) mod refused;
pub(super) mod vendors;

mod sizing;
