//! What the watchdog was told to do, once it has been read and found sound; each field has the meaning of its line in watch.toml.

use std::time::Duration;

use crate::sys::bytes::Bytes;
use crate::sys::size::Size;

/// The whole of it. The default is what runs without a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// From here on it is said.
    pub warning: Threshold,
    /// From here on a job is asked to end.
    pub critical: Threshold,
    /// From here on one is ended at once.
    pub redline: Threshold,
    /// Little memory and much waiting, however much swap is free.
    pub thrash: Thrash,
    /// How a job is ended.
    pub kill: Kill,
    /// Who is spared, and who goes first; the first rule that fits counts.
    pub rules: Vec<Rule>,
    /// Groups with bounds of their own.
    pub groups: Vec<GroupBound>,
    /// Programs that are told.
    pub hooks: Hooks,
    /// A level is left only after it has been better for so long; worse news counts at once.
    pub calm: Duration,
    /// The share of the GPU's own or shared memory from which on a job is asked to end, in per cent; `None`: it is not looked at.
    pub gpu_percent: Option<f64>,
}

/// A level is reached where both are at or under their bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// Available memory, as a share of all.
    pub available: Size,
    /// Available memory, whatever the share says: the larger of the two counts.
    pub at_least: Bytes,
    /// What free swap is worth, as a share of all swap or an amount. Without swap there is none, and this bound is met.
    pub swap: Size,
}

/// Thrash: both at once, for a while, make the level critical.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thrash {
    /// Available memory at or under this.
    pub available: Size,
    /// All tasks wait for memory in at least this share of the time, in per cent.
    pub full: f64,
    /// For at least so long.
    pub lasts: Duration,
}

/// How a job is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kill {
    /// From SIGTERM to SIGKILL.
    pub grace: Duration,
    /// Nobody else is chosen for so long after a kill, and for as long as memory comes back.
    pub settle: Duration,
}

/// What a rule does to the jobs that it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Never chosen, nor is any job that holds a process like it.
    Protect,
    /// Chosen where nobody else is left.
    Avoid,
    /// Chosen first, if it holds something worth the while.
    Prefer,
    /// As if it were not there: not ranked, not shown.
    Ignore,
}

/// Fits a job where each pattern that is given fits; patterns know `*` and `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What it does.
    pub action: Action,
    /// The name of the unit, such as `postgresql@*.service`.
    pub unit: Option<String>,
    /// The name of a command, as /proc/PID/comm has it (15 bytes at most).
    pub command: Option<String>,
    /// The owner, as a number.
    pub user: Option<u32>,
    /// The path of the control group, such as `/user.slice/**`.
    pub group: Option<String>,
}

/// A unit or slice that is brought to order before the machine suffers.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupBound {
    /// The unit or slice, such as `ml.slice`.
    pub unit: String,
    /// It may hold no more than this, with what lies in swap and less its cache.
    pub memory: Option<Size>,
    /// Its tasks may wait for memory in no more than this share of the time (full), in per cent.
    pub full: Option<f64>,
    /// For at least so long.
    pub lasts: Duration,
}

/// Programs with their arguments; what happened is in their environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// When the level changes to this or a worse one.
    pub warning: Option<Vec<String>>,
    /// When the level becomes critical.
    pub critical: Option<Vec<String>>,
    /// When the redline is reached.
    pub redline: Option<Vec<String>>,
    /// Before a job gets its first signal; at the redline nobody waits for it.
    pub before_kill: Option<Vec<String>>,
    /// When it is known what a kill brought.
    pub after_kill: Option<Vec<String>>,
    /// Whoever takes longer is ended.
    pub limit: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let threshold = |available: f64, at_least: u64, swap: f64| Threshold {
            available: Size::Percent(available),
            at_least: Bytes::from_mib(at_least),
            swap: Size::Percent(swap),
        };
        Self {
            warning: threshold(20.0, 0, 50.0),
            critical: threshold(10.0, 0, 10.0),
            redline: threshold(4.0, 50, 5.0),
            thrash: Thrash { available: Size::Percent(12.0), full: 25.0, lasts: Duration::from_secs(2) },
            kill: Kill { grace: Duration::from_secs(1), settle: Duration::from_millis(500) },
            rules: Vec::new(),
            groups: Vec::new(),
            hooks: Hooks { limit: Duration::from_secs(10), ..Hooks::default() },
            calm: Duration::from_secs(10),
            gpu_percent: None,
        }
    }
}
