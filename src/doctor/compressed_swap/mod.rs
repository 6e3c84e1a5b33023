//! Z: swap that is compressed in memory: zram devices, and zswap in front of a disk.

pub(super) mod generator;
pub(super) mod twice;
pub(super) mod zram;
pub(super) mod zswap;
