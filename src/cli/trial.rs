//! What `memtune limits try` and `memtune limits run` take.

use clap::Args;

use crate::limits::trial::rlimit::Rlimit;
use crate::sys::size::Size;

use super::names::{Assigned, Suggested};

/// A program to be tried under limits of a unit.
#[derive(Debug, Args)]
pub struct Try {
    /// Limits such as MemoryMax=2G, MemorySwapMax=0 or CPUQuota=150%.
    #[arg(value_name = "PROPERTY=VALUE", value_parser = Assigned::properties(), hide_possible_values = true)]
    pub properties: Vec<(String, String)>,

    /// Try one MemoryMax after the other, from the largest down, until the program no longer survives; its input is empty.
    #[arg(long, value_name = "SIZE,..", value_delimiter = ',')]
    pub ladder: Vec<Size>,

    /// Let the systemd of your own session make the scope, as it does for whoever is not root.
    #[arg(long)]
    pub user: bool,

    /// The program and its arguments; no shell comes between.
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    pub command: Vec<String>,
}

/// A program to be run under limits of its processes.
#[derive(Debug, Args)]
pub struct RunUnder {
    /// Limits: as, data, stack, memlock, fsize, core and msgqueue in bytes such as 512M; cpu and rttime as times such as 90s; nofile, nproc,
    /// sigpending, nice and rtprio as numbers; `unlimited` for none. NAME=SOFT:HARD lets the program raise it from the one to the other.
    #[arg(long = "rlimit", value_name = "NAME=VALUE,..", value_delimiter = ',', value_parser = Assigned::rlimits(), hide_possible_values = true)]
    pub rlimits: Vec<Rlimit>,

    /// Try one size after the other, from the largest down, until the program no longer survives; its input is empty.
    #[arg(long, value_name = "SIZE,..", value_delimiter = ',')]
    pub ladder: Vec<Size>,

    /// The limit that the ladder is for: as, data, stack or memlock.
    #[arg(long, value_name = "NAME", default_value = "as", requires = "ladder", value_parser = Suggested::memory(), hide_possible_values = true)]
    pub of: String,

    /// The program and its arguments; no shell comes between.
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    pub command: Vec<String>,
}
