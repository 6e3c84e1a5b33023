//! What units hold and may hold. Units come from one question to systemd, live numbers from the control groups; where one of them is
//! missing, the other tells what it can, and what cannot be known is said once.

pub mod entry;
pub mod kind;
pub mod named;
pub mod oddity;
pub mod overview;
pub mod remarks;
pub mod sources;
pub mod tree;
pub mod unit;
pub mod units;

pub(super) mod unknown;
