//! What can be typed, and its help text. The completions and the manual are generated from this file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::sys::size::Size;

mod limits;
mod limits_set;
mod limits_suggest;
mod names;
mod trial;
mod watch;

pub use limits::{AskBudget, Limits, LimitsAction, ShowUnits};
pub use limits_set::{SetLimits, UnsetLimits, Whose};
pub use limits_suggest::AskSuggestion;
use names::{Names, Suggested};
pub use trial::{RunUnder, Try};
pub use watch::{RunWatch, Watch, WatchAction};

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

    /// Show what would be changed, and change nothing.
    #[arg(short = 'n', long, global = true)]
    pub dry_run: bool,

    /// Do what was planned without asking.
    #[arg(short, long, global = true)]
    pub yes: bool,

    /// Show the evidence, and what is fine, too, where doctor examines; where the watchdog runs, each look at the memory.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,

    /// Show only the verdict: one line of doctor, swap, swap advise, limits, limits budget, limits try, limits run and watch status; of
    /// limits suggest the command.
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

    /// Set the machine up for what it is used for, by a profile.
    ///
    /// A profile's values are sized to this machine, shown as a diff, and written only when that was agreed to: now, and for every boot.
    /// Each can be taken back. `memtune tune --profile P` is short for `memtune tune apply P`.
    Tune(Tune),

    /// Show the machine's swap, say how much of which kind it needs, add, remove and compress it.
    ///
    /// Without a subcommand it shows what there is: each area, what holds it at boot, and what compressing costs and brings.
    Swap(Swap),

    /// See which unit may take how much memory, whether all of them fit together, and give them limits.
    ///
    /// Without a subcommand it lists the units with what they hold and what they may hold.
    Limits(Limits),

    /// Have the right job ended before the machine runs out of memory.
    ///
    /// The watchdog looks at the memory, and where a level is reached it ends one job as a whole and says why. Without a subcommand it runs
    /// here, in the foreground. As a service it is memtune-watchd, which `memtune watch install` installs; status, start, stop, print, lowmem and
    /// reload speak to whichever runs.
    Watch(Watch),

    /// List every change that memtune made here.
    History {
        /// Show this change in full.
        id: Option<u64>,
    },

    /// Take a change back.
    ///
    /// Every byte and every running value becomes what it was. Where somebody else has changed it since, nothing is overwritten.
    Undo {
        /// The change, as `memtune history` numbers it; if none is named, the latest that was not taken back.
        id: Option<u64>,

        /// Put back what was there even where somebody has changed it since.
        #[arg(long)]
        force: bool,
    },

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

    /// Run the checks that matter to this profile, and see whether its values hold.
    #[arg(long, value_name = "PROFILE", conflicts_with_all = ["check", "group"], value_parser = Suggested::profiles(), hide_possible_values = true)]
    pub profile: Option<String>,

    /// Offer to mend what was found, one plan after the other.
    ///
    /// Only what memtune can take back is offered; other commands are left to be typed.
    #[arg(long)]
    pub fix: bool,

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

/// What `memtune tune` takes.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct Tune {
    /// Apply this profile; several are composed.
    #[arg(long = "profile", value_name = "PROFILE", value_delimiter = ',', value_parser = Suggested::profiles(), hide_possible_values = true)]
    pub profiles: Vec<String>,

    /// How to apply it.
    #[command(flatten)]
    pub how: How,

    /// What to do with profiles instead.
    #[command(subcommand)]
    pub action: Option<TuneAction>,
}

/// How profiles are turned into settings.
#[derive(Clone, Debug, Default, Args)]
pub struct How {
    /// Limit this unit of systemd, too, such as llama.service.
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,

    /// Take the numbers of the profile's source document as they stand, unless they would endanger this machine.
    #[arg(long)]
    pub literal: bool,
}

/// What can be done with profiles.
#[derive(Debug, Subcommand)]
pub enum TuneAction {
    /// List the profiles.
    List,

    /// Show what a profile sets here, and why.
    Show {
        /// A profile's name, or the path of a file.
        #[arg(value_name = "PROFILE", required = true, value_parser = Suggested::profiles(), hide_possible_values = true)]
        profiles: Vec<String>,

        /// How to size it.
        #[command(flatten)]
        how: How,
    },

    /// Say which profiles fit this machine, and why.
    Recommend,

    /// Show what applying a profile would change.
    Diff {
        /// Profiles; the active ones if none is named.
        #[arg(value_name = "PROFILE", value_parser = Suggested::profiles(), hide_possible_values = true)]
        profiles: Vec<String>,

        /// How to size it.
        #[command(flatten)]
        how: How,
    },

    /// Apply a profile, now and for every boot.
    ///
    /// It takes the place of the one that was applied before: what only that one set becomes again what it was.
    Apply {
        /// Profiles; the active ones again if none is named.
        #[arg(value_name = "PROFILE", value_parser = Suggested::profiles(), hide_possible_values = true)]
        profiles: Vec<String>,

        /// How to apply it.
        #[command(flatten)]
        how: How,
    },

    /// Compare wanted, running and next boot's values; ends with status 1 where they differ.
    Verify {
        /// Profiles; the active ones if none is named.
        #[arg(value_name = "PROFILE", value_parser = Suggested::profiles(), hide_possible_values = true)]
        profiles: Vec<String>,

        /// How to size it.
        #[command(flatten)]
        how: How,
    },

    /// Take back all that profiles changed here.
    Off,

    /// Show for each kernel knob what runs, what the next boot sets, and which file and line wins.
    Status {
        /// Knobs such as vm.swappiness, or paths below /sys; all that any file sets if none is named.
        #[arg(value_name = "KEY")]
        keys: Vec<String>,
    },
}

/// What `memtune swap` takes.
#[derive(Debug, Args)]
pub struct Swap {
    /// What to do; to show what there is if nothing is named.
    #[command(subcommand)]
    pub action: Option<SwapAction>,
}

/// What can be done with swap.
#[derive(Debug, Subcommand)]
pub enum SwapAction {
    /// Show the swap areas, what turns them on at boot, and what compressing costs and brings.
    Show,

    /// Add a swap file, or a device, now and for every boot.
    ///
    /// A file is made as its file system wants it, closed to others, and leaves room on the disk; the plan is shown first, and
    /// whatever fails takes back all that came before it. Where /swapfile is there already, the new one is /swapfile2. A device is taken
    /// only where it holds nothing; a device or file that is swap already is turned on as it is.
    Add {
        /// How much, such as 16G, or a share of memory, such as 50%; left out for a device, and for a file that is swap already.
        #[arg(value_name = "SIZE")]
        size: Option<Size>,

        /// The file to be made, or a device, in place of /swapfile.
        #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
        file: Option<String>,

        /// Fill areas of higher priority first, from 0 to 32767; the kernel puts it behind all others if none is named.
        #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(0..=32767))]
        priority: Option<i32>,

        /// Leave /etc/fstab as it is: the area is off after the next boot.
        #[arg(long)]
        no_fstab: bool,
    },

    /// Take a swap area off, and delete its file.
    ///
    /// What it holds is brought back into memory and the other areas first; where it does not fit there, this is refused.
    Remove {
        /// The file or device, or its UUID=.. or LABEL=.. .
        #[arg(value_name = "AREA", value_hint = ValueHint::AnyPath)]
        area: String,

        /// Leave the file where it is.
        #[arg(long)]
        keep_file: bool,
    },

    /// Make a swap file larger or smaller.
    ///
    /// A new one is made and turned on beside the old one before that is taken off and deleted, so that there is never less. It has
    /// another name, such as /swapfile2 for /swapfile, for a file that is in use can be neither renamed nor made longer.
    Resize {
        /// The file, or its UUID=.. or LABEL=.. .
        #[arg(value_name = "AREA", value_hint = ValueHint::FilePath)]
        area: String,

        /// How large it shall be, such as 16G, or a share of memory, such as 50%.
        #[arg(value_name = "SIZE")]
        size: Size,
    },

    /// Say how much swap this machine should have, of which kind, and why.
    ///
    /// It goes by memory, what was promised to programs, the peaks so far, the disk, hibernation, and the active profile.
    Advise {
        /// Go by the wishes of this profile instead of the active one's; several are composed.
        #[arg(long = "profile", value_name = "PROFILE", value_delimiter = ',', value_parser = Suggested::profiles(), hide_possible_values = true)]
        profiles: Vec<String>,
    },

    /// Have compressed swap in memory, now and at every boot, or give it up.
    ///
    /// It is made by zram-generator where that is installed, and by a unit of memtune's own elsewhere. What stands in front of it, reading
    /// ahead and zswap, is set in the same plan.
    Zram {
        /// What it may hold before compression, such as 4G, or a share of memory such as 50%; `off` gives it up.
        #[arg(value_name = "SIZE|off", value_parser = Suggested::sizes_of_zram(), hide_possible_values = true)]
        size: String,
    },

    /// Keep pages compressed in memory on their way to a swap area on a disk, or not, now and at every boot.
    Zswap(Zswap),
}

/// What `memtune swap zswap` takes.
#[derive(Debug, Args)]
pub struct Zswap {
    /// Whether it shall be on.
    #[arg(value_enum)]
    pub switch: Switch,

    /// What pages are compressed with, such as zstd or lz4.
    #[arg(long, value_name = "NAME", value_parser = Suggested::compressors(), hide_possible_values = true)]
    pub compressor: Option<String>,

    /// The most that the pool may take of memory, such as 25%.
    #[arg(long, value_name = "N%")]
    pub pool: Option<String>,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

fn seconds() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=600)
}
