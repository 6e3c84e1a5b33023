//! What is told of a swap area.

use serde::Serialize;

use crate::facts::disks::DiskKind;
use crate::facts::zram::ZramDevice;
use crate::sys::bytes::Bytes;

use super::holders::Holder;
use super::remarks::Remark;

/// What an area is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A file.
    File,
    /// A partition, or any other device on a disk.
    Partition,
    /// A file that passes for a device, until the next boot.
    Loop,
    /// Something that is named, and of which cannot be told what it is.
    Unknown,
    /// Compressed, in memory.
    Zram,
}

impl Kind {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Partition => "partition",
            Self::Loop => "loop device",
            Self::Unknown => "unknown",
            Self::Zram => "zram",
        }
    }
}

/// One area.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Area {
    /// The device or file.
    pub path: String,
    /// What it is made of.
    pub kind: Kind,
    /// Whether the kernel swaps to it now.
    pub in_use: bool,
    /// What it can hold; of one that is off, as far as it is known.
    pub size: Option<Bytes>,
    /// What it holds.
    pub used: Bytes,
    /// Areas of higher priority are filled first; `None` where the kernel will choose.
    pub priority: Option<i32>,
    /// What turns it on at the next boot; empty where it is gone then, `None` where that cannot be read.
    pub held_by: Option<Vec<Holder>>,
    /// Whether its name has been deleted while it was in use.
    pub deleted: bool,
    /// The kind of the slowest disk under it, where that is known.
    pub disk: Option<DiskKind>,
    /// Whether a hibernated machine looks for its image in it.
    pub resume: bool,
    /// What compressing costs and brings; of zram only.
    pub zram: Option<Compressed>,
    /// What is odd about how it comes at boot.
    #[serde(skip)]
    pub oddities: Vec<Remark>,
}

/// What a zram device costs and brings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compressed {
    /// The compressor.
    pub algorithm: Option<String>,
    /// What is stored, before compression.
    pub original: Bytes,
    /// The memory that all of it takes.
    pub cost: Bytes,
    /// The bytes stored in one byte of memory; `None` while nothing is stored.
    pub ratio: Option<f64>,
    /// The most memory that it may take; `None` where nothing limits it.
    pub limit: Option<Bytes>,
    /// The device that takes what does not compress.
    pub backing_device: Option<String>,
}

impl From<&ZramDevice> for Compressed {
    fn from(device: &ZramDevice) -> Self {
        let memory = device.use_of_memory;
        Self {
            algorithm: device.algorithm.clone(),
            original: memory.original,
            cost: memory.cost,
            ratio: memory.ratio().map(|ratio| (ratio * 100.0).round() / 100.0),
            limit: Some(memory.limit).filter(|limit| limit.0 > 0),
            backing_device: device.backing_device.clone(),
        }
    }
}
