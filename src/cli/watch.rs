//! What `memtune watch` takes.

use clap::{Args, Subcommand, ValueHint};

use super::Switch;

/// What `memtune watch` takes.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Watch {
    /// Speak to the watchdog that listens at PATH, in place of the machine's.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, global = true, hide = true)]
    pub socket: Option<String>,

    /// What to do.
    #[command(subcommand)]
    pub action: WatchAction,
}

/// What can be done with the watchdog.
#[derive(Debug, Subcommand)]
pub enum WatchAction {
    /// Show whether the watchdog runs, the level that holds, what the levels are here, and what it did last.
    ///
    /// Ends with status 1 where no watchdog runs.
    Status,

    /// Have the watchdog act again after `stop`.
    Start,

    /// Have the watchdog look on without ending anything.
    Stop,

    /// Have the watchdog tell of each look at the memory, or not any more.
    Print {
        /// Whether it shall.
        #[arg(value_enum)]
        switch: Switch,
    },

    /// Have the watchdog take memory for short at its next look.
    ///
    /// It ends the job that it would end in earnest, and says so before; with --dry-run it only shows which.
    Lowmem,

    /// Have the watchdog read its settings anew; with settings that are wrong it keeps the old ones.
    Reload,

    /// Say whether a file of settings is sound, and what it comes to on this machine.
    Check {
        /// The file; that of this machine if none is named.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: Option<String>,
    },

    /// Print a file of settings to begin with: each value that holds without one, with its meaning.
    Config,

    /// Install the watchdog as a service, now and at every boot.
    ///
    /// Other watchdogs (earlyoom, nohang, systemd-oomd, oomd, bustd) give way in the same plan, which is shown first and can be taken back.
    Install,

    /// Take the service away; the settings stay.
    Uninstall,
}
