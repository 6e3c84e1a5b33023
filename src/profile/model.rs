//! A profile as the rest of the program sees it: checked, and with what it inherits.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sys::bytes::Bytes;

use super::condition::Condition;

/// A named set of settings, not yet sized to any machine. Composing several gives one again.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// The names of the profiles that it was composed of, in the order in which they were given; one for a plain profile.
    pub names: Vec<String>,
    /// One line.
    pub title: String,
    /// A paragraph.
    pub about: String,
    /// The document that it follows.
    pub source: String,
    /// The file that it was read from; `None` for one that is compiled in, or composed.
    pub file: Option<String>,
    /// The profiles that it builds on, farthest first.
    pub ancestors: Vec<String>,
    /// The doctor checks that matter to it, by id.
    pub checks: Vec<String>,
    /// What makes it worth recommending.
    pub recommend: Recommend,
    /// Kernel knobs. Of several for one target in the same profile, the first whose conditions hold counts.
    pub settings: Vec<Setting>,
    /// Properties for the unit that the caller names, by the same rule.
    pub unit: Vec<Setting>,
    /// The swap that it wants; several only where composed.
    pub swap: Vec<SwapWish>,
    /// The thresholds of the watchdog; several only where composed.
    pub watch: Vec<Watch>,
    /// What no setting can do.
    pub advice: Vec<Advice>,
    /// What the source document says besides.
    pub documented: Vec<Documented>,
}

/// What a setting sets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A sysctl by its dotted key, such as `vm.swappiness`.
    Sysctl(String),
    /// A file below /sys.
    Sys(String),
    /// A property of a systemd unit, such as `MemoryMax`.
    Unit(String),
}

impl Target {
    /// The key, path or property.
    pub fn name(&self) -> &str {
        match self {
            Self::Sysctl(name) | Self::Sys(name) | Self::Unit(name) => name,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One setting of a profile.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What it sets.
    pub target: Target,
    /// How its value is found.
    pub amount: Amount,
    /// Whether a running value, or another profile's, may be larger or smaller.
    pub keep: Keep,
    /// Whether it yields to another profile's setting of the same target.
    pub gives_way: bool,
    /// The source document's own value.
    pub literal: Option<String>,
    /// What the source document's value really does.
    pub effect: Option<String>,
    /// Why this value.
    pub reason: String,
    /// Where that is said.
    pub source: String,
    /// On which machines it applies.
    pub when: Vec<Condition>,
    /// The profile that it belongs to, as the caller named it.
    pub profile: String,
    /// The profile in whose file it stands: `profile`, or one that it builds on.
    pub written_in: String,
}

/// How a value is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Amount {
    /// It is the same on every machine.
    Fixed(String),
    /// It follows from the machine.
    Scaled(Scale),
    /// Only the source document has one, which is written only when its own numbers are asked for.
    LiteralOnly,
}

/// A share of something that the machine has.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Of what.
    pub of: Whole,
    /// The share in per cent.
    pub percent: f64,
    /// The unit in which it is written.
    pub unit: Unit,
    /// No less than this.
    pub at_least: Option<Bound>,
    /// No more than this.
    pub at_most: Option<Bound>,
}

/// What a share is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whole {
    /// The memory that the kernel can use for its own data.
    Lowmem,
    /// All memory that the kernel manages.
    Memory,
    /// The processors.
    Cpus,
    /// All swap.
    Swap,
}

/// The unit in which a scaled value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 1024 bytes.
    #[serde(rename = "KiB")]
    Kib,
    /// Bytes.
    Bytes,
    /// Pages of this machine.
    Pages,
    /// Per cent of one processor.
    PercentOfCpu,
}

/// A bound of a scaled value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// This much.
    Size(Bytes),
    /// What the kernel would choose itself; only of `vm.min_free_kbytes`.
    Kernel,
}

/// How a value relates to the running one, and to another profile's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Just this value.
    #[default]
    Exactly,
    /// A larger one is as good.
    AtLeast,
    /// A smaller one is as good.
    AtMost,
}

/// What makes a profile worth recommending.
#[derive(Clone, Debug, Default)]
pub struct Recommend {
    /// Names of processes.
    pub processes: Vec<String>,
    /// Names of units.
    pub units: Vec<String>,
    /// Pieces of the device tree's names of the board.
    pub boards: Vec<String>,
    /// Properties of the machine that all have to hold, and are a reason together.
    pub machine: Vec<Condition>,
}

/// What kind of swap there is, or shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwapKind {
    /// On a disk, as a partition or a file.
    Disk,
    /// Compressed, in memory.
    Zram,
    /// None at all.
    None,
}

impl fmt::Display for SwapKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Disk => "disk",
            Self::Zram => "zram",
            Self::None => "none",
        })
    }
}

/// The swap that a profile wants.
#[derive(Clone, Debug)]
pub struct SwapWish {
    /// Its kind.
    pub kind: SwapKind,
    /// Its size; `None` where any will do.
    pub scale: Option<Scale>,
    /// The source document's own size.
    pub literal: Option<Bytes>,
    /// What that size really does.
    pub effect: Option<String>,
    /// Why.
    pub reason: String,
    /// Where that is said.
    pub source: String,
    /// On which machines.
    pub when: Vec<Condition>,
    /// The profile that it belongs to.
    pub profile: String,
}

/// When the watchdog shall act.
#[derive(Clone, Debug, Serialize)]
pub struct Watch {
    /// Act below this share of available memory, in per cent.
    pub available_percent: Option<f64>,
    /// Act above this share of GPU memory, in per cent.
    pub gpu_percent: Option<f64>,
    /// Why.
    pub reason: String,
    /// Where that is said.
    pub source: String,
    /// The profile that it belongs to.
    pub profile: String,
}

/// What no setting can do: shown, never run.
#[derive(Clone, Debug, Serialize)]
pub struct Advice {
    /// What to do.
    pub text: String,
    /// What to type.
    pub command: Option<String>,
    /// Why.
    pub reason: String,
    /// Where that is said.
    pub source: String,
    /// On which machines.
    #[serde(skip)]
    pub when: Vec<Condition>,
    /// The profile that it belongs to.
    pub profile: String,
}

/// A number of the source document that is no setting of the machine, and what it really does.
#[derive(Clone, Debug, Serialize)]
pub struct Documented {
    /// What it is about.
    pub what: String,
    /// The number or text.
    pub literal: String,
    /// What it really does.
    pub effect: String,
    /// Where it is said.
    pub source: String,
    /// The profile that it belongs to.
    pub profile: String,
}
