//! What `memtune limits set` and `unset` take.

use clap::Args;

use super::names::Suggested;

/// What `memtune limits set` takes.
#[derive(Debug, Args)]
pub struct SetLimits {
    /// The service, slice, scope, socket, mount or swap unit; a template such as a@.service, and user-.slice for all that begin so.
    #[arg(value_name = "UNIT")]
    pub unit: String,

    /// The limits, such as MemoryMax=24G MemoryHigh=22G CPUQuota=600% OOMPolicy=kill.
    #[arg(value_name = "PROPERTY=VALUE", required = true, value_parser = Suggested::properties(), hide_possible_values = true)]
    pub values: Vec<String>,

    /// Start the service anew, wait until it is up and stays so, and take everything back where it does not.
    #[arg(long)]
    pub restart: bool,

    /// Leave what `systemctl set-property` wrote where it contradicts.
    #[arg(long)]
    pub keep_leftovers: bool,

    /// Whose unit it is, and what may be overwritten.
    #[command(flatten)]
    pub whose: Whose,
}

/// What `memtune limits unset` takes.
#[derive(Debug, Args)]
pub struct UnsetLimits {
    /// The unit.
    #[arg(value_name = "UNIT")]
    pub unit: String,

    /// The properties; all that `set` has set if none is named.
    #[arg(value_name = "PROPERTY", value_parser = Suggested::properties(), hide_possible_values = true)]
    pub properties: Vec<String>,

    /// Whose unit it is, and what may be overwritten.
    #[command(flatten)]
    pub whose: Whose,
}

/// Whose unit it is, and what may be overwritten.
#[derive(Debug, Args)]
pub struct Whose {
    /// It is a unit of the caller's own systemd, also through sudo; as root without sudo, of every user's.
    #[arg(long)]
    pub user: bool,

    /// Go on where somebody has written into memtune's drop-in by hand: `set` keeps it, `unset` takes the limits in it away, too.
    #[arg(long)]
    pub force: bool,
}
