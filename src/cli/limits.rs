//! What can be typed behind `memtune limits`.

use clap::{Args, Subcommand};

use super::limits_set::{SetLimits, UnsetLimits};

/// What `memtune limits` takes.
#[derive(Debug, Args)]
pub struct Limits {
    /// What to do.
    #[command(subcommand)]
    pub action: LimitsAction,
}

/// What can be done with limits.
#[derive(Debug, Subcommand)]
pub enum LimitsAction {
    /// Give a unit limits, now and at every start.
    ///
    /// They go into one drop-in, 90-memtune.conf (89-memtune.conf of templates, and of what stands for many units), which keeps what was set
    /// before. Refused is what systemd would ignore, what another file overrides, what contradicts itself or is more than the machine has, and
    /// what would end the unit at once or have it stand still, with the steps that do no harm. systemd verifies the file and says which values
    /// it took; where it says no, everything is taken back.
    Set(SetLimits),

    /// Take away what `set` has set: the named properties, or all of them.
    Unset(UnsetLimits),
}
