//! What `memtune watch` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::Switch;

/// What `memtune watch` takes.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Watch {
    /// Speak to the watchdog that listens at PATH, in place of the machine's; one that is run listens there.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, global = true, hide = true)]
    pub socket: Option<String>,

    /// How to watch.
    #[command(flatten)]
    pub run: RunWatch,

    /// What to do instead of watching.
    #[command(subcommand)]
    pub action: Option<WatchAction>,
}

/// How to watch.
#[derive(Clone, Debug, Default, Args)]
pub struct RunWatch {
    /// Go by the settings in FILE in place of /etc/memtune/watch.toml.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Keep all that is seen in FILE, for `memtune watch replay`; a recording that is there already goes on.
    ///
    /// It grows by some 200 bytes with each look: by a few MiB a day on a machine that rests.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record: Option<PathBuf>,

    /// Tell of each look at the memory, as -v does.
    #[arg(long)]
    pub print: bool,
}

/// What can be done with the watchdog.
#[derive(Debug, Subcommand)]
pub enum WatchAction {
    /// Watch here in the foreground until Ctrl-C, and tell what is done and why; the same as `memtune watch` alone.
    ///
    /// With --dry-run everything is done but the signals: that needs no root, and goes beside the watchdog that runs as a service. With
    /// --json each thing that happens is an object on a line of its own.
    Run(RunWatch),

    /// Show whether the watchdog runs, the level that holds, what the levels are here, and what it did last.
    ///
    /// Ends with status 1 where no watchdog runs, with --last where none has run since the boot.
    Status {
        /// Tell the story of the last N jobs that were ended, 5 if no number is named, in place of all that; needs no root, and no watchdog
        /// that still runs.
        #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "5", value_parser = clap::value_parser!(u8).range(1..=16))]
        last: Option<u8>,
    },

    /// Say who would be ended if memory were short now, and why the others would not.
    ///
    /// It looks at the machine once, by itself: no watchdog needs to run, and nothing is ended. Which job grew of late only a watchdog knows
    /// that has looked before; without that knowledge the largest comes first. Without root it says what it could not see.
    Explain {
        /// Go by the settings in FILE in place of /etc/memtune/watch.toml.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        config: Option<String>,
    },

    /// Say what the watchdog would have done in a recording: would it have saved the machine last night?
    ///
    /// Every change of the level and every job that would have been taken is a line, with how much had been recorded by then (gaps
    /// between its stretches left out) and what was available. Nobody was ended in a recording, so that only the first job is certain;
    /// which one it would have been is not in it.
    Replay {
        /// The recording, as `memtune watch --record FILE` keeps it; `-` is standard input.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: String,

        /// Go by the settings in FILE in place of /etc/memtune/watch.toml.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        config: Option<String>,
    },

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
    /// It ends the job that it would end in earnest, and asks before; with --dry-run it only shows which. Levels are told and hooks run as they
    /// would be; in a hook MEMTUNE_DRY_RUN says that it is no more than shown.
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

    /// Print a hook that tells everybody at a desktop of this machine who was ended: a script for `after-kill` in the settings.
    Hook,

    /// Install the watchdog as a service, now and at every boot.
    ///
    /// Other watchdogs (earlyoom, nohang, systemd-oomd, oomd, bustd) give way in the same plan, which is shown first and can be taken back.
    Install,

    /// Take the service away; the settings stay.
    Uninstall,
}
