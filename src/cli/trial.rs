//! What `memtune limits try` and `memtune limits run` take.

use clap::Args;

use crate::limits::trial::resource::Rlimit;
use crate::sys::size::Size;

/// A program to be tried under limits of a unit.
#[derive(Debug, Args)]
pub struct Try {
    /// Limits such as MemoryMax=2G, MemorySwapMax=0 or CPUQuota=150%.
    #[arg(value_name = "PROPERTY=VALUE", value_parser = property)]
    pub properties: Vec<(String, String)>,

    /// Try one MemoryMax after the other, from the largest down, until the program no longer survives; its input is empty.
    #[arg(long, value_name = "SIZE,..", value_delimiter = ',')]
    pub ladder: Vec<Size>,

    /// Let the systemd of your own session make the scope; whoever is not root needs that.
    #[arg(long)]
    pub user: bool,

    /// The program and its arguments; no shell comes between.
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    pub command: Vec<String>,
}

/// A program to be run under limits of its processes.
#[derive(Debug, Args)]
pub struct RunUnder {
    /// Limits: as, data, stack, memlock, fsize and core in bytes such as 512M, cpu in seconds, nofile and nproc in pieces.
    #[arg(long = "rlimit", value_name = "NAME=VALUE,..", value_delimiter = ',')]
    pub rlimits: Vec<Rlimit>,

    /// Try one size after the other, from the largest down, until the program no longer survives; its input is empty.
    #[arg(long, value_name = "SIZE,..", value_delimiter = ',')]
    pub ladder: Vec<Size>,

    /// The limit that the ladder is for: as, data, stack or memlock.
    #[arg(long, value_name = "NAME", default_value = "as", requires = "ladder")]
    pub of: String,

    /// The program and its arguments; no shell comes between.
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    pub command: Vec<String>,
}

fn property(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write PROPERTY=VALUE, such as MemoryMax=2G, and the program behind `--`")?;
    Ok((name.to_owned(), value.to_owned()))
}
