//! What doctor says.

use std::fmt;

use serde::Serialize;

use crate::host::Reason;
use crate::sys::bytes::Bytes;

use super::group::Group;

/// How bad a finding is; worse is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It could not be examined.
    Skip,
    /// Nothing to complain of.
    Ok,
    /// Worth knowing; nothing breaks.
    Info,
    /// Will hurt under load, or already does a little.
    Warn,
    /// Hurts now, or at the next boot.
    Error,
}

impl Severity {
    /// As it is written in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// A value that was found; amounts stay integers in JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A plain number.
    Number(u64),
    /// An amount of memory, in bytes.
    Bytes(Bytes),
    /// A share or a rate.
    Share(f64),
    /// Anything else.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Bytes(bytes) => write!(formatter, "{bytes}"),
            Self::Share(share) => write!(formatter, "{share:.1}"),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<f64> for Value {
    /// Rounded to hundredths: the kernel's own averages have no more.
    fn from(share: f64) -> Self {
        Self::Share((share * 100.0).round() / 100.0)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A fact that a claim rests on: which source said what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// The file, knob or program.
    pub source: String,
    /// What was looked up there.
    pub key: String,
    /// What it said.
    pub value: Value,
}

/// What to type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// Commands for a shell, in order.
    pub commands: Vec<String>,
    /// Whether any of them needs root.
    pub needs_root: bool,
    /// Whether it takes effect only at the next boot.
    pub needs_reboot: bool,
    /// The same as settings, where it is no more than that: these memtune can plan, prove and take back.
    #[serde(skip)]
    pub remedies: Vec<Remedy>,
}

/// A setting that mends something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A kernel knob by its sysctl name.
    Knob {
        /// Its name.
        key: String,
        /// Its value.
        value: String,
    },
    /// A knob below /sys.
    Sys {
        /// Its path.
        path: String,
        /// Its value.
        value: String,
    },
    /// A line of a configuration file that shall no longer count.
    CommentOut {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: usize,
    },
}

/// Where doctor's kernel knobs are kept: behind Debian's 99-sysctl.conf, before the file of a profile, which wins.
pub const SYSCTL_FILE: &str = "/etc/sysctl.d/99-zz-memtune-doctor.conf";

/// Where doctor's knobs below /sys are kept: before the files of others, since the first line for a path wins.
pub const TMPFILES_FILE: &str = "/etc/tmpfiles.d/00-memtune-doctor.conf";

impl Fix {
    /// Commands that take effect at once.
    pub fn commands(commands: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let commands: Vec<String> = commands.into_iter().map(Into::into).collect();
        let needs_root = commands.iter().any(|command| command.contains("sudo "));
        Self { commands, needs_root, needs_reboot: false, remedies: Vec::new() }
    }

    /// Sets a kernel knob, now and at every boot.
    pub fn knob(name: &str, value: impl fmt::Display) -> Self {
        Self::knobs(&[(name, value)])
    }

    /// Sets kernel knobs, now and at every boot.
    pub fn knobs(settings: &[(&str, impl fmt::Display)]) -> Self {
        let pairs: Vec<String> = settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let lines: Vec<String> = settings.iter().map(|(name, value)| format!("'{name} = {value}'")).collect();
        let print = if lines.len() == 1 { "echo" } else { "printf '%s\\n'" };
        let mut fix = Self::commands([
            format!("sudo sysctl -w {}", pairs.join(" ")),
            format!("{print} {} | sudo tee -a {SYSCTL_FILE}", lines.join(" ")),
        ]);
        let remedy =
            |(name, value): &(&str, _)| Remedy::Knob { key: (*name).to_owned(), value: format!("{value}") };
        fix.remedies = settings.iter().map(remedy).collect();
        fix
    }

    /// Sets a knob under /sys, now and, through tmpfiles.d, at every boot.
    pub fn sys(path: &str, value: impl fmt::Display) -> Self {
        let mut fix = Self::commands([
            format!("echo {value} | sudo tee {path}"),
            format!("echo 'w! {path} - - - - {value}' | sudo tee -a {TMPFILES_FILE}"),
        ]);
        fix.remedies = vec![Remedy::Sys { path: path.to_owned(), value: value.to_string() }];
        fix
    }

    /// Comments lines out, each given as its file and its number counted from 1; plain paths only.
    pub fn comment_out<'p>(lines: impl IntoIterator<Item = (&'p str, usize)>) -> Self {
        let lines: Vec<(&str, usize)> = lines.into_iter().collect();
        let mut fix = Self::commands(
            lines.iter().map(|(file, number)| format!("sudo sed -i '{number}s/^/# /' {file}")),
        );
        let remedy = |&(file, line): &(&str, usize)| Remedy::CommentOut { file: file.to_owned(), line };
        fix.remedies = lines.iter().map(remedy).collect();
        fix
    }

    /// The same commands, to be typed only: the kernel shows the value otherwise than it is written, so that it cannot be proved.
    pub fn by_hand(mut self) -> Self {
        self.remedies.clear();
        self
    }

    /// The same commands, effective only at the next boot.
    pub fn after_reboot(mut self) -> Self {
        self.needs_reboot = true;
        self
    }
}

/// One check's answer about one machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The check's id.
    pub id: &'static str,
    /// The check's group.
    pub group: Group,
    /// How bad it is.
    pub severity: Severity,
    /// The finding in one line, with its number.
    pub title: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Why it matters.
    pub why: &'static str,
    /// What to type; `None` where there is nothing to mend or no command mends it.
    pub fix: Option<Fix>,
    /// Where the knowledge comes from.
    pub refs: &'static [&'static str],
    /// The owner's reason not to hear of it, from the ignore file.
    pub ignored: Option<String>,
    /// The reasoning with this machine's numbers, for `explain`.
    #[serde(skip)]
    pub workings: Vec<String>,
    /// Why it could not be examined, behind a severity of skip.
    #[serde(skip)]
    pub lacking: Option<Reason>,
}

impl Finding {
    /// Whether it shall be heard of: not ignored, and at least this severe.
    pub fn counts_as(&self, severity: Severity) -> bool {
        self.ignored.is_none() && self.severity >= severity
    }
}
