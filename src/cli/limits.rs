//! What `memtune limits` takes.

use clap::{Args, Subcommand, ValueHint};

use crate::limits::budget::instances::{self, Instance};
use crate::limits::unit_name::UnitName;
use crate::sys::size::Size;

use super::limits_set::{SetLimits, UnsetLimits};
use super::limits_suggest::AskSuggestion;
use super::trial::{RunUnder, Try};

/// What `memtune limits` takes.
#[derive(Debug, Args)]
pub struct Limits {
    /// What to do; to show all units if nothing is named.
    #[command(subcommand)]
    pub action: Option<LimitsAction>,
}

/// What can be done with limits.
#[derive(Debug, Subcommand)]
pub enum LimitsAction {
    /// Show what units hold, what they may hold, and what set that.
    ///
    /// Without a unit all slices, services, scopes and containers are listed, whoever holds most first; with one it is shown in full, with
    /// the file and line that set each limit. A limit counts as it works out: the least over the unit, the slices above it, and memory.
    Show(ShowUnits),

    /// Say whether all that may take memory fits into the machine together; ends with status 1 where it does not.
    ///
    /// The sum of what stays free, huge pages, compressed swap, file systems in memory, a GPU without memory of its own, and the units:
    /// with their MemoryMax, or where they have none, with what they cannot do without now. A slice in which something has no limit counts with its own.
    Budget(AskBudget),

    /// Say which limits a unit should have, each with its reason, and the command that sets them.
    ///
    /// It counts what the unit has held at most, what of that it cannot do without, how long it waited for memory, and whether it was killed;
    /// no limit is suggested with which the machine would no longer fit, nor one at which the unit could stand still. What is left out is said
    /// with its reason, too. Nothing is written; --quiet prints only the command.
    Suggest(AskSuggestion),

    /// Give a unit limits, now and at every start.
    ///
    /// They go into one drop-in, 90-memtune.conf (89-memtune.conf of templates, and of what stands for many units), which keeps what was set
    /// before. Refused is what systemd would ignore, what another file overrides, what contradicts itself or is more than the machine has, and
    /// what would end the unit at once or have it stand still, with the steps that do no harm. systemd verifies the file and says which values
    /// it took; where it says no, everything is taken back.
    Set(SetLimits),

    /// Take away what `set` has set: the named properties, or all of them.
    Unset(UnsetLimits),

    /// Run a program under limits of a unit that end with it, and say what it needed.
    ///
    /// It runs in a scope of systemd's, whose limits count for all of its processes together. Afterwards it is told how much memory they held at
    /// most, how long they waited for memory or were throttled, and whether a limit killed them. What it leaves behind is ended. memtune ends
    /// with the status of the program. With -n nothing is run, and the command that would be is shown.
    Try(Try),

    /// Run a program under limits that each process has for itself (setrlimit(2)), and say which of them it died of.
    ///
    /// Limits of a process do not add up: whatever it starts has them anew. For the memory of all of it take `try`. memtune ends with the status
    /// of the program. With -n nothing is run, and the command that would be is shown.
    Run(RunUnder),
}

/// Which units are shown.
#[derive(Debug, Default, Args)]
pub struct ShowUnits {
    /// A unit such as llama.service, a template such as web@.service, or the first digits of a container; all if none is named.
    #[arg(value_name = "UNIT")]
    pub unit: Option<String>,

    /// Show inactive units, too.
    #[arg(long)]
    pub all: bool,

    /// Ask the systemd of your own session instead of the machine's.
    #[arg(long)]
    pub user: bool,
}

/// What is added up beside what there is.
#[derive(Clone, Debug, Default, Args)]
pub struct AskBudget {
    /// Keep so much free, such as 4G or 10%, instead of 1.5 x vm.min_free_kbytes and 5 % of memory.
    #[arg(long, value_name = "SIZE")]
    pub reserve: Option<Size>,

    /// Count this unit as if its MemoryMax were SIZE, whether it is there or not; may be repeated.
    #[arg(long, value_name = "UNIT=SIZE", value_parser = addition)]
    pub add: Vec<(String, Size)>,

    /// Declare a part of a unit and what it needs, such as llama.service/chat=10G; without a unit it stands for itself.
    #[arg(long = "instance", value_name = "NAME=SIZE")]
    pub instances: Vec<Instance>,

    /// Read such parts from a TOML file: a table for each unit, and in it lines such as chat = "10G".
    #[arg(long = "instances", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<String>,
}

fn addition(text: &str) -> Result<(String, Size), String> {
    let (name, size) = instances::pair(text)?;
    let unit = UnitName::parse(name).map_err(|fault| fault.to_string())?;
    Ok((unit.as_str().to_owned(), size))
}
