//! Somebody who takes memory, or may.

use serde::Serialize;

use crate::sys::bytes::Bytes;

use super::instances::Sized;

/// What a holder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolderKind {
    /// Kept free.
    Reserve,
    /// Huge pages.
    HugePages,
    /// Compressed swap.
    Zram,
    /// A file system in memory.
    Tmpfs,
    /// A GPU without memory of its own.
    Gpu,
    /// Units without a limit.
    Unlimited,
    /// A unit or slice with a limit, or with declared instances.
    Limited,
    /// What the caller wants to add.
    Added,
}

impl HolderKind {
    /// Whether it counts with what it may take, and not with what it takes.
    pub fn is_bound(self) -> bool {
        matches!(self, Self::Limited | Self::Added)
    }
}

/// Somebody who takes memory, or may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// Its name.
    pub name: String,
    /// How much.
    pub bytes: Bytes,
    /// The same with the most that it has held, of which some may have been cache of files.
    #[serde(skip)]
    pub most: Bytes,
    /// How that was found.
    pub how: String,
    /// What it is.
    pub kind: HolderKind,
    /// This holder and all before it.
    pub sum: Bytes,
    /// What its owner says of its parts.
    pub instances: Vec<Sized>,
}

impl Holder {
    /// A holder without declared parts, not yet summed up.
    pub fn new(name: &str, bytes: Bytes, kind: HolderKind, how: String) -> Self {
        Self { name: name.to_owned(), bytes, most: bytes, how, kind, sum: Bytes(0), instances: Vec::new() }
    }
}
