//! The groups that checks belong to: one letter each, which begins the ids.

use serde::{Serialize, Serializer};

/// A group of checks, in the order in which people read them: the symptoms of now first, then their causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What memory looks like right now.
    Pressure,
    /// What the kernel already killed.
    Kills,
    /// Swap areas.
    Swap,
    /// zram and zswap.
    CompressedSwap,
    /// What the kernel promises.
    Overcommit,
    /// systemd's units and their limits.
    Units,
    /// Limits of single processes.
    ResourceLimits,
    /// Watchdogs and tuners that may disagree.
    Keepers,
    /// Kernel knobs.
    Sysctl,
    /// Pages larger than usual.
    HugePages,
    /// Memory that lies at several processors.
    Numa,
    /// Free memory in pieces.
    Fragmentation,
    /// How the kernel ages pages.
    Reclaim,
    /// Memory of graphics processors.
    Gpu,
    /// What kind of machine this is.
    Surroundings,
}

impl Group {
    /// All groups, in reading order.
    pub const ALL: [Self; 15] = [
        Self::Pressure,
        Self::Kills,
        Self::Swap,
        Self::CompressedSwap,
        Self::Overcommit,
        Self::Units,
        Self::ResourceLimits,
        Self::Keepers,
        Self::Sysctl,
        Self::HugePages,
        Self::Numa,
        Self::Fragmentation,
        Self::Reclaim,
        Self::Gpu,
        Self::Surroundings,
    ];

    /// The letter that its checks' ids begin with.
    pub fn initial(self) -> &'static str {
        match self {
            Self::Pressure => "P",
            Self::Kills => "O",
            Self::Swap => "W",
            Self::CompressedSwap => "Z",
            Self::Overcommit => "C",
            Self::Units => "U",
            Self::ResourceLimits => "L",
            Self::Keepers => "K",
            Self::Sysctl => "S",
            Self::HugePages => "T",
            Self::Numa => "N",
            Self::Fragmentation => "F",
            Self::Reclaim => "R",
            Self::Gpu => "G",
            Self::Surroundings => "E",
        }
    }

    /// The word that names it on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pressure => "pressure",
            Self::Kills => "kills",
            Self::Swap => "swap",
            Self::CompressedSwap => "compressed-swap",
            Self::Overcommit => "overcommit",
            Self::Units => "units",
            Self::ResourceLimits => "resource-limits",
            Self::Keepers => "keepers",
            Self::Sysctl => "sysctl",
            Self::HugePages => "huge-pages",
            Self::Numa => "numa",
            Self::Fragmentation => "fragmentation",
            Self::Reclaim => "reclaim",
            Self::Gpu => "gpu",
            Self::Surroundings => "surroundings",
        }
    }

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Pressure => "Memory now",
            Self::Kills => "Kills",
            Self::Swap => "Swap",
            Self::CompressedSwap => "Compressed swap",
            Self::Overcommit => "Overcommit",
            Self::Units => "Units",
            Self::ResourceLimits => "Resource limits",
            Self::Keepers => "Watchdogs and tuners",
            Self::Sysctl => "Kernel knobs",
            Self::HugePages => "Huge pages",
            Self::Numa => "NUMA",
            Self::Fragmentation => "Fragmentation",
            Self::Reclaim => "Reclaim",
            Self::Gpu => "GPU memory",
            Self::Surroundings => "Surroundings",
        }
    }
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
