//! T: pages larger than usual, set aside by hand or made by the kernel.

pub(super) mod pools;
pub(super) mod transparent;
