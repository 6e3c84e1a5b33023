//! W: swap areas: whether there is enough of it, on what it lies, and whether it comes back at the next boot.

pub(super) mod absent;
pub(super) mod boot;
pub(super) mod commands;
pub(super) mod deleted;
pub(super) mod encryption;
pub(super) mod file_system;
pub(super) mod header;
pub(super) mod managers;
pub(super) mod medium;
pub(super) mod permissions;
pub(super) mod priority;
pub(super) mod recipe;
pub(super) mod resume;
pub(super) mod room;
