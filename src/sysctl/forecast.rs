//! What a knob will be, and why.

/// What the next boot makes of one knob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The knob: `vm.swappiness`, or a path below /sys.
    pub key: String,
    /// Its value now; `None` where it cannot be read.
    pub running: Option<String>,
    /// Its value behind the next boot, as the kernel will show it; `None` where nothing that could be read decides it.
    pub next_boot: Option<String>,
    /// The line that decides it.
    pub winner: Option<Assignment>,
    /// The lines that set it, too, and come to nothing; in the order of the boot.
    pub losers: Vec<Assignment>,
    /// What has to be said besides, in plain words.
    pub remarks: Vec<String>,
}

/// A line that sets a knob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Where it stands.
    pub place: Place,
    /// The knob: `vm.swappiness`, or a path below /sys.
    pub key: String,
    /// The value as it is written.
    pub value: String,
    /// Who carries it out.
    pub origin: Origin,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// Who sets a knob, in the order of a boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The kernel, as its boot loader told it.
    CommandLine,
    /// systemd-sysctl, or `sysctl --system` where systemd does not run.
    SysctlFile,
    /// udev, when a device appears.
    Udev,
    /// systemd-tmpfiles.
    Tmpfiles,
    /// tuned, when its daemon starts.
    Tuned,
    /// tuned, which applies some of sysctl's files again behind its profile.
    TunedAgain,
}

impl Origin {
    /// Who that is, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommandLine => "the kernel's command line",
            Self::SysctlFile => "sysctl",
            Self::Udev => "udev",
            Self::Tmpfiles => "tmpfiles.d",
            Self::Tuned => "tuned",
            Self::TunedAgain => "sysctl, applied again by tuned",
        }
    }
}
