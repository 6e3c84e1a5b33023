//! What can be typed, and its help text. The completions and the manual are generated from this file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

mod names;

use names::Names;

/// Keeps Linux machines from dying of memory.
///
/// memtune examines how a machine's memory is set up and used, says in plain words what is wrong with it, and what to type.
#[derive(Debug, Parser)]
#[command(name = "memtune", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// Options that every command takes.
    #[command(flatten)]
    pub global: Global,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Examine the tree at DIR instead of this machine.
    ///
    /// DIR holds an image, a container's root or an unpacked sosreport. No link in it leads out of it.
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub root: Option<PathBuf>,

    /// Print one JSON object instead of text.
    #[arg(long, global = true)]
    pub json: bool,

    /// Colour the output.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,

    /// Show the evidence, and what is fine, too.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,

    /// Show only the verdict.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Examine the memory set-up and say what to mend.
    ///
    /// doctor only reads; what it cannot read without root it says. It ends with a verdict and the most useful next commands.
    Doctor(Doctor),

    /// Print the completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },

    /// Write the manual pages into a folder.
    Man {
        /// The folder, which must exist.
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

/// What `memtune doctor` takes.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Doctor {
    /// Run only these checks, by id or name.
    #[arg(long, value_name = "ID,..", value_delimiter = ',', value_parser = Names::of_checks(), hide_possible_values = true)]
    pub check: Vec<String>,

    /// Run only the checks of these groups, by name or letter.
    #[arg(long, value_name = "GROUP,..", value_delimiter = ',', value_parser = Names::of_groups(), hide_possible_values = true)]
    pub group: Vec<String>,

    /// End with status 1 from this severity on.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Warn)]
    pub fail_on: FailOn,

    /// Take two readings this many seconds apart, to see rates.
    #[arg(long, value_name = "SECS", value_parser = seconds())]
    pub sample: Option<u16>,

    /// What to do instead of examining.
    #[command(subcommand)]
    pub action: Option<DoctorAction>,
}

/// The severity from which doctor ends with status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Warnings and errors.
    Warn,
    /// Errors only.
    Error,
}

/// What doctor can do besides examining.
#[derive(Debug, Subcommand)]
pub enum DoctorAction {
    /// List all checks.
    List,

    /// Explain one check with this machine's numbers.
    Explain {
        /// Its id or name, such as S08.
        #[arg(value_name = "ID", value_parser = Names::of_checks(), hide_possible_values = true)]
        check: String,

        /// Take two readings this many seconds apart, to see rates.
        #[arg(long, value_name = "SECS", value_parser = seconds())]
        sample: Option<u16>,
    },
}

fn seconds() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=600)
}
