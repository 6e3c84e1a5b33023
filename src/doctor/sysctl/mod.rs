//! S: kernel knobs that were set to something that hurts, or that does nothing.

pub(super) mod drift;
pub(super) mod lines;
pub(super) mod own_lines;
pub(super) mod pairs;
pub(super) mod policy;
pub(super) mod shadowed;
pub(super) mod swapping;
pub(super) mod unread;
pub(super) mod watermarks;
pub(super) mod writeback;
