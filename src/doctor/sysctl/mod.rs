//! S: kernel knobs that were set to something that hurts, or that does nothing.

pub(super) mod policy;
pub(super) mod swapping;
pub(super) mod watermarks;
pub(super) mod writeback;
