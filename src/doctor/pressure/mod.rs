//! P: what memory looks like right now, and who holds it.

pub(super) mod files;
pub(super) mod hardware;
pub(super) mod kernel_share;
pub(super) mod locked;
pub(super) mod room;
pub(super) mod stall;

mod groups;
mod psi;
mod tmpfs_use;
mod unaccounted;
mod who;
